"""Changing an order: read it once, apply a pure rule, draw the consequences, save what changed, or think again.

This is the only way an order changes. A rule is `rule(order, at, …)`; it raises a refusal or changes the order, and may
say something (`Changed.result`). A change that would break an invariant is not made: the order is parked as it was.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Concatenate, Generic, NamedTuple, ParamSpec, TypeAlias, TypeVar

from structlog import get_logger

from models.errors import Conflict, NotFound
from models.invariants import broken
from models.order import Order
from models.parking import park_order
from models.settling import progress
from services.generation import require_memory
from services.ports import Ports
from services.saving import until_saved

log = get_logger()

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class OrderOf:
    """An order's number and whose it must be; somebody else's looks exactly like one that does not exist."""

    no: str
    learner_id: str = ""
    institution_id: str = ""

    def fits(self, order: Order) -> bool:
        """Whether the order belongs to whoever is named."""
        return self.learner_id in ("", order.buyer.learner_id) and self.institution_id in (
            "",
            order.course.institution_id,
        )


Which: TypeAlias = str | OrderOf | Order
"""An order by its number, by its number and owner, or as it was read or changed a moment ago."""


class Changed(NamedTuple, Generic[T]):
    """The order as it is now, and what the rule had to say; None when it was parked instead of changed."""

    order: Order
    result: T | None

    @property
    def said(self) -> T:
        """What the rule said; raises Conflict `order_parked` when the change was not made."""
        if self.result is None:
            raise Conflict("order_parked", order_no=self.order.no)
        return self.result


def learners(learner_id: str, no: str) -> OrderOf:
    """Return which order is meant: this one, if it is this learner's."""
    return OrderOf(no, learner_id=learner_id)


def institutions(institution_id: str, no: str) -> OrderOf:
    """Return which order is meant: this one, if it is this institution's."""
    return OrderOf(no, institution_id=institution_id)


async def change(
    ports: Ports,
    which: Which,
    rule: Callable[Concatenate[Order, datetime, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> Changed[T]:
    """Apply `rule(order, now, *args, **kwargs)` and save what it and its consequences changed, unless nothing did.

    An order handed in saves the reading. It is changed in place, and stays as it was when the rule raises; when
    somebody saved since, it is read anew and the order returned is another one. A rule that changes nothing is not
    compared with what is stored by now, so what must not rest on an order read a while ago has to change it: an
    intention counts a try. Raises NotFound, whatever the rule raises, Conflict `too_busy`, or NotReady while this
    database may not be acted upon.
    """
    await require_memory(ports)
    in_hand = which if isinstance(which, Order) else None

    async def attempt() -> Changed[T]:
        nonlocal in_hand
        order, in_hand = in_hand or await require_order(ports, _named(which)), None
        before = order.model_dump()  # much cheaper than a deep copy
        now = await ports.clock.now()
        try:
            result = rule(order, now, *args, **kwargs)
            progress(order, now)
            kept = _keep_whole(order, before, now)
            if order.model_dump() != before:
                await ports.orders.save(order, before)
        except BaseException:
            _set_back(order, before)
            raise
        return Changed(order, result if kept else None)

    return await until_saved(ports, attempt, order_no=_named(which).no)


async def require_order(ports: Ports, which: Which) -> Order:
    """Return the order, without a reading when it is in hand; raises NotFound."""
    if isinstance(which, Order):
        return which
    wanted = _named(which)
    order = await ports.orders.get(wanted.no)
    if order is None or not wanted.fits(order):
        raise NotFound("order_not_found", order_no=wanted.no)
    return order


def _named(which: Which) -> OrderOf:
    match which:
        case str():
            return OrderOf(which)
        case Order():
            return OrderOf(which.no)
        case _:
            return which


def _keep_whole(order: Order, before: dict[str, Any], now: datetime) -> bool:
    """Set back and park an order that a change would break; one broken already may go on changing.

    Says whether the change stands.
    """
    names = broken(order)
    known = broken(Order.model_validate(before)) if names else []
    news = [name for name in names if name not in known]
    if not news:
        return True
    log.error("a change would break an invariant", action="invariant.broken", order_no=order.no, broken=news)
    _set_back(order, before)
    park_order(order, now, f"invariant:{news[0]}")
    return False


def _set_back(order: Order, before: dict[str, Any]) -> None:
    vars(order).update(vars(Order.model_validate(before)))
