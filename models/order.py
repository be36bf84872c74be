"""The order: one learner taking one course under one fee mode, with all that may ever change about it inside.

    placing ─▶ awaiting_learner ─▶ in_training ─▶ settling ─▶ settled
       │            │                   └────────────┴──────▶ cancelled   (nothing was taught)
       └──▶ cancelled / expired ◀───────┘

The rules that move it stand beside this file, a noun each; docs/architecture.md says which is which.
"""

from datetime import datetime
from enum import StrEnum

from models.base import Fen, Moment, Value
from models.charge import Charge, ChargeState
from models.contract import Acceptance
from models.errors import IllegalMove, NotFound
from models.facts import Fact, FactKind, Scalar
from models.fee_mode import Agreement, FeeMode
from models.lesson import Lesson, LessonState
from models.merchant import Channel
from models.policy import Policy
from models.quote import Quote
from models.waiting import Asked, Waiting


class OrderState(StrEnum):
    """Where the order as a whole stands. *Overdue* is derived from its charges, never stored."""

    PLACING = "placing"
    AWAITING_LEARNER = "awaiting_learner"
    IN_TRAINING = "in_training"
    SETTLING = "settling"
    SETTLED = "settled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


ORDER_MOVES: dict[OrderState, frozenset[OrderState]] = {
    OrderState.PLACING: frozenset({OrderState.AWAITING_LEARNER, OrderState.IN_TRAINING, OrderState.CANCELLED}),
    OrderState.AWAITING_LEARNER: frozenset({OrderState.IN_TRAINING, OrderState.CANCELLED, OrderState.EXPIRED}),
    OrderState.IN_TRAINING: frozenset({OrderState.SETTLING}),
    OrderState.SETTLING: frozenset({OrderState.SETTLED, OrderState.CANCELLED}),
    OrderState.SETTLED: frozenset(),
    OrderState.CANCELLED: frozenset(),
    OrderState.EXPIRED: frozenset(),
}

UNSIGNED_STATES = frozenset({OrderState.PLACING, OrderState.AWAITING_LEARNER})
"""The learner has not agreed yet."""

RUNNING_STATES = UNSIGNED_STATES | {OrderState.IN_TRAINING}
"""While an order is in one of these and has no fence, the same child has no second one of the same course."""

FINAL_ORDER_STATES = frozenset({OrderState.SETTLED, OrderState.CANCELLED, OrderState.EXPIRED})


class Fence(Value):
    """The instant after which no later lesson can be charged, who set it and why, and the receipt's number."""

    at: Moment
    by: str
    reason: str
    receipt_no: str


class RefusalNote(Value):
    """WeChat's no to this order, kept so that repeating the request gets the same answer.

    `later` is a no that came when the learner had been answered an order already: it is told, and stays in the list.
    """

    code: str
    detail: dict[str, Scalar] = {}
    later: bool = False


class PlanState(StrEnum):
    """What WeChat last told us about the plan."""

    OFFERED = "offered"
    SIGNED = "signed"
    STOPPED = "stopped"
    COMPLETE = "complete"


PLAN_MOVES: dict[PlanState, frozenset[PlanState]] = {
    PlanState.OFFERED: frozenset({PlanState.SIGNED, PlanState.STOPPED}),
    PlanState.SIGNED: frozenset({PlanState.STOPPED, PlanState.COMPLETE}),
    PlanState.STOPPED: frozenset(),
    PlanState.COMPLETE: frozenset(),
}


class SignedPlan(Waiting):
    """The plan the learner signs for `pay_per_lesson`: our number, WeChat's number, and the product's plan."""

    no: str
    plan_id: str
    sign_plan_id: str | None = None
    state: PlanState = PlanState.OFFERED

    @property
    def is_over(self) -> bool:
        """Whether no further lesson can be opened under it."""
        return not PLAN_MOVES[self.state]

    def move(self, to: PlanState) -> None:
        """Change the state along the table; raises IllegalMove for any other way."""
        if to not in PLAN_MOVES[self.state]:
            message = f"plan {self.no}: {self.state} -> {to}"
            raise IllegalMove(message)
        self.state = to


class Recovery(Value):
    """That this order was brought back from a backup: in which life of the database, and as of when."""

    mark: str
    at: Moment
    backup_at: Moment


class Buyer(Value):
    """For whom: the learner who owes, known to WeChat by openid, and the student who attends."""

    learner_id: str
    openid: str
    student_name: str


