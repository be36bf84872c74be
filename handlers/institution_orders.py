"""What an institution may do about one order: timetable, disputes, money, ending."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, Field, SecretStr, model_validator

from handlers.operation import Access, Call, Handle, Operation
from handlers.order_views import OrderView, order_view
from handlers.shapes import Strict
from models.api_key import Scope
from models.notices import BankCard
from services import collecting, ending, lessons, refunding
from services.ports import Ports

Reason = Annotated[str, Field(min_length=1, max_length=50)]
"""WeChat shows reasons to the learner, at most 50 characters of them."""


class ScheduleInput(Strict):
    """When a lesson is to be taught."""

    scheduled_at: AwareDatetime
    reason: Annotated[str, Field(max_length=50)] = ""


class ReasonInput(Strict):
    """Why."""

    reason: Reason


class AnswerInput(Strict):
    """The institution's side of a dispute, or its giving in."""

    answer: Annotated[str, Field(max_length=500)] = ""
    concede: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.answer and not self.concede:
            raise ValueError("answer, or concede")
        return self


class RefundInput(Strict):
    """How much of which charge to give back."""

    charge_no: Annotated[str, Field(min_length=1, max_length=64)]
    amount_fen: Annotated[int, Field(gt=0, strict=True)]
    reason: Reason


class LoweringInput(Strict):
    """What to ask for instead; only less than before."""

    amount_fen: Annotated[int, Field(gt=0, strict=True)]
    reason: Reason


class RedirectionInput(Strict):
    """Where a refund its account did not take goes instead: to a card of the learner's, or to the merchant."""

    to: Literal["learner", "merchant"]
    bank_type: Annotated[str, Field(pattern=r"^[A-Z_]{1,32}$")] = ""
    bank_account: Annotated[SecretStr, Field(max_length=64)] = SecretStr("")
    real_name: Annotated[SecretStr, Field(max_length=64)] = SecretStr("")

    @model_validator(mode="after")
    def _names_the_card(self) -> Self:
        named = (self.bank_type, self.bank_account.get_secret_value(), self.real_name.get_secret_value())
        if self.to == "learner" and not all(named):
            raise ValueError("name bank_type, bank_account and real_name of the learner's card")
        if self.to == "merchant" and any(named):
            raise ValueError("no card is named when the merchant takes it")
        return self

    @property
    def card(self) -> BankCard | None:
        """Return the learner's card, None when the merchant takes the money."""
        if self.to == "merchant":
            return None
        return BankCard(bank_type=self.bank_type, number=self.bank_account, holder=self.real_name)


class SettlementInput(Strict):
    """That the learner has the money by another way."""

    reference: Annotated[str, Field(min_length=1, max_length=64)]


class OutsidePaymentInput(Strict):
    """That the learner paid the institution directly."""

    paid_at: AwareDatetime
    reference: Annotated[str, Field(min_length=1, max_length=64)]


class CourseEnding(BaseModel):
    """How many orders were ended; with `more`, call again."""

    ended: int
    more: bool


async def reschedule_lesson(call: Call) -> OrderView:
    """Move a lesson that was not taught yet."""
    given = call.read(ScheduleInput)
    return order_view(await lessons.reschedule_lesson(*_lesson(call), given.scheduled_at, given.reason))


async def cancel_lesson(call: Call) -> OrderView:
    """Cancel a lesson; it is never charged."""
    return order_view(await lessons.cancel_lesson(*_lesson(call), call.read(ReasonInput).reason))


async def plan_make_up(call: Call) -> OrderView:
    """Plan a void lesson once more."""
    return order_view(await lessons.plan_make_up(*_lesson(call), call.read(ScheduleInput).scheduled_at))


async def answer_dispute(call: Call) -> OrderView:
    """Answer a dispute, or give in."""
    given = call.read(AnswerInput)
    if given.answer:
        order = await lessons.answer_dispute(*_lesson(call), given.answer)
    if given.concede:
        order = await lessons.concede_dispute(*_lesson(call))
    return order_view(order)


async def owe_refund(call: Call) -> OrderView:
    """Give money back; the same Idempotency-Key is the same refund."""
    given = call.read(RefundInput)
    return order_view(
        await refunding.owe_refund(*_order(call), given.charge_no, given.amount_fen, given.reason, call.idempotency_key)
    )


