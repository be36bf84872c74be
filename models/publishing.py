"""Who is told which fact, and in which words: the one table, and the shapes that leave the house."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from models.base import Value
from models.delivery import Delivery, Receiver, WebhookEndpoint
from models.facts import Fact, FactKind, Scalar
from models.order import Order

MOST_TEXT = 1000
"""Characters of any text in a webhook: people write reasons, and the whole must stay under 20 kB."""

Payload = dict[str, Scalar | dict[str, Scalar]]


class TemplateKeys(NamedTuple):
    """Where a delivery's payload has the template of one road, and the values of its fields."""

    id: str
    fields: str


TEMPLATE_KEYS = {
    Receiver.SUBSCRIBE_MESSAGE: TemplateKeys("template_id", "fields"),
    Receiver.OA_TEMPLATE: TemplateKeys("oa_template_id", "oa_fields"),
}


class Address(NamedTuple):
    """Where a delivery goes: an endpoint's id by webhook, a learner's id by the other roads."""

    receiver: Receiver
    id: str


class Telling(Value):
    """How one kind of fact is told.

    `shares` are the fact's own details the institution gets; what is not listed goes nowhere. `tells_learner`: whether
    the learner hears of it, too.
    """

    type: str
    shares: tuple[str, ...] = ()
    tells_learner: bool = False


ROADS = (Receiver.SUBSCRIBE_MESSAGE, Receiver.OA_MESSAGE, Receiver.OA_TEMPLATE)
"""By which roads a learner is told, in the order they are tried."""

TELLINGS: dict[FactKind, Telling] = {
    FactKind.ORDER_PLACED: Telling(type="order.placed", shares=("fee_mode", "contract_version")),
    FactKind.ORDER_SIGNED: Telling(type="order.signed", shares=("fee_mode",)),
    FactKind.ORDER_REFUSED: Telling(type="order.refused", shares=("code",), tells_learner=True),
    FactKind.ORDER_EXPIRED: Telling(type="order.expired"),
    FactKind.ORDER_CANCELLED: Telling(type="order.cancelled"),
    FactKind.ORDER_ENDED: Telling(type="order.ended", shares=("reason", "receipt_no", "fence_at"), tells_learner=True),
    FactKind.ORDER_SETTLED: Telling(type="order.settled"),
    FactKind.ORDER_OWED_OUTSIDE: Telling(type="order.owed_outside"),
    FactKind.ORDER_PARKED: Telling(type="order.parked", shares=("reason",)),
    FactKind.ORDER_UNPARKED: Telling(type="order.unparked", shares=("reason",)),
    FactKind.ORDER_RESTORED: Telling(type="order.restored", shares=("backup_at",), tells_learner=True),
    FactKind.BILLING_TURNED_OFF: Telling(type="billing.turned_off"),
    FactKind.COURSE_COMPLETED: Telling(type="course.completed", shares=("ended",), tells_learner=True),
    FactKind.LESSON_RESCHEDULED: Telling(type="lesson.rescheduled", shares=("scheduled_at", "reason")),
    FactKind.LESSON_TAUGHT: Telling(type="lesson.taught", shares=("report_id", "taught_at"), tells_learner=True),
    FactKind.LESSON_TOLD: Telling(type="lesson.told", shares=("how", "confirm_by")),
    FactKind.LESSON_SILENCE_ENDING: Telling(type="lesson.silence_ending", shares=("confirm_by",), tells_learner=True),
    FactKind.REPORT_ALLOWED: Telling(type="report.allowed", shares=("reason",)),
    FactKind.LESSON_CONFIRMED: Telling(type="lesson.confirmed", shares=("how",)),
    FactKind.LESSON_DISPUTED: Telling(type="lesson.disputed", shares=("reason", "decide_by")),
    FactKind.LESSON_CANCELLED: Telling(type="lesson.cancelled", shares=("reason",)),
    FactKind.LESSON_MAKE_UP_PLANNED: Telling(type="lesson.make_up_planned", shares=("scheduled_at",)),
    FactKind.DISPUTE_ANSWERED: Telling(type="dispute.answered", shares=("answer",)),
    FactKind.DISPUTE_DECIDED: Telling(type="dispute.decided", shares=("outcome",), tells_learner=True),
    FactKind.CHARGE_OPENED: Telling(type="charge.opened"),
    FactKind.CHARGE_ANNOUNCED: Telling(type="charge.announced", shares=("lessons", "how", "not_before")),
    FactKind.CHARGE_REQUESTED: Telling(type="charge.requested", shares=("lessons",)),
    FactKind.CHARGE_LOWERED: Telling(type="charge.lowered", shares=("reason",)),
    FactKind.CHARGE_REPORTED_PAID: Telling(type="charge.reported_paid", shares=("paid_at", "reference")),
    FactKind.CHARGE_OVERDUE: Telling(type="charge.overdue", shares=("reminder", "last"), tells_learner=True),
    FactKind.CHARGE_PAID: Telling(type="charge.paid", shares=("transaction_id", "healed"), tells_learner=True),
    FactKind.CHARGE_IDENTIFIED: Telling(type="charge.identified", shares=("transaction_id",)),
    FactKind.CHARGE_CANCELLED: Telling(type="charge.cancelled", shares=("reason",)),
    FactKind.CHARGE_FOUND: Telling(type="charge.found", shares=("proven",)),
    FactKind.CHARGE_PROVEN: Telling(type="charge.proven"),
    FactKind.REFUND_OWED: Telling(type="refund.owed", shares=("refund_no", "reason")),
    FactKind.REFUND_DONE: Telling(type="refund.done", shares=("refund_no",), tells_learner=True),
    FactKind.REFUND_FAILED: Telling(type="refund.failed", shares=("refund_no", "problem")),
    FactKind.REFUND_RETRIED: Telling(type="refund.retried", shares=("refund_no", "again_no")),
    FactKind.REFUND_SETTLED_OUTSIDE: Telling(
        type="refund.settled_outside", shares=("refund_no", "reference"), tells_learner=True
    ),
}

