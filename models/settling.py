"""What follows for the money when something changed: open, hold, complete or cancel charges, settle the order."""

from datetime import datetime, timedelta
from enum import StrEnum

from models.asking import Doubt, ask_again
from models.charge import PAID_OUTSIDE, ChannelReading, Charge, ChargeState, Completion
from models.errors import Conflict
from models.facts import FactKind
from models.fee_mode import Agreement
from models.lesson import Lesson, LessonState
from models.order import FINAL_ORDER_STATES, Order, OrderState, PlanState
from models.parking import park_order
from models.refunding import MAX_PARTS, owe_refund, share_unearned

CLOCK_MARGIN = timedelta(seconds=2)
"""WeChat refuses an end time later than its own now; two seconds cover the difference of our clocks."""


REMIND_AFTER = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
"""When a learner is reminded that WeChat has not got the money yet; after the last the institution takes over."""

UNEARNED_REASON = "未上课时退款"

ON_ITS_WAY = timedelta(minutes=2)
"""How long after asking WeChat to open a number "no such number" may still turn into "it runs"."""


UNKNOWN_THERE = "unknown_there"
"""Why a charge is closed that WeChat never heard of."""


class Step(StrEnum):
    """What we must do next at WeChat for one charge."""

    OPEN = "open"
    COMPLETE = "complete"
    CANCEL = "cancel"
    TELL_PAID = "tell_paid"


def progress(order: Order, at: datetime) -> None:
    """Draw every consequence of the last change. Running it again changes nothing."""
    _finish_training(order, at)
    for charge in order.charges:
        _hold_or_release(order, charge)
        _drop_unopened(order, charge)
        _plan_step(order, at, charge)
    _finish_settling(order, at)
    _return_unearned(order, at)
    _plan_stop(order, at)


def covered_lessons(order: Order, charge: Charge) -> list[Lesson]:
    """Return the lessons whose price this charge takes."""
    return order.lessons if charge.lesson_n is None else [order.lesson(charge.lesson_n)]


def due_fen(order: Order, charge: Charge) -> int:
    """What this charge has to take for the lessons owed so far, in fen."""
    return sum(lesson.price_fen for lesson in covered_lessons(order, charge) if lesson.is_owed)


def next_step(order: Order, charge: Charge) -> Step | None:  # noqa: PLR0911 - one return a row of the table
    """Say what must be done next at WeChat for this charge, None when it is WeChat's or the learner's turn."""
    if order.parked or (order.agreement is Agreement.PAYMENT and not order.is_final):
        return None
    match charge.state:
        case ChargeState.NONE | ChargeState.OPENING if _may_open(order, charge):
            return Step.OPEN
        case ChargeState.OPENING if order.is_final or charge.lesson_n is not None:
            return Step.CANCEL
        case ChargeState.OPEN if all(lesson.is_final for lesson in covered_lessons(order, charge)):
            return Step.COMPLETE if due_fen(order, charge) else Step.CANCEL
        case ChargeState.COMPLETING:
            return Step.COMPLETE
        case ChargeState.DEDUCTING if charge.outside_payment:
            return Step.TELL_PAID
        case _:
            return None


def begin_opening(order: Order, at: datetime, charge_no: str) -> None:
    """Write down that WeChat is about to be asked for a service order under this number.

    Raises Conflict `order_closed` when nothing may be opened under it any more.
    """
    charge = order.charge(charge_no)
    if order.is_final or charge.is_final:
        raise Conflict("order_closed", order_no=order.no, state=order.state)
    if charge.state is ChargeState.NONE:
        charge.move(ChargeState.OPENING)
    if charge.state is ChargeState.OPENING:
        charge.tries += 1
        charge.asked_at = at


def unknown_there(order: Order, at: datetime, charge_no: str) -> None:
    """WeChat knows no such number. That is final only once no request of ours can still be on its way to it."""
    charge = order.charge(charge_no)
    if charge.state is not ChargeState.OPENING:
        return
    settled_at = (charge.asked_at or at) + ON_ITS_WAY
    if at < settled_at:
        postpone(charge, settled_at)
    elif next_step(order, charge) is Step.CANCEL:
        charge_cancelled(order, at, charge.no, UNKNOWN_THERE)


def opened(order: Order, at: datetime, charge: Charge, reading: ChannelReading) -> None:
    """WeChat has the service order running: the learner agreed, nothing is charged yet."""
    if charge.state is not ChargeState.OPENING:
        return
    charge.move(ChargeState.OPEN)
    charge.order_id = reading.order_id
    charge.opened_at = at
    charge.started_at = reading.started_at or at
    charge.act_at, charge.ask_at, charge.tries, charge.asks = None, None, 0, 0
    order.record(FactKind.CHARGE_OPENED, at, "wechat", charge_no=charge.no, lesson_n=charge.lesson_n)


