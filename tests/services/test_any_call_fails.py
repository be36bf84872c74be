"""Whichever one call to WeChat goes wrong, and however, the story ends the same and money moves once."""

import pytest

from models.errors import OutsideFailure, Refusal
from tests.fakes.school_world import SchoolWorld, school_world
from tests.fakes.wechat.faults import When
from tests.services.stories import STORIES, End, Story, finish, play


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
async def test_a_story_ends_with_our_money_and_wechats_equal(story: Story) -> None:
    w = await school_world()
    end, _ = await play(w, w.ports, story, lambda: 0)
    order = (await w.orders())[0]
    outside_fen = sum(charge.paid_fen for charge in order.charges if charge.paid_how == "outside")
    taken_fen = w.wechat.ledger.taken_fen() - w.wechat.ledger.returned_fen()
    assert order.is_final
    assert not order.parked
    assert taken_fen == order.paid_fen - outside_fen - order.refunded_fen == sum(end.ledger)
    assert all(w.wechat.ledger.times_taken(charge.no) <= 1 for charge in order.charges)


@pytest.mark.parametrize("when", ["before", "after", "late"])
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
async def test_whichever_one_call_to_wechat_fails_the_end_is_the_same(story: Story, when: When) -> None:
    clean = await school_world()
    expected, calls = await play(clean, clean.ports, story, lambda: len(clean.wechat.calls))
    assert calls
    for number in calls:
        w = await school_world()
        w.wechat.fail_at(number, when)
        end = await _play_on(w, story)
        assert (number, clean.wechat.calls[number], end) == (number, clean.wechat.calls[number], expected)


async def _play_on(w: SchoolWorld, story: Story) -> End:
    """Repeat a step whose answer never came once, as a client would, after a while."""
    for step in story.steps:
        try:
            await step(w, w.ports)
        except (OutsideFailure, Refusal):
            w.clock.advance(minutes=1)
            w.wechat.land_late_requests()
            await step(w, w.ports)
    return await finish(w, w.ports)
