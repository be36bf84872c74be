import pytest

from models.institution import Agreement
from models.order import OrderState
from tests.fakes.world import world


@pytest.mark.parametrize("agreement", list(Agreement))
async def test_an_order_comes_into_training_once_its_learner_agreed(agreement: Agreement) -> None:
    w = await world()
    placed = await w.place(agreement)
    assert placed.order.state is OrderState.AWAITING_LEARNER
    assert placed.wx is not None
    order = await w.begin(agreement)
    assert order.no == placed.order.no
    assert order.state is OrderState.IN_TRAINING