def begin_completion(order: Order, at: datetime, charge_no: str) -> Completion:
    """Freeze the request that asks for the money; a repeat gives the same one.

    The end must lie after the start and not after WeChat's now (Pay Score, complete). Raises Conflict
    `too_soon` while the service order is younger than that leaves room for.
    """
    charge = order.charge(charge_no)
    if charge.completion is None:
        started_at = (charge.started_at or at).replace(microsecond=0)
        ended_at = (at - CLOCK_MARGIN).replace(microsecond=0)
        if ended_at <= started_at:
            raise Conflict("too_soon", charge_no=charge.no)
        taught = [lesson for lesson in covered_lessons(order, charge) if lesson.is_owed]
        charge.completion = Completion(
            amount_fen=due_fen(order, charge), lessons=len(taught), started_at=started_at, ended_at=ended_at
        )
        charge.move(ChargeState.COMPLETING)
        order.record(
            FactKind.CHARGE_REQUESTED,
            at,
            "xianxue",
            lesson_n=charge.lesson_n,
            charge_no=charge.no,
            amount_fen=charge.completion.amount_fen,
            lessons=len(taught),
        )
    charge.tries += 1
    return charge.completion


def completed(charge: Charge, at: datetime) -> None:
    """WeChat accepted the completion; from here it deducts by itself until it succeeds."""
    if charge.state is ChargeState.COMPLETING:
        charge.move(ChargeState.DEDUCTING)
        charge.act_at, charge.tries = None, 0
        charge.ask_at, charge.asks = ask_again(Doubt.DEDUCTION, 0, at), 0
        charge.remind_at = at + REMIND_AFTER[0]


def paid(order: Order, at: datetime, charge: Charge, reading: ChannelReading, *, healed: bool = False) -> None:
    """WeChat took the money. Any amount but the one we asked for parks the order for a person to look at."""
    if charge.state is ChargeState.PAID:
        return
    if charge.state in {ChargeState.NONE, ChargeState.CANCELLED}:
        park_order(order, at, "paid_unexpectedly", charge_no=charge.no, told_fen=reading.total_fen)
        return
    amount_fen = reading.total_fen
    expected = expected_fen(order, charge)
    if amount_fen is None or amount_fen not in expected or reading.paid_fen not in (None, amount_fen):
        park_order(order, at, "amount_mismatch", charge_no=charge.no, told_fen=amount_fen)
        return
    charge.move(ChargeState.PAID)
    charge.paid_fen, charge.paid_at, charge.paid_how = amount_fen, reading.paid_at or at, reading.paid_how
    charge.transaction_id = reading.transaction_id
    charge.act_at, charge.ask_at, charge.remind_at, charge.lowered_to_fen = None, None, None, None
    order.record(
        FactKind.CHARGE_PAID,
        at,
        "wechat",
        lesson_n=charge.lesson_n,
        charge_no=charge.no,
        amount_fen=amount_fen,
        transaction_id=reading.transaction_id,
        how=reading.paid_how,
        healed=healed,
    )


def expected_fen(order: Order, charge: Charge) -> set[int]:
    """Return the amounts WeChat may rightly take: what was asked for, or what that is just being lowered to."""
    if order.agreement is Agreement.PAYMENT:
        return {order.price_fen}
    if charge.completion is None:
        return set()
    lowered = set() if charge.lowered_to_fen is None else {charge.lowered_to_fen}
    return {charge.completion.amount_fen} | lowered


def charge_cancelled(order: Order, at: datetime, charge_no: str, reason: str) -> None:
    """WeChat closed the service order without taking anything."""
    charge = order.charge(charge_no)
    if charge.is_final:
        return
    charge.move(ChargeState.CANCELLED)
    charge.cancel_reason = reason
    charge.act_at, charge.ask_at, charge.remind_at = None, None, None
    order.record(FactKind.CHARGE_CANCELLED, at, "wechat", lesson_n=charge.lesson_n, charge_no=charge.no, reason=reason)


def postpone(charge: Charge, until: datetime) -> None:
    """Try this charge again later; nothing else about it changed."""
    charge.act_at = until


def _finish_training(order: Order, at: datetime) -> None:
    if order.state is OrderState.IN_TRAINING and all(lesson.is_final for lesson in order.lessons):
        order.move(OrderState.SETTLING)
        order.record(
            FactKind.COURSE_COMPLETED,
            at,
            "xianxue",
            amount_fen=order.owed_fen,
            ended=bool(order.fence),
            fee_mode=order.fee_mode,
        )


