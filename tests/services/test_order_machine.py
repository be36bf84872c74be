"""Random lives of orders: people, WeChat, faults and the clock in any order, checked after every step.

A longer look elsewhere: `pytest tests/services/test_order_machine.py --hypothesis-profile search`.
"""

import pytest
from hypothesis import HealthCheck, settings

from tests.services.lives import live
from tests.services.order_machine import Shop

STEADY = 30
"""Lives in every test run: some seconds."""

TestShop = Shop.TestCase
TestShop.settings = settings(
    max_examples=STEADY if settings().derandomize else settings().max_examples,
    stateful_step_count=40,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("seed", range(24))
def test_a_life_ends_well(seed: int) -> None:
    live(seed, steps=60)
