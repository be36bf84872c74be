"""Every learner of the demo, with the money balanced against WeChat's ledger to the fen."""

import pytest

from lab.rig.stage import Stage
from lab.scenarios import (
    Story,
    all_lessons,
    billing_off,
    disputes,
    ends_early,
    lesson_by_lesson,
    lost_notice,
    prepays,
    refused,
)
from lab.scenarios.money import balance


@pytest.mark.parametrize(
    ("story", "charges"),
    [
        pytest.param(all_lessons.play, 1, id="all twenty lessons, one charge"),
        pytest.param(lesson_by_lesson.play, 5, id="charged lesson by lesson under a signed plan"),
        pytest.param(ends_early.play, 1, id="ended after seven lessons, seven twentieths to the fen"),
        pytest.param(billing_off.play, 1, id="billing turned off inside WeChat"),
        pytest.param(disputes.play, 1, id="one lesson disputed and conceded"),
        pytest.param(prepays.play, 1, id="prepaid, the rest given back"),
        pytest.param(refused.play, 0, id="refused by WeChat, nothing left behind"),
        pytest.param(lost_notice.play, 1, id="paid notice lost, found by asking"),
    ],
)
async def test_story_ends_with_balanced_money(stage: Stage, story: Story, charges: int) -> None:
    said: list[str] = []
    played = await story(stage, said.append)
    money = await balance(played, await stage.simulator.ledger())
    assert money.balanced, money
    assert money.charges == charges
    assert said
