"""Every learner of `make demo`, with the money balanced against WeChat's ledger to the fen."""

import pytest

from lab.rig.rig import Rig
from lab.scenarios import (
    Scenario,
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
    ("scenario", "charges"),
    [
        pytest.param(all_lessons.run, 1, id="all twenty lessons, one charge"),
        pytest.param(lesson_by_lesson.run, 5, id="charged lesson by lesson under a signed plan"),
        pytest.param(ends_early.run, 1, id="ended after seven lessons, seven twentieths to the fen"),
        pytest.param(billing_off.run, 1, id="billing turned off inside WeChat"),
        pytest.param(disputes.run, 1, id="one lesson disputed and conceded"),
        pytest.param(prepays.run, 1, id="prepaid, the rest given back"),
        pytest.param(refused.run, 0, id="refused by WeChat, nothing left behind"),
        pytest.param(lost_notice.run, 1, id="paid notice lost, found by asking"),
    ],
)
async def test_scenario_ends_with_balanced_money(rig: Rig, scenario: Scenario, charges: int) -> None:
    said: list[str] = []
    outcome = await scenario(rig, said.append)
    money = await balance(outcome, await rig.simulator.ledger())
    assert money.balanced, money
    assert money.charges == charges
    assert said