WEBHOOK_TYPES = frozenset(telling.type for telling in TELLINGS.values())


def wants(endpoint: WebhookEndpoint, type_: str) -> bool:
    """Whether an endpoint is open and asked for this type; one that named no types asked for all."""
    return endpoint.disabled_at is None and (not endpoint.types or type_ in endpoint.types)


def webhook_payload(order: Order, fact: Fact) -> Payload:
    """Write a fact for the institution: type, moment and our words, amounts in fen.

    Nobody's openid, phone, address or way of paying is in it: only what a school needs to find its own student.
    """
    telling = TELLINGS[fact.kind]
    data: dict[str, Scalar] = {
        "order_no": order.no,
        "seq": fact.seq,
        "course_id": order.course.id,
        "course_title": order.course.title,
        "student_name": order.buyer.student_name,
        "by": fact.by,
        "lesson": fact.lesson_n,
        "lesson_title": lesson_title(order, fact),
        "charge_no": fact.charge_no,
        "amount_fen": fact.amount_fen,
        "generation": fact.data.get("generation"),
        **{key: fact.data[key] for key in telling.shares if key in fact.data},
    }
    stated = {key: _bounded(value) for key, value in data.items() if value is not None}
    return {"type": telling.type, "timestamp": _rfc3339(fact.at), "data": stated}


def delivery_of(order: Order, fact: Fact, to: Address, payload: Payload, at: datetime) -> Delivery:
    """Begin the telling of one fact to one receiver; made twice, it is the same delivery.

    The id has no full stop: a webhook's id may not.
    """
    return Delivery(
        id=_delivery_id(fact.id, to),
        fact_id=fact.id,
        order_no=order.no,
        seq=fact.seq,
        institution_id=order.course.institution_id,
        receiver=to.receiver,
        address=to.id,
        type=TELLINGS[fact.kind].type,
        happened_at=fact.at,
        payload=payload,
        next_at=at,
        created_at=at,
    )


def by_next_road(delivery: Delivery, at: datetime, *, follows: bool) -> Delivery | None:
    """Begin telling the same fact to the same person the next way there is: a delivery with tries of its own."""
    later = ROADS[ROADS.index(delivery.receiver) + 1 :]
    receiver = first_road(later, delivery.payload, follows=follows)
    if receiver is None:
        return None
    return Delivery(
        **delivery.model_dump(exclude={"id", "receiver", "state", "attempts", "next_at", "created_at"}),
        id=_delivery_id(delivery.fact_id, Address(receiver, delivery.address)),
        receiver=receiver,
        next_at=at,
        created_at=at,
    )


def first_road(roads: Sequence[Receiver], payload: Payload, *, follows: bool) -> Receiver | None:
    """Return the first road that can be tried: templates need to be configured, the account's to be followed."""
    for road in roads:
        has_template = road is Receiver.OA_MESSAGE or TEMPLATE_KEYS[road].id in payload
        if has_template and (follows or road is Receiver.SUBSCRIBE_MESSAGE):
            return road
    return None


def lesson_title(order: Order, fact: Fact) -> str | None:
    """Return the title of the lesson a fact is about, if it is about one."""
    return None if fact.lesson_n is None else order.lesson(fact.lesson_n).title


def _delivery_id(fact_id: str, to: Address) -> str:
    return f"{fact_id.replace('.', '-')}-{to.receiver}-{to.id}"


def _bounded(value: Scalar) -> Scalar:
    return value[:MOST_TEXT] if isinstance(value, str) else value


def _rfc3339(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
