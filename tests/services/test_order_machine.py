"""Random runs over orders: people, WeChat, faults and the clock in any order, checked after every step.

A longer look elsewhere: `pytest tests/services/test_order_machine.py --hypothesis-profile search`.
"""

import pytest
from hypothesis import HealthCheck, settings

from tests.services.order_machine import OrderMachine
from tests.services.seeded_runs import run_seed

STEADY = 30
"""Runs in every test run: some seconds."""

TestOrderMachine = OrderMachine.TestCase
TestOrderMachine.settings = settings(
    max_examples=STEADY if settings().derandomize else settings().max_examples,
    stateful_step_count=40,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("seed", range(24))
def test_a_seeded_run_ends_well(seed: int) -> None:
    run_seed(seed, steps=60)
