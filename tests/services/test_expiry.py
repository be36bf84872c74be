from datetime import timedelta

import pytest

from models.agenda import Due
from models.charge import ChargeState
from models.errors import OutsideFailure
from models.fee_mode import Agreement
from models.order import OrderState
from models.placing import LEARNER_PATIENCE
from services.healing import expire_order
from tests.fakes.school_world import NO_LEASE, school_world


@pytest.mark.parametrize("agreement", list(Agreement))
async def test_an_order_nobody_completes_expires_and_leaves_nothing_open_at_wechat(agreement: Agreement) -> None:
    w = await school_world()
    placed = await w.place(agreement)
    await w.live(days=7, minutes=5)
    order = await w.order(placed.order.no)
    assert order.state in {OrderState.EXPIRED, OrderState.CANCELLED}
    assert {charge.state for charge in order.charges} == {ChargeState.CANCELLED}
    assert not any(service.is_unfinished for service in w.wechat.services.values())


@pytest.mark.parametrize("agreement", list(Agreement))
async def test_an_order_does_not_expire_when_its_learner_agreed_and_every_notice_was_lost(
    agreement: Agreement,
) -> None:
    w = await school_world()
    placed = await w.place(agreement)
    w.clock.advance(days=6)
    w.agree(placed.order)
    w.wechat.take_notices()
    w.clock.advance(days=1, minutes=1)
    await w.work()
    assert (await w.order(placed.order.no)).state is OrderState.IN_TRAINING


async def test_an_order_does_not_expire_while_wechat_does_not_answer() -> None:
    w = await school_world(lease=NO_LEASE)
    placed = await w.place(Agreement.NEED_CONFIRM)
    w.agree(placed.order)
    w.wechat.take_notices()
    w.clock.advance(days=8)
    w.wechat.fail("query_service")
    with pytest.raises(OutsideFailure):
        await expire_order(w.ports, placed.order.no)
    assert (await w.order(placed.order.no)).state is OrderState.AWAITING_LEARNER
    await expire_order(w.ports, placed.order.no)
    assert (await w.order(placed.order.no)).state is OrderState.IN_TRAINING


async def test_an_order_is_not_due_to_expire_a_moment_too_early() -> None:
    w = await school_world()
    placed = await w.place(Agreement.PLAN)
    early = w.clock.at + LEARNER_PATIENCE - timedelta(milliseconds=1)
    assert await w.ports.orders.claim(Due.EXPIRE, early, limit=9, lease=w.ports.settings.lease) == []
    w.clock.at = early
    await expire_order(w.ports, placed.order.no)
    assert (await w.order(placed.order.no)).state is OrderState.AWAITING_LEARNER
