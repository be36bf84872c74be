"""Whichever one call to WeChat goes wrong, and however, the scenario ends the same and money moves once."""

import pytest

from models.errors import OutsideFailure, Refusal
from tests.fakes.school_world import SchoolWorld, school_world
from tests.fakes.wechat.faults import When
from tests.services.scenarios import SCENARIOS, End, Scenario, finish, run_scenario


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
async def test_a_scenario_ends_with_our_money_and_wechats_equal(scenario: Scenario) -> None:
    w = await school_world()
    end, _ = await run_scenario(w, w.ports, scenario, lambda: 0)
    order = (await w.orders())[0]
    outside_fen = sum(charge.paid_fen for charge in order.charges if charge.paid_how == "outside")
    taken_fen = w.wechat.ledger.taken_fen() - w.wechat.ledger.returned_fen()
    assert order.is_final
    assert not order.parked
    assert taken_fen == order.paid_fen - outside_fen - order.refunded_fen == sum(end.ledger)
    assert all(w.wechat.ledger.times_taken(charge.no) <= 1 for charge in order.charges)


@pytest.mark.parametrize("when", ["before", "after", "late"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
async def test_whichever_one_call_to_wechat_fails_the_end_is_the_same(scenario: Scenario, when: When) -> None:
    clean = await school_world()
    expected, calls = await run_scenario(clean, clean.ports, scenario, lambda: len(clean.wechat.calls))
    assert calls
    for number in calls:
        w = await school_world()
        w.wechat.fail_at(number, when)
        end = await _run_on(w, scenario)
        assert (number, clean.wechat.calls[number], end) == (number, clean.wechat.calls[number], expected)


async def _run_on(w: SchoolWorld, scenario: Scenario) -> End:
    """Repeat a step whose answer never came once, as a client would, after a while."""
    for step in scenario.steps:
        try:
            await step(w, w.ports)
        except (OutsideFailure, Refusal):
            w.clock.advance(minutes=1)
            w.wechat.land_late_requests()
            await step(w, w.ports)
    return await finish(w, w.ports)
