"""After a restore: WeChat is asked about everything that was in doubt, before anything is charged, ended or told.

One worker at a time goes through all orders, then through all permissions, and remembers how far it is after each page.
Asking changes nothing at WeChat, so a page may be gone through again. While WeChat does not answer, it waits.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import datetime, timedelta

from structlog import get_logger

from models.authorization import Authorization, AuthorizationState
from models.charge import ChannelReading, ChannelState, ChargeState
from models.errors import NotReady, OutsideFailure, Refusal
from models.generation import Generation, Memory
from models.notices import RefundReading
from models.order import Order
from models.recovery import Answers, doubtful_charges, doubtful_refunds, is_caught_up, recover, set_aside, was_recovered
from services.asking import ask_charge
from services.authorizing import apply_authorization_reading, end_orders
from services.changing import change
from services.ports import Ports

log = get_logger()

AT_ONCE = 20
PATIENCE, LONGEST = timedelta(minutes=15), timedelta(hours=6)
"""How long a page waits for an order that WeChat says nothing about: while it answers for others, and at all."""

ORDERS, PERMISSIONS = "orders", "authorizations"


class _Whole:
    """The database as the catching up sees it: the one who makes its memory whole may act upon it."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation.model_copy(update={"memory": Memory.WHOLE})

    async def current(self) -> Generation:
        return self._generation


async def catch_up(ports: Ports, page: int) -> int:
    """Go through one page of what is in doubt; gives how many were looked at, 0 when there is nothing to do."""
    generation = await ports.generations.take(ports.settings.lease)
    if generation is None or generation.mark != ports.ids.mark:
        return 0
    acting = replace(ports, generations=_Whole(generation))  # type: ignore[arg-type] # asked for `current` only
    if generation.phase in {"", ORDERS}:
        return await _orders(acting, ports, generation, page)
    return await _permissions(acting, ports, generation, page)


async def _orders(acting: Ports, ports: Ports, generation: Generation, page: int) -> int:
    now = await ports.clock.now()
    orders = await ports.orders.page(after=generation.after, limit=page)
    if not orders:
        await ports.generations.moved(generation.number, PERMISSIONS, "", now)
        return 1
    doubtful = [order for order in orders if not is_caught_up(order, generation)]
    answered = await _side_by_side([_recover(acting, order, generation) for order in doubtful])
    silent = [order for order, done in zip(doubtful, answered, strict=True) if not done]
    others = any(answered) or any(was_recovered(order, generation) for order in orders)
    if silent and _is_early(generation, now, PATIENCE if others else LONGEST):
        await _wait(ports, generation, now, len(silent))
        return 0
    for order in silent:
        await change(acting, order.no, set_aside, generation)
    await ports.generations.moved(generation.number, ORDERS, orders[-1].no, now)
    return len(orders)


async def _recover(acting: Ports, order: Order, generation: Generation) -> bool:
    """Ask about one order and take what is said. False while WeChat does not answer."""
    try:
        answers = await _ask(acting, order)
        await change(acting, order.no, recover, generation, answers, acting.ids.new("R"))
    except (OutsideFailure, NotReady) as silent:
        log.warning("not caught up yet", action="catch_up.silent", order_no=order.no, why=str(silent))
        return False
    except Refusal as refused:
        log.warning("cannot be caught up", action="catch_up.refused", order_no=order.no, why=str(refused))
        await change(acting, order.no, set_aside, generation)
    return True


async def _ask(ports: Ports, order: Order) -> Answers:
    charges = await _ask_about_charges(ports, order)
    paid = {reading.charge_no for reading in charges if reading.state is ChannelState.PAID}
    refunds: list[tuple[str, RefundReading]] = []
    for charge in order.charges:
        if charge.no in paid or charge.state is ChargeState.PAID:
            for no in doubtful_refunds(charge):
                refund = await ports.refund_gateway.query_refund(order.channel, no)
                refunds += [(charge.no, refund)] if refund else []
    plan = None
    if order.plan and not order.plan.is_over:
        plan = await ports.plan_gateway.query_plan(order.channel, order.plan.no)
    return Answers(charges=tuple(charges), plan=plan, refunds=tuple(refunds))


async def _ask_about_charges(ports: Ports, order: Order) -> list[ChannelReading]:
    """Ask about every number that is not final; a plan's numbers are opened one after the other."""
    readings: list[ChannelReading] = []
    for charge in doubtful_charges(order):
        reading = await ask_charge(ports, order, charge.no)
        if reading is not None:
            readings.append(reading)
        elif charge.lesson_n is not None and charge.state is ChargeState.NONE:
            break
    return readings


async def _permissions(acting: Ports, ports: Ports, generation: Generation, page: int) -> int:
    now = await ports.clock.now()
    found = await ports.authorizations.page(after=generation.after, limit=page)
    if not found:
        await ports.generations.caught_up(generation.number, now)
        log.info("caught up", action="catch_up.done", generation=generation.number)
        return 0
    answered = await _side_by_side([_compare(acting, authorization) for authorization in found])
    if not all(answered) and _is_early(generation, now, PATIENCE if any(answered) else LONGEST):
        await _wait(ports, generation, now, answered.count(False))
        return 0
    await ports.generations.moved(generation.number, PERMISSIONS, found[-1].id, now)
    return len(found)


async def _compare(acting: Ports, authorization: Authorization) -> bool:
    """Ask about one permission. False while WeChat does not answer."""
    if authorization.state is AuthorizationState.CLOSED and not authorization.take_back:
        await end_orders(acting, authorization, authorization.changed_at)  # whoever closed it may have died before
        return True
    asked_at = await acting.clock.now()
    try:
        reading = await acting.authorization_gateway.query_authorization(authorization.channel, authorization.openid)
        if reading is None:
            return True
        given_again = reading.at is not None and reading.at > authorization.changed_at
        if not authorization.take_back or given_again:
            await apply_authorization_reading(acting, reading, at=asked_at, is_answer=True)
    except (OutsideFailure, NotReady) as silent:
        log.warning("not caught up yet", action="catch_up.silent", authorization=authorization.id, why=str(silent))
        return False
    except Refusal as refused:
        log.warning("cannot be asked", action="catch_up.refused", authorization=authorization.id, why=str(refused))
    return True


async def _side_by_side(questions: list[Awaitable[bool]]) -> list[bool]:
    room = asyncio.Semaphore(AT_ONCE)

    async def one(question: Awaitable[bool]) -> bool:
        async with room:
            return await question

    return await asyncio.gather(*map(one, questions))


def _is_early(generation: Generation, now: datetime, patience: timedelta) -> bool:
    return generation.moved_at is None or now - generation.moved_at < patience


async def _wait(ports: Ports, generation: Generation, now: datetime, silent: int) -> None:
    """Stay on this page; from when we wait is written down once."""
    log.warning("WeChat does not answer", action="catch_up.waits", phase=generation.phase, silent=silent)
    if generation.moved_at is None:
        await ports.generations.moved(generation.number, generation.phase, generation.after, now)
