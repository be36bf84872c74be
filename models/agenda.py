"""What an order is waiting for, and since when: each kind of work has its own index and its own job."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from itertools import chain

from models.lesson import LessonState
from models.order import Order, OrderState


class Due(StrEnum):
    """Kinds of work an order can be waiting for; each has its own index and its own job."""

    RELAY = "relay"
    SILENCE = "silence"
    DECIDE = "decide"
    SETTLE = "settle"
    REFUND = "refund"
    HEAL = "heal"
    EXPIRE = "expire"
    REMIND = "remind"


def agenda(order: Order) -> dict[Due, datetime]:
    """Say what is due for this order and since when; derived on every save, so a job never has to search."""
    due: dict[Due, datetime | None] = {Due.RELAY: order.facts[0].at if order.facts else None}
    if not order.parked:
        disputes = (lesson.dispute for lesson in order.lessons_in(LessonState.DISPUTED))
        refunds = list(chain.from_iterable(charge.refunds for charge in order.charges))
        plan_act_at, plan_ask_at = (order.plan.act_at, order.plan.ask_at) if order.plan else (None, None)
        due |= {
            Due.SILENCE: _first(
                chain.from_iterable((x.warn_at, x.confirm_by) for x in order.lessons_in(LessonState.TAUGHT))
            ),
            Due.DECIDE: _first(dispute.decide_by for dispute in disputes if dispute),
            Due.SETTLE: _first([plan_act_at, *(charge.act_at for charge in order.charges)]),
            Due.REFUND: _first(refund.act_at for refund in refunds),
            Due.HEAL: _first(
                [order.ask_at, plan_ask_at, *(x.ask_at for x in order.charges), *(x.ask_at for x in refunds)]
            ),
            Due.EXPIRE: order.expire_at if order.state is OrderState.AWAITING_LEARNER else None,
            Due.REMIND: _first(charge.remind_at for charge in order.charges),
        }
    return {kind: at for kind, at in due.items() if at is not None}


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