class CourseCopy(Value):
    """What the order was for, as it was sold."""

    id: str
    institution_id: str
    title: str
    introduction: str
    revision: int
    duration_days: int


class Order(Asked):
    """The aggregate. Saved by compare-and-set on `version`, facts included: state and word are one write.

    `generation` is the mark of the database's life for an order that is older than that life.
    """

    no: str
    version: int = 0
    idempotency_key: str
    request_sha256: str
    running_key: str = ""
    buyer: Buyer
    course: CourseCopy
    fee_mode: FeeMode
    agreement: Agreement
    channel: Channel
    policy: Policy
    acceptance: Acceptance
    price_fen: Fen
    state: OrderState = OrderState.PLACING
    lessons: list[Lesson]
    charges: list[Charge]
    plan: SignedPlan | None = None
    fence: Fence | None = None
    quote: Quote | None = None
    refusal: RefusalNote | None = None
    parked: str = ""
    placed_at: Moment
    signed_at: Moment | None = None
    closed_at: Moment | None = None
    expire_at: Moment | None = None
    facts: list[Fact] = []
    fact_count: int = 0
    fact_hash: str = ""
    generation: str = ""
    recovery: Recovery | None = None

    def move(self, to: OrderState) -> None:
        """Change the state along the table; raises IllegalMove for any other way."""
        if to not in ORDER_MOVES[self.state]:
            message = f"order {self.no}: {self.state} -> {to}"
            raise IllegalMove(message)
        self.state = to
        if to not in RUNNING_STATES:
            self.running_key = ""

    def record(
        self,
        kind: FactKind,
        at: datetime,
        by: str,
        *,
        lesson_n: int | None = None,
        charge_no: str | None = None,
        amount_fen: int | None = None,
        **data: Scalar,
    ) -> None:
        """Append a fact to the chain; it is saved with the state that made it and told to others later.

        After a restore places in the chain are taken a second time, so each fact says in which life it was recorded.
        """
        life: dict[str, Scalar] = {"generation": self.generation} if self.generation else {}
        fact = Fact(
            order_no=self.no,
            seq=self.fact_count + 1,
            kind=kind,
            at=at,
            by=by,
            lesson_n=lesson_n,
            charge_no=charge_no,
            amount_fen=amount_fen,
            data=data | life,
            previous_hash=self.fact_hash,
        ).sealed()
        self.facts.append(fact)
        self.fact_count, self.fact_hash = fact.seq, fact.hash

    def lesson(self, n: int) -> Lesson:
        """Return lesson `n`; raises NotFound when the course has no such lesson."""
        if not 1 <= n <= len(self.lessons):
            raise NotFound("lesson_not_found", lesson=n)
        return self.lessons[n - 1]

    def charge(self, no: str) -> Charge:
        """Return the charge with this number; raises NotFound for a number of some other order."""
        for charge in self.charges:
            if charge.no == no:
                return charge
        raise NotFound("charge_not_found", charge_no=no)

    def charge_of(self, lesson: Lesson) -> Charge:
        """Return the charge that pays for this lesson: its own, or the whole course's."""
        return next(charge for charge in self.charges if charge.lesson_n in (lesson.n, None))

    @property
    def is_final(self) -> bool:
        """Whether the order's own life is over (refunds may still be under way)."""
        return self.state in FINAL_ORDER_STATES

    @property
    def owed_fen(self) -> int:
        """The price of every lesson the learner owes so far."""
        return sum(lesson.price_fen for lesson in self.lessons if lesson.is_owed)

    @property
    def paid_fen(self) -> int:
        """What WeChat has taken for this order."""
        return sum(charge.paid_fen for charge in self.charges)

    @property
    def promised_fen(self) -> int:
        """What went back or is owed back to the learner."""
        return sum(charge.promised_fen for charge in self.charges)

    @property
    def refunded_fen(self) -> int:
        """What has certainly gone back to the learner."""
        return sum(charge.refunded_fen for charge in self.charges)

    def lessons_in(self, *states: LessonState) -> list[Lesson]:
        """Return the lessons in any of these states."""
        return [lesson for lesson in self.lessons if lesson.state in states]

    def charges_in(self, *states: ChargeState) -> list[Charge]:
        """Return the charges in any of these states."""
        return [charge for charge in self.charges if charge.state in states]

    @property
    def is_overdue(self) -> bool:
        """Whether WeChat was asked for money long enough ago to have it by now, and the learner was told it has not."""
        return any(charge.reminders for charge in self.charges_in(ChargeState.DEDUCTING))