def _hold_or_release(order: Order, charge: Charge) -> None:
    disputed = any(lesson.state is LessonState.DISPUTED for lesson in covered_lessons(order, charge))
    if disputed and charge.state is ChargeState.OPEN:
        charge.move(ChargeState.HELD)
    elif not disputed and charge.state is ChargeState.HELD:
        charge.move(ChargeState.OPEN)


def _drop_unopened(order: Order, charge: Charge) -> None:
    """Close a charge WeChat never heard of, once nothing can be charged under it or after it."""
    if charge.state is ChargeState.NONE and (order.is_final or not _is_wanted(order, charge) or _plan_is_gone(order)):
        charge.move(ChargeState.CANCELLED)
        charge.cancel_reason = "never_opened"


def _plan_step(order: Order, at: datetime, charge: Charge) -> None:
    if next_step(order, charge) is None:
        charge.act_at = None
    elif charge.act_at is None:
        charge.act_at = at


def _may_open(order: Order, charge: Charge) -> bool:
    """Whether the lesson's own service order may be created: the one before must be paid or cancelled at WeChat."""
    if charge.lesson_n is None or order.state not in {OrderState.IN_TRAINING, OrderState.SETTLING}:
        return False
    earlier = (x for x in order.charges if x.lesson_n is not None and x.lesson_n < charge.lesson_n)
    return _is_wanted(order, charge) and not _plan_is_gone(order) and all(x.is_final for x in earlier)


def _is_wanted(order: Order, charge: Charge) -> bool:
    """Whether something may be charged under this number, or under a later one: a plan's details cannot be skipped."""
    lessons = order.lessons if charge.lesson_n is None else order.lessons[charge.lesson_n - 1 :]
    return any(not lesson.is_final or lesson.is_owed for lesson in lessons)


def next_lesson_is_clear(order: Order) -> bool:
    """Whether the next lesson may be taught without credit risk: under a plan its own service order must run."""
    if order.state is not OrderState.IN_TRAINING or order.fence is not None:
        return False
    upcoming = order.lessons_in(LessonState.SCHEDULED)
    if order.agreement is not Agreement.PLAN or not upcoming:
        return bool(upcoming)
    return order.charge_of(upcoming[0]).state is ChargeState.OPEN


def _plan_is_gone(order: Order) -> bool:
    return order.plan is not None and order.plan.is_over


def _finish_settling(order: Order, at: datetime) -> None:
    if order.state in FINAL_ORDER_STATES or order.state is not OrderState.SETTLING:
        return
    if not all(charge.is_final for charge in order.charges):
        return
    order.closed_at = at
    if order.paid_fen:
        order.move(OrderState.SETTLED)
        order.record(FactKind.ORDER_SETTLED, at, "xianxue", amount_fen=order.paid_fen)
    else:
        order.move(OrderState.CANCELLED)
        order.record(FactKind.ORDER_CANCELLED, at, "xianxue", amount_fen=0)
    missed_fen = sum(due_fen(order, charge) for charge in order.charges_in(ChargeState.CANCELLED))
    if missed_fen:
        # the plan ended while an earlier lesson was unpaid, so WeChat never let the later ones begin
        order.record(FactKind.ORDER_OWED_OUTSIDE, at, "xianxue", amount_fen=missed_fen)


def _return_unearned(order: Order, at: datetime) -> None:
    """Owe back what was taken beyond what is owed: prepaid lessons not taught, or lessons a late fence cut off.

    What was promised back before counts, and so does the institution's fee.
    """
    for charge in order.charges_in(ChargeState.PAID):
        prepaid = order.agreement is Agreement.PAYMENT
        if charge.paid_how == PAID_OUTSIDE or (prepaid and not order.is_final):
            continue
        unearned_fen = charge.paid_fen - due_fen(order, charge)
        ended_by = order.fence.by if order.fence else ""
        _, back_fen = share_unearned(order, unearned_fen, charge.promised_fen, ended_by)
        number = f"{charge.no}-R"
        if back_fen <= 0 or any(refund.no == number for refund in charge.refunds):
            continue
        if len(charge.refunds) >= MAX_PARTS:
            park_order(order, at, "refund_too_many", charge_no=charge.no, back_fen=back_fen)
        else:
            owe_refund(order, at, charge.no, back_fen, UNEARNED_REASON, "xianxue", number)


def _plan_stop(order: Order, at: datetime) -> None:
    plan = order.plan
    if plan and plan.act_at is None and plan.state is PlanState.SIGNED and order.is_final:
        plan.act_at = at
