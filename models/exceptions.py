"""What healing cannot settle and a person must: each exception with its owner, its age and what to do about it.

Two tables: who owns which kind and what of an order it is about, and which facts raise or settle it. An exception
is known by what it is about, so raising it twice is one; `cause` grows with whatever raised or settled it (a fact's
place in its chain, or an instant), so that telling an old story again never opens what was closed since.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from models.base import Entity, Moment, Value
from models.errors import Conflict
from models.facts import Fact, FactKind, Scalar


class ExceptionKind(StrEnum):
    """What is the matter; the same word is the catalogue key of what to do about it."""

    ORDER_PARKED = "order_parked"
    REFUND_FAILED = "refund_failed"
    OVERDUE_FOR_LONG = "overdue_for_long"
    OWED_OUTSIDE_WECHAT = "owed_outside_wechat"
    DISPUTE_UNANSWERED = "dispute_unanswered"
    DISPUTE_UNDECIDED = "dispute_undecided"
    NOTICE_UNKNOWN = "notice_unknown"
    WORD_OF_ANOTHER_MERCHANT = "word_of_another_merchant"
    DELIVERY_PARKED = "delivery_parked"
    DOCUMENT_UNREADABLE = "document_unreadable"
    WORK_STUCK = "work_stuck"
    CHARGE_UNPROVEN = "charge_unproven"
    FORGOTTEN_AT_WECHAT = "forgotten_at_wechat"


class Owner(StrEnum):
    """Who has to act."""

    INSTITUTION = "institution"
    OPERATOR = "operator"


class About(StrEnum):
    """What of an order an exception is about: two of one kind may be open at once only about different ones."""

    ORDER = "order"
    LESSON = "lesson"
    CHARGE = "charge"
    REFUND = "refund"


class Raising(Value):
    """How one kind of exception comes and goes.

    `raised_by` the fact kind, if its data hold all of `only`; `settled_by` any of these about the same thing. A kind
    without `raised_by` is raised by a use case.
    """

    owner: Owner
    about: About = About.ORDER
    raised_by: FactKind | None = None
    only: dict[str, Scalar] = {}
    settled_by: tuple[FactKind, ...] = ()


_INSTITUTION, _OPERATOR = Owner.INSTITUTION, Owner.OPERATOR

RAISINGS: dict[ExceptionKind, Raising] = {
    ExceptionKind.ORDER_PARKED: Raising(
        owner=_OPERATOR, raised_by=FactKind.ORDER_PARKED, settled_by=(FactKind.ORDER_UNPARKED,)
    ),
    ExceptionKind.REFUND_FAILED: Raising(
        owner=_INSTITUTION,
        about=About.REFUND,
        raised_by=FactKind.REFUND_FAILED,
        settled_by=(FactKind.REFUND_DONE, FactKind.REFUND_RETRIED, FactKind.REFUND_SETTLED_OUTSIDE),
    ),
    ExceptionKind.OVERDUE_FOR_LONG: Raising(
        owner=_INSTITUTION,
        about=About.CHARGE,
        raised_by=FactKind.CHARGE_OVERDUE,
        only={"last": True},
        settled_by=(FactKind.CHARGE_PAID, FactKind.CHARGE_CANCELLED),
    ),
    ExceptionKind.OWED_OUTSIDE_WECHAT: Raising(owner=_INSTITUTION, raised_by=FactKind.ORDER_OWED_OUTSIDE),
    ExceptionKind.DISPUTE_UNANSWERED: Raising(
        owner=_INSTITUTION,
        about=About.LESSON,
        raised_by=FactKind.LESSON_DISPUTED,
        settled_by=(FactKind.DISPUTE_ANSWERED, FactKind.DISPUTE_DECIDED),
    ),
    ExceptionKind.DISPUTE_UNDECIDED: Raising(
        owner=_OPERATOR,
        about=About.LESSON,
        raised_by=FactKind.DISPUTE_ANSWERED,
        settled_by=(FactKind.DISPUTE_DECIDED,),
    ),
    ExceptionKind.NOTICE_UNKNOWN: Raising(owner=_OPERATOR),
    ExceptionKind.WORD_OF_ANOTHER_MERCHANT: Raising(owner=_OPERATOR),
    ExceptionKind.DELIVERY_PARKED: Raising(owner=_INSTITUTION),
    ExceptionKind.DOCUMENT_UNREADABLE: Raising(owner=_OPERATOR),
    ExceptionKind.WORK_STUCK: Raising(owner=_OPERATOR),
    ExceptionKind.CHARGE_UNPROVEN: Raising(
        owner=_INSTITUTION,
        about=About.CHARGE,
        raised_by=FactKind.CHARGE_FOUND,
        only={"proven": False},
        settled_by=(FactKind.CHARGE_PROVEN,),
    ),
    ExceptionKind.FORGOTTEN_AT_WECHAT: Raising(owner=_OPERATOR),
}


class ExceptionCase(Entity):
    """One thing a person has to look at. `subject` is the number of what it is about."""

    id: str
    version: int = 0
    kind: ExceptionKind
    owner: Owner
    subject: str
    order_no: str = ""
    institution_id: str = ""
    opened_at: Moment
    cause: int = 0
    detail: dict[str, Scalar] = {}
    closed_at: Moment | None = None
    closed_by: str = ""
    outcome: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to act."""
        return self.closed_at is None

    def age(self, now: datetime) -> timedelta:
        """How long it has been, or was, open."""
        return (self.closed_at or now) - self.opened_at

    def raised_again(self, news: "ExceptionCase") -> None:
        """It was told of once more: a newer cause opens what was closed, the same or an older one changes nothing."""
        if news.cause <= self.cause:
            return
        if not self.is_open:
            self.opened_at, self.closed_at, self.closed_by, self.outcome = news.opened_at, None, "", ""
        self.cause, self.detail = news.cause, news.detail

    def settled(self, outcome: str, by: str, at: datetime, cause: int) -> None:
        """What it was about came right; a cause older than what raised it says nothing."""
        if self.is_open and cause > self.cause:
            self.cause, self.closed_at, self.closed_by, self.outcome = cause, at, by, outcome

    def close(self, outcome: str, by: str, at: datetime) -> None:
        """A person dealt with it. The same word again changes nothing; another one raises Conflict."""
        if self.is_open:
            self.closed_at, self.closed_by, self.outcome = at, by, outcome
        elif (self.closed_by, self.outcome) != (by, outcome):
            raise Conflict("exception_closed", exception_id=self.id, outcome=self.outcome)


