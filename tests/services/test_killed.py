"""Killed just before or just after any one write, the scenario ends the same, charged once."""

from typing import Literal

import pytest

from services.ports import Ports
from tests.fakes.mortal import Killed, Mortality
from tests.fakes.school_world import NO_LEASE, SchoolWorld, school_world
from tests.services.scenarios import SCENARIOS, End, Scenario, finish, run_scenario


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
async def test_killed_at_any_one_write_the_end_is_the_same(
    scenario: Scenario, when: Literal["before", "after"]
) -> None:
    clean = await school_world(lease=NO_LEASE)
    counting = Mortality()
    living = clean.worker(**counting.stores(clean.open_stores()))
    expected, writes = await run_scenario(clean, living, scenario, lambda: counting.writes)
    assert writes
    for number in writes:
        w = await school_world(lease=NO_LEASE)
        dying = Mortality(number, when)
        end = await _run_on(w, w.worker(**dying.stores(w.open_stores())), scenario)
        assert dying.died
        assert (number, end) == (number, expected)


async def _run_on(w: SchoolWorld, ports: Ports, scenario: Scenario) -> End:
    """Repeat the step in which the process died on another one, as its client would; WeChat does not tell again."""
    for step in scenario.steps:
        try:
            await step(w, ports)
        except Killed:
            ports = w.worker()
            w.clock.advance(seconds=5)
            await step(w, ports)
    try:
        return await finish(w, ports)
    except Killed:
        return await finish(w, w.worker())
