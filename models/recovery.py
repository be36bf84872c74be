"""After a restore: what WeChat did under our numbers while we were, as it were, not there (docs/decisions/0017).

What WeChat tells of money is booked as it is. For which lessons it was asked is forgotten, and is not made up: such a
charge is *found*, neither given back nor counted as earned, until the institution has reported its lessons again or
gave it back. Every deadline for people begins anew, because what they said meanwhile is forgotten.
"""

from datetime import datetime

from models.announcing import announce_forgotten
from models.base import Value
from models.charge import ChannelReading, ChannelState, Charge, ChargeState, Completion, RefundState
from models.charging import charge_cancelled, opened
from models.collecting import charge_lowered
from models.dues import covered_lessons, due_fen
from models.ending import end_without_quote
from models.facts import FactKind
from models.fee_mode import Agreement
from models.generation import Generation
from models.lesson import LessonState
from models.merchant import require_own
from models.notices import PlanReading, RefundReading
from models.order import Order, OrderState, Recovery
from models.parking import park_order
from models.placing import LEARNER_PATIENCE
from models.planning import apply_plan_reading
from models.readings import apply_charge_reading
from models.refunding import apply_refund_reading, begin_refund, owe_refund
from models.settling import UNEARNED_REASON
from models.steps import begin_opening

NOT_CAUGHT_UP = "not_caught_up"
"""Why an order is set aside about which WeChat gave no answer that can be used."""

UNTAUGHT = frozenset({LessonState.SCHEDULED, LessonState.VOID, LessonState.CANCELLED})


class Answers(Value):
    """All that WeChat said about one order: its charges in their order, its plan, and refunds by their charge."""

    charges: tuple[ChannelReading, ...] = ()
    plan: PlanReading | None = None
    refunds: tuple[tuple[str, RefundReading], ...] = ()


def is_caught_up(order: Order, generation: Generation) -> bool:
    """Whether this order was compared with WeChat in this life, or is older than none of it."""
    return was_recovered(order, generation) or order.generation != generation.mark or not is_in_doubt(order)


def was_recovered(order: Order, generation: Generation) -> bool:
    """Whether WeChat was asked about this order in this life."""
    return order.recovery is not None and order.recovery.mark == generation.mark


def is_in_doubt(order: Order) -> bool:
    """Whether WeChat may have done anything under this order's numbers since."""
    refunds = (refund for charge in order.charges for refund in charge.refunds)
    return (
        not order.is_final
        or any(not charge.is_final for charge in order.charges)
        or any(refund.state is not RefundState.REFUNDED for refund in refunds)
        or (order.plan is not None and not order.plan.is_over)
    )


def doubtful_charges(order: Order) -> list[Charge]:
    """Return the charges to ask about, in their order: WeChat opens a plan's numbers one after the other."""
    return [charge for charge in order.charges if not charge.is_final]


def doubtful_refunds(charge: Charge) -> list[str]:
    """Return the numbers of refunds of a paid charge to ask about, that of the automatic one included."""
    known = {refund.no for refund in charge.refunds if refund.state is RefundState.REFUNDED}
    own = [refund.no for refund in charge.refunds] + [unearned_number(charge)]
    return [no for no in dict.fromkeys(own) if no not in known]


def unearned_number(charge: Charge) -> str:
    """Return the number of the refund of what was not earned; it is the same in every life."""
    return f"{charge.no}-R"


def recover(order: Order, at: datetime, generation: Generation, answers: Answers, receipt_no: str) -> bool:
    """Take all that WeChat says about an order at once. Says whether this was still to be done."""
    if is_caught_up(order, generation):
        return False
    backup_at = generation.backup_at or at
    order.recovery = Recovery(mark=generation.mark, at=at, backup_at=backup_at)
    if not order.is_final:
        order.record(FactKind.ORDER_RESTORED, at, "xianxue", backup_at=backup_at.isoformat())
        _begin_deadlines_anew(order, at)
    for reading in answers.charges:
        _take_charge(order, at, reading, receipt_no)
    for charge_no, refund in answers.refunds:
        _take_refund(order, at, order.charge(charge_no), refund, receipt_no)
    if answers.plan:
        apply_plan_reading(order, at, answers.plan, receipt_no)
    return True


def set_aside(order: Order, at: datetime, generation: Generation) -> None:
    """Let a person look at an order about which WeChat cannot be asked, so that the others can go on."""
    order.recovery = Recovery(mark=generation.mark, at=at, backup_at=generation.backup_at or at)
    park_order(order, at, NOT_CAUGHT_UP)


def take_refund_notice(order: Order, at: datetime, reading: RefundReading) -> None:
    """Take WeChat's word on a refund; one that was promised after the backup is promised again.

    Raises NotFound for a number this order, and what it forgot, knows nothing of, or ForeignWord.
    """
    charge = next((charge for charge in order.charges if reading.refund_no.startswith(f"{charge.no}-R")), None)
    if charge:
        require_own(order.channel, reading.origin, reading.refund_no)
    known = charge and any(refund.no == reading.refund_no for refund in charge.refunds)
    if order.generation and charge and not known and charge.state is ChargeState.PAID and reading.amount_fen:
        owe_refund(order, at, charge.no, reading.amount_fen, NOT_REMEMBERED, "xianxue", reading.refund_no)
        begin_refund(order, at, reading.refund_no)
    apply_refund_reading(order, at, reading)