async def retry_refund(call: Call) -> OrderView:
    """Try a failed refund again."""
    return order_view(await refunding.retry_refund(*_order(call), call.path["refund_no"]))


async def redirect_refund(call: Call) -> OrderView:
    """Send a refund its account did not take to another one; the card goes to WeChat and is kept nowhere."""
    card = call.read(RedirectionInput).card
    return order_view(await refunding.redirect_refund(*_order(call), call.path["refund_no"], card))


async def settle_refund_outside(call: Call) -> OrderView:
    """Record that a refund WeChat could not make was made another way."""
    reference = call.read(SettlementInput).reference
    return order_view(await refunding.settle_refund_outside(*_order(call), call.path["refund_no"], reference))


async def lower_charge(call: Call) -> OrderView:
    """Ask for less than before."""
    given = call.read(LoweringInput)
    return order_view(
        await collecting.lower_charge(*_order(call), call.path["charge_no"], given.amount_fen, given.reason)
    )


async def report_outside_payment(call: Call) -> OrderView:
    """Say that the learner paid directly; WeChat is told at once. Until it took note, saying it again corrects it."""
    given = call.read(OutsidePaymentInput)
    return order_view(
        await collecting.report_outside_payment(*_order(call), call.path["charge_no"], given.paid_at, given.reference)
    )


async def end_order(call: Call) -> OrderView:
    """End the order: nothing later is charged."""
    return order_view(await ending.end_by_institution(*_order(call), call.read(ReasonInput).reason))


async def cancel_course(call: Call) -> CourseEnding:
    """Take a course off sale and end its orders: nothing later is charged to anyone."""
    reason = call.read(ReasonInput).reason
    ended, more = await ending.cancel_course(call.ports, call.key.institution_id, call.path["course_id"], reason)
    return CourseEnding(ended=ended, more=more)


def _order(call: Call) -> tuple[Ports, str, str]:
    return call.ports, call.key.institution_id, call.path["no"]


def _lesson(call: Call) -> tuple[Ports, str, str, int]:
    return (*_order(call), call.n)


ORDER = "/v1/institution/orders/{no}"
LESSON = ORDER + "/lessons/{n:[0-9]{1,3}}"
CHARGE = ORDER + "/charges/{charge_no}"
REFUND = ORDER + "/refunds/{refund_no}"


def _post(path: str, handle: Handle, summary: str, body: type[Strict] | None, scope: Scope) -> Operation:
    return Operation("POST", path, handle, Access.INSTITUTION, summary, OrderView, body=body, scope=scope)


OPERATIONS = (
    _post(LESSON + "/schedule", reschedule_lesson, "Move a lesson", ScheduleInput, Scope.ORDERS),
    _post(LESSON + "/cancellation", cancel_lesson, "Cancel a lesson", ReasonInput, Scope.ORDERS),
    _post(LESSON + "/make-up", plan_make_up, "Plan a make-up", ScheduleInput, Scope.ORDERS),
    _post(LESSON + "/dispute", answer_dispute, "Answer a dispute", AnswerInput, Scope.ORDERS),
    _post(ORDER + "/ending", end_order, "End an order", ReasonInput, Scope.ORDERS),
    _post(CHARGE + "/lowering", lower_charge, "Ask for less", LoweringInput, Scope.MONEY),
    _post(CHARGE + "/outside-payment", report_outside_payment, "Paid directly", OutsidePaymentInput, Scope.MONEY),
    _post(REFUND + "/retry", retry_refund, "Try a refund again", None, Scope.MONEY),
    _post(REFUND + "/redirection", redirect_refund, "Refund to another card", RedirectionInput, Scope.MONEY),
    _post(REFUND + "/outside-settlement", settle_refund_outside, "Refunded otherwise", SettlementInput, Scope.MONEY),
    Operation(
        "POST",
        ORDER + "/refunds",
        owe_refund,
        Access.INSTITUTION,
        "Give money back",
        OrderView,
        201,
        RefundInput,
        scope=Scope.MONEY,
        needs_idempotency_key=True,
    ),
    Operation(
        "POST",
        "/v1/institution/courses/{course_id}/cancellation",
        cancel_course,
        Access.INSTITUTION,
        "Cancel a whole course",
        CourseEnding,
        body=ReasonInput,
        scope=Scope.COURSES,
    ),
)
