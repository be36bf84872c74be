"""Everything that proves what one order charged and why, in one document that can be checked without us.

`docs/verify_evidence.py` checks it offline. Who the learner is at WeChat (openid) and their phone are not in it; the
network address and program from which the terms were accepted are, because they belong to the acceptance.
"""

from hashlib import sha256
from json import dumps
from typing import Literal

from models.base import Fen, Moment, Value
from models.charge import Charge, ChargeState, OutsidePayment, RefundState
from models.contract import Acceptance, Contract
from models.facts import Fact
from models.fee_mode import Agreement, FeeMode
from models.lesson import Lesson
from models.merchant import Channel
from models.order import CourseCopy, Fence, Order, OrderState
from models.policy import Policy
from models.quote import Quote


class OrderEvidence(Value):
    """What the order froze when it was placed, and where it stands. The chain's head is its last fact's hash."""

    no: str
    course: CourseCopy
    student_name: str
    fee_mode: FeeMode
    agreement: Agreement
    channel: Channel
    policy: Policy
    price_fen: Fen
    state: OrderState
    parked: str
    placed_at: Moment
    signed_at: Moment | None
    closed_at: Moment | None
    fence: Fence | None
    quote: Quote | None
    fact_count: int
    fact_hash: str


class RefundEvidence(Value):
    """Money that went back, or is owed back."""

    no: str
    amount_fen: Fen
    state: RefundState
    reason: str
    requested_by: str
    requested_at: Moment
    refunded_at: Moment | None


class ChargeEvidence(Value):
    """One movement of money: what was asked for, what WeChat took, and by which transaction it can be found there."""

    no: str
    lesson_n: int | None
    state: ChargeState
    asked_fen: Fen
    paid_fen: Fen
    paid_at: Moment | None
    paid_how: str
    transaction_id: str | None
    cancel_reason: str
    outside_payment: OutsidePayment | None
    refunds: tuple[RefundEvidence, ...]


class EvidencePack(Value):
    """One order's evidence. `sha256` is over all the rest, as canonical JSON (sorted keys, no spaces, UTF-8)."""

    format: Literal["xianxue-evidence/1"] = "xianxue-evidence/1"
    exported_at: Moment
    order: OrderEvidence
    contract: Contract
    acceptance: Acceptance
    price_list_fen: tuple[Fen, ...]
    lessons: tuple[Lesson, ...]
    charges: tuple[ChargeEvidence, ...]
    facts: tuple[Fact, ...]
    sha256: str = ""

    def computed_sha256(self) -> str:
        """Fingerprint everything but the fingerprint itself."""
        body = self.model_dump(mode="json", exclude={"sha256"})
        canonical = dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return sha256(canonical.encode()).hexdigest()


def assemble(order: Order, contract: Contract, facts: list[Fact], at: Moment) -> EvidencePack:
    """Put an order's evidence together from what is kept; `facts` are all of them, in chain order."""
    pack = EvidencePack(
        exported_at=at,
        order=_order(order),
        contract=contract,
        acceptance=order.acceptance,
        price_list_fen=tuple(lesson.price_fen for lesson in order.lessons),
        lessons=tuple(order.lessons),
        charges=tuple(_charge(charge) for charge in order.charges),
        facts=tuple(facts),
    )
    return pack.model_copy(update={"sha256": pack.computed_sha256()})


def _order(order: Order) -> OrderEvidence:
    shared = order.model_dump(include=set(OrderEvidence.model_fields))
    return OrderEvidence(**shared, student_name=order.buyer.student_name)


def _charge(charge: Charge) -> ChargeEvidence:
    shared = charge.model_dump(include=set(ChargeEvidence.model_fields) - {"refunds"})
    refunds = (refund.model_dump(include=set(RefundEvidence.model_fields)) for refund in charge.refunds)
    asked_fen = charge.completion.amount_fen if charge.completion else 0
    return ChargeEvidence(**shared, asked_fen=asked_fen, refunds=tuple(RefundEvidence(**refund) for refund in refunds))
