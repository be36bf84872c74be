"""One course, one child, one running order."""

import asyncio

import pytest

from models.errors import Conflict
from models.fee_mode import Agreement
from services.ending import end_by_institution, withdraw_order
from services.ordering import Placed, place_order
from tests.fakes.school_world import SCHOOL, school_world


@pytest.mark.parametrize("agreement", [Agreement.AUTHORIZATION, Agreement.PLAN, Agreement.PAYMENT])
async def test_one_course_one_child_one_running_order(agreement: Agreement) -> None:
    """Three orders with three keys before the learner authorises: one begins, two are told its number."""
    w = await school_world()
    await w.allow(Agreement.AUTHORIZATION)
    commands = [w.command(agreement, f"key-{n}", student) for n, student in enumerate(("小明", " 小 明 ", "小明"))]
    outcomes = await asyncio.gather(
        *(place_order(w.ports, w.learner, command) for command in commands), return_exceptions=True
    )
    [placed] = [outcome for outcome in outcomes if isinstance(outcome, Placed)]
    told = [(x.code, x.detail["order_no"]) for x in outcomes if isinstance(x, Conflict)]
    assert told == [("order_exists", placed.order.no)] * 2
    assert [order.no for order in await w.orders()] == [placed.order.no]
    other_child = await place_order(w.ports, w.learner, w.command(agreement, "key-9", "小红"))
    assert other_child.order.no != placed.order.no


async def test_a_second_order_may_follow_once_the_first_is_over() -> None:
    w = await school_world()
    first = (await w.place(Agreement.NEED_CONFIRM)).order
    again = w.command(Agreement.NEED_CONFIRM, "key-2", "小明")
    with pytest.raises(Conflict, match="order_exists"):
        await place_order(w.ports, w.learner, again)
    await withdraw_order(w.ports, w.learner.id, first.no)
    second = (await place_order(w.ports, w.learner, again)).order
    w.agree(second)
    await w.work()
    await end_by_institution(w.ports, SCHOOL, second.no, "老师离职")
    third = await place_order(w.ports, w.learner, w.command(Agreement.NEED_CONFIRM, "key-3", "小明"))
    assert len({first.no, second.no, third.order.no}) == 3
