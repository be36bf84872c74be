"""Who is overtaken decides anew, a bounded number of times, and then says so by name."""

from asyncio import gather
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from lab.rig.orders import a_channel
from models.errors import Conflict, Stale
from models.fee_mode import Agreement
from models.order import Order
from services.authorizing import change_authorization, ensure_applied
from services.changing import change
from services.ending import end_order, quote_ending
from services.exceptions import close_by_operator, raise_exception
from services.lessons import reschedule_lesson
from services.saving import TRIES, until_saved
from tests.fakes.interrupting import Interrupting
from tests.fakes.school_world import SCHOOL, school_world
from tests.store.test_exceptions import case


async def overtaken() -> None:
    raise Stale


async def test_one_overtaken_every_time_is_told_that_too_many_are_at_it() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    await raise_exception(w.ports, case())
    kinds = ("orders", "authorizations", "exceptions")
    overtaking: dict[str, Any] = {
        kind: Interrupting(getattr(w.ports, kind), "save", before=overtaken) for kind in kinds
    }
    busy = replace(w.ports, **overtaking)

    def rule(order: Order, _: datetime) -> None:
        order.parked = "to be looked at"

    outcomes = await gather(
        change(busy, order.no, rule),
        change_authorization(busy, (await w.authorization()).id, lambda *_: None),
        ensure_applied(busy, "L9", "openid-9", a_channel(service_id="another"), "wandou"),
        close_by_operator(busy, case().id, "done"),
        return_exceptions=True,
    )
    assert [(type(x), getattr(x, "code", "")) for x in outcomes] == [(Conflict, "too_busy")] * 4


async def test_it_is_tried_a_bounded_number_of_times() -> None:
    tried: list[int] = []

    async def attempt() -> None:
        tried.append(1)
        raise Stale

    with pytest.raises(Conflict, match="too_busy"):
        await until_saved(object(), attempt, order_no="X1")
    assert len(tried) == TRIES


async def test_many_at_once_all_get_through() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)

    def sign(name: str) -> object:
        def rule(order: Order, _: datetime) -> None:
            order.parked += name

        return change(w.ports, order.no, rule)

    names = "abcdefghijkl"
    await gather(*(sign(name) for name in names))
    assert sorted((await w.order(order.no)).parked) == list(names)


async def test_nobody_holds_an_order_busy_for_somebody_else() -> None:
    """Forty quotes and eighty moves of lessons at once, by two processes: no report is lost, an ending ends."""
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    other = w.worker()
    quotes = [quote_ending(w.ports, w.learner.id, order.no) for _ in range(40)]
    moves = [
        reschedule_lesson(ports, SCHOOL, order.no, 4, w.clock.at + timedelta(hours=n), "换时间")
        for n in range(1, 41)
        for ports in (w.ports, other)
    ]
    outcomes = await gather(*quotes, *moves, w.report(order.no, 1, 2, 3), return_exceptions=True)
    assert [outcome for outcome in outcomes if isinstance(outcome, BaseException)] == []
    assert [row.taken for row in outcomes[-1]] == [True, True, True]  # type: ignore[union-attr] # not refused
    quote = await quote_ending(w.ports, w.learner.id, order.no)
    flood = [
        reschedule_lesson(ports, SCHOOL, order.no, 4, w.clock.at + timedelta(days=n), "换时间")
        for n in range(1, 21)
        for ports in (w.ports, other)
    ]
    *_, ended = await gather(*flood, end_order(w.ports, w.learner.id, order.no, quote.id), return_exceptions=True)
    assert isinstance(ended, Order)
    assert ended.fence is not None