def _begin_deadlines_anew(order: Order, at: datetime) -> None:
    """Nobody's silence counts that may have been a word we forgot."""
    for lesson in order.lessons_in(LessonState.TAUGHT):
        lesson.confirm_by = at + order.policy.confirm_window
    for lesson in order.lessons_in(LessonState.DISPUTED):
        if lesson.dispute:
            lesson.dispute = lesson.dispute.model_copy(update={"decide_by": at + order.policy.dispute_window})
    if order.expire_at is not None:
        order.expire_at = at + LEARNER_PATIENCE


def _take_charge(order: Order, at: datetime, reading: ChannelReading, receipt_no: str) -> None:
    charge = order.charge(reading.charge_no)
    if charge.is_final:
        return
    match reading.state:
        case ChannelState.UNKNOWN:
            park_order(order, at, NOT_CAUGHT_UP, charge_no=charge.no)
        case ChannelState.CANCELLED | ChannelState.EXPIRED:
            _take_closing(order, at, charge, reading, receipt_no)
        case ChannelState.DEDUCTING | ChannelState.PAID if order.agreement is not Agreement.PAYMENT:
            _take_asking(order, at, charge, reading)
        case _:
            _had_begun(order, at, charge)
            apply_charge_reading(order, at, reading, healed=True)


def _had_begun(order: Order, at: datetime, charge: Charge) -> None:
    """WeChat knows the number, so we had asked for it."""
    if charge.state is ChargeState.NONE and not order.is_final:
        begin_opening(order, at, charge.no)


def _take_closing(order: Order, at: datetime, charge: Charge, reading: ChannelReading, receipt_no: str) -> None:
    """Closed without a charge, as far as we know because nothing was due: then nothing ever will be under it."""
    known = [lesson for lesson in covered_lessons(order, charge) if lesson.state not in UNTAUGHT]
    if known or order.state not in {OrderState.IN_TRAINING, OrderState.SETTLING}:
        apply_charge_reading(order, at, reading)
        return
    charge_cancelled(order, at, charge.no, reading.state)
    if charge.lesson_n is None and order.state is OrderState.IN_TRAINING and order.fence is None:
        end_without_quote(order, at, "wechat", "closed_at_wechat", receipt_no)


def _take_asking(order: Order, at: datetime, charge: Charge, reading: ChannelReading) -> None:
    """The money was asked for, and perhaps taken: by us, for lessons confirmed then."""
    if reading.total_fen is None:
        park_order(order, at, NOT_CAUGHT_UP, charge_no=charge.no)
        return
    _had_begun(order, at, charge)
    running = reading.model_copy(update={"state": ChannelState.IN_SERVICE})
    apply_charge_reading(order, at, running)
    opened(order, at, charge, running)
    if charge.state is ChargeState.HELD:
        charge.move(ChargeState.OPEN)
    if charge.completion is None:
        _find(order, at, charge, reading.total_fen)
    elif reading.total_fen < charge.completion.amount_fen:
        charge.lowered_to_fen, charge.lowering_reason = reading.total_fen, charge.lowering_reason or NOT_REMEMBERED
        charge_lowered(order, at, charge.no, reading.total_fen)
    apply_charge_reading(order, at, reading, healed=True)


NOT_REMEMBERED = "恢复备份后从微信得知"
"""Why less was asked for than we remember: shown to people."""


def _find(order: Order, at: datetime, charge: Charge, amount_fen: int) -> None:
    """Write down a request for money that was forgotten. Remembered lessons that explain it prove it at once."""
    owed = [lesson for lesson in covered_lessons(order, charge) if lesson.is_owed]
    charge.completion = Completion(
        amount_fen=amount_fen, lessons=len(owed), started_at=charge.started_at or at, ended_at=at
    )
    charge.move(ChargeState.COMPLETING)
    announce_forgotten(order, at, charge, amount_fen)
    _mark_found(order, at, charge, amount_fen, proven=due_fen(order, charge) == amount_fen)


def _mark_found(order: Order, at: datetime, charge: Charge, amount_fen: int, *, proven: bool) -> None:
    charge.found_at = None if proven else at
    order.record(
        FactKind.CHARGE_FOUND,
        at,
        "wechat",
        lesson_n=charge.lesson_n,
        charge_no=charge.no,
        amount_fen=amount_fen,
        proven=proven,
    )


def _take_refund(order: Order, at: datetime, charge: Charge, reading: RefundReading, receipt_no: str) -> None:
    if charge.state is not ChargeState.PAID:
        return
    is_news = all(refund.no != reading.refund_no for refund in charge.refunds)
    if is_news and not reading.amount_fen:
        park_order(order, at, NOT_CAUGHT_UP, charge_no=charge.no)
        return
    if is_news:
        owe_refund(order, at, charge.no, reading.amount_fen or 0, UNEARNED_REASON, "xianxue", reading.refund_no)
    begin_refund(order, at, reading.refund_no)
    apply_refund_reading(order, at, reading)
    if is_news and order.agreement is Agreement.PAYMENT and order.state is OrderState.IN_TRAINING:
        _had_ended(order, at, charge, receipt_no)


def _had_ended(order: Order, at: datetime, charge: Charge, receipt_no: str) -> None:
    """Prepaid money goes back by itself only after an ending. What was kept was kept for lessons taught by then.

    Where we do not know them all, the school still has to report them: so the order is not closed to it.
    """
    if charge.paid_fen - charge.promised_fen > due_fen(order, charge):
        _mark_found(order, at, charge, charge.paid_fen, proven=False)
    elif order.fence is None:
        end_without_quote(order, at, "wechat", "refunded_at_wechat", receipt_no)
