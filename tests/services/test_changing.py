from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import cast

import pytest

from jobs.runs import check_invariants
from models.agenda import Due
from models.errors import Conflict, NotFound
from models.fee_mode import Agreement
from models.lesson import LessonState
from models.order import Order
from services.changing import change, institutions, learners, require_order
from services.ports.stores import Orders
from tests.fakes.interrupting import Interrupting, KilledError, die
from tests.fakes.school_world import SCHOOL, school_world


def overcharge(order: Order, _: datetime) -> str:
    order.price_fen += 1
    return "overcharged"


def note(order: Order, at: datetime, words: str, *, by: str) -> str:
    order.parked = f"{words} by {by}"
    return f"{words} at {at:%H:%M}"


async def test_a_change_that_would_break_an_invariant_parks_the_order_as_it_was() -> None:
    w = await school_world()
    before = await w.begin(Agreement.AUTHORIZATION)
    returned, said = await change(w.ports, before.no, overcharge)
    after = await w.order(before.no)
    assert (returned, said) == (after, None)
    assert (after.parked, after.price_fen) == ("invariant:price_list", before.price_fen)
    assert [fact.data["reason"] for fact in after.facts if fact.kind == "order_parked"] == ["invariant:price_list"]


async def test_an_order_parked_already_is_not_parked_again_and_can_still_be_changed() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    await change(w.ports, order.no, overcharge)
    parked = await w.order(order.no)
    assert (await change(w.ports, order.no, overcharge)).order == parked
    await w.report(order.no, 1)
    assert (await w.order(order.no)).lesson(1).attendance is not None


async def test_the_job_finds_and_parks_what_was_broken_behind_our_back() -> None:
    w = await school_world()
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
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    await change(w.ports, order.no, lambda *_: None)
    assert (await w.order(order.no)).version == order.version


async def test_a_refused_change_writes_nothing() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)

    def rule(order: Order, _: datetime) -> None:
        order.price_fen = 0
        raise Conflict("too_soon")

    with pytest.raises(Conflict):
        await change(w.ports, order.no, rule)
    assert await w.order(order.no) == order


async def test_another_learners_or_institutions_order_looks_like_none() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    foreign = (
        learners("L2", order.no),
        institutions("another", order.no),
        learners(w.learner.id, "X-unknown"),
    )
    for which in foreign:
        with pytest.raises(NotFound, match="order_not_found"):
            await require_order(w.ports, which)
        with pytest.raises(NotFound, match="order_not_found"):
            await change(w.ports, which, note, "theirs", by="a stranger")
    assert await w.order(order.no) == order


async def test_a_rule_gets_the_moment_and_its_arguments_and_what_it_says_comes_back_beside_the_order() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    for which in (order.no, learners(w.learner.id, order.no), institutions(SCHOOL, order.no), order):
        changed = await change(w.ports, which, note, "read", by="an auditor")
        assert (changed.order.parked, changed.said) == ("read by an auditor", f"read at {w.clock.at:%H:%M}")
        assert changed.order == await w.order(order.no)


async def test_what_a_change_that_was_not_made_would_have_said_is_a_refusal() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    with pytest.raises(Conflict, match="order_parked"):
        assert (await change(w.ports, order.no, overcharge)).said


async def test_an_order_in_hand_is_not_read_again() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    blind = replace(w.ports, orders=cast("Orders", Interrupting(w.ports.orders, "get", before=die)))
    order, _ = await change(blind, order, note, "first", by="us")
    order, _ = await change(blind, order, note, "second", by="us")
    assert await w.order(order.no) == order


async def test_an_order_in_hand_that_somebody_changed_since_is_read_and_decided_anew() -> None:
    w = await school_world()
    mine = await w.begin(Agreement.AUTHORIZATION)
    await w.report(mine.no, 1)
    changed, _ = await change(w.ports, mine, note, "seen", by="us")
    assert changed.lesson(1).state is LessonState.TAUGHT
    assert changed == await w.order(mine.no)


@pytest.mark.parametrize("goes_wrong", [Conflict("too_soon"), KilledError()])
async def test_an_order_in_hand_stays_as_it_was_when_its_rule_or_its_save_fails(goes_wrong: BaseException) -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    before = order.model_copy(deep=True)

    async def fail() -> None:
        raise goes_wrong

    def rule(order: Order, _: datetime) -> None:
        order.price_fen = 0
        raise goes_wrong

    failing = replace(w.ports, orders=cast("Orders", Interrupting(w.ports.orders, "save", before=fail)))
    for ports, attempt in ((w.ports, rule), (failing, partial(note, words="lost", by="us"))):
        with pytest.raises(type(goes_wrong)):
            await change(ports, order, attempt)
        assert order == before == await w.order(order.no)
