from datetime import datetime

import pytest

from jobs.runs import check_invariants
from models.agenda import Due
from models.errors import Conflict, NotFound
from models.fee_mode import Agreement
from models.order import Order
from services.changing import change, institutions_order, learners_order
from tests.fakes.world import world


def overcharge(order: Order, _: datetime) -> None:
    order.price_fen += 1


async def test_a_change_that_would_break_an_invariant_parks_the_order_as_it_was() -> None:
    w = await world()
    before = await w.begin(Agreement.AUTHORIZATION)
    returned = await change(w.ports, before.no, overcharge)
    after = await w.order(before.no)
    assert returned == after
    assert (after.parked, after.price_fen) == ("invariant:price_list", before.price_fen)
    assert [fact.data["reason"] for fact in after.facts if fact.kind == "order_parked"] == ["invariant:price_list"]


async def test_an_order_parked_already_is_not_parked_again_and_can_still_be_changed() -> None:
    w = await world()
    order = await w.begin(Agreement.AUTHORIZATION)
    await change(w.ports, order.no, overcharge)
    parked = await w.order(order.no)
    assert await change(w.ports, order.no, overcharge) == parked
    await w.report(order.no, 1)
    assert (await w.order(order.no)).lesson(1).attendance is not None


async def test_the_job_finds_and_parks_what_was_broken_behind_our_back() -> None:
    w = await world()
    orders = [await w.begin(Agreement.AUTHORIZATION, key) for key in ("key-1", "key-2", "key-3")]
    stored = w.database.collection("orders")
    stored[orders[1].no].price_fen += 1
    await check_invariants(w.ports, 2)
    assert [(await w.order(order.no)).parked for order in orders] == ["", "invariant:price_list", ""]
    before = await w.order(orders[1].no)
    await check_invariants(w.ports, 2)
    assert await w.order(orders[1].no) == before
    assert await w.ports.orders.claim(Due.SETTLE, w.clock.at, limit=9, lease=w.ports.settings.lease) == []


async def test_a_change_of_nothing_writes_nothing() -> None:
    w = await world()
    order = await w.begin(Agreement.AUTHORIZATION)
    await change(w.ports, order.no, lambda *_: None)
    assert (await w.order(order.no)).version == order.version


async def test_a_refused_change_writes_nothing() -> None:
    w = await world()
    order = await w.begin(Agreement.AUTHORIZATION)

    def rule(order: Order, _: datetime) -> None:
        order.price_fen = 0
        raise Conflict("too_soon")

    with pytest.raises(Conflict):
        await change(w.ports, order.no, rule)
    assert await w.order(order.no) == order


async def test_another_learners_or_institutions_order_looks_like_none() -> None:
    w = await world()
    order = await w.begin(Agreement.AUTHORIZATION)
    for look in (
        learners_order(w.ports, "L2", order.no),
        institutions_order(w.ports, "another", order.no),
        learners_order(w.ports, w.learner.id, "X-unknown"),
    ):
        with pytest.raises(NotFound, match="order_not_found"):
            await look