def exception_id(kind: ExceptionKind, subject: str) -> str:
    """Make the key under which raising twice is one."""
    return f"{subject}-{kind}"


def touched(fact: Fact) -> Iterator[tuple[ExceptionKind, bool]]:
    """Return the kinds of exception a fact raises (True) or may settle (False)."""
    for kind, rule in RAISINGS.items():
        if fact.kind is rule.raised_by and rule.only.items() <= fact.data.items():
            yield kind, True
        elif fact.kind in rule.settled_by:
            yield kind, False


def subject_of(kind: ExceptionKind, fact: Fact) -> str:
    """Return the number of what a fact says about this kind of exception."""
    match RAISINGS[kind].about:
        case About.ORDER:
            return fact.order_no
        case About.LESSON:
            return f"{fact.order_no}-L{fact.lesson_n}"
        case About.CHARGE:
            return str(fact.charge_no)
        case About.REFUND:
            return str(fact.data["refund_no"])


def raised_by_fact(kind: ExceptionKind, fact: Fact, institution_id: str) -> ExceptionCase:
    """Make the exception a fact raises; its detail is the fact's own."""
    about = {"lesson": fact.lesson_n, "charge_no": fact.charge_no, "amount_fen": fact.amount_fen, **fact.data}
    subject = subject_of(kind, fact)
    return ExceptionCase(
        id=exception_id(kind, subject),
        kind=kind,
        owner=RAISINGS[kind].owner,
        subject=subject,
        order_no=fact.order_no,
        institution_id=institution_id,
        opened_at=fact.at,
        cause=fact.seq,
        detail={key: value for key, value in about.items() if value is not None},
    )
