"""What is to be done next at WeChat for one charge: begun before WeChat is asked, put off when it got us nowhere.

Beginning a step is written down first, with a try counted, so that a crash is repeated under the same number with the
same request, and so that nobody acts on an order as it was a while ago.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from models.announcing import require_announced
from models.charge import Charge, ChargeState, Completion
from models.charging import charge_cancelled
from models.dues import covered_lessons, due_fen
from models.errors import Conflict
from models.facts import FactKind
from models.fee_mode import Agreement
from models.lesson import LessonState
from models.order import Order, OrderState
from models.parking import park_order
from models.waiting import Doubt

CLOCK_MARGIN = timedelta(seconds=2)
"""WeChat refuses an end time later than its own now; two seconds cover the difference of our clocks."""

TOO_SOON_WAIT = timedelta(seconds=3)
"""A service order must be older than our clock margin before it can be completed."""

ON_ITS_WAY = timedelta(minutes=2)
"""How long after asking WeChat to open a number "no such number" may still turn into "it runs"."""

UNKNOWN_THERE = "unknown_there"
"""Why a charge is closed that WeChat never heard of."""

PATIENCE = 12
"""How often a step WeChat declines for a reason that may pass is tried before a person has to look: some days."""


class Step(StrEnum):
    """What we must do next at WeChat for one charge."""

    OPEN = "open"
    COMPLETE = "complete"
    CANCEL = "cancel"
    TELL_PAID = "tell_paid"


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


def begin_step(order: Order, at: datetime, charge_no: str, step: Step) -> bool:
    """Write down that WeChat is about to be asked for this step. Says whether it is still what has to be done.

    Raises Conflict `too_soon` for a completion WeChat could not take yet.
    """
    charge = order.charge(charge_no)
    if next_step(order, charge) is not step:
        return False
    match step:
        case Step.OPEN:
            begin_opening(order, at, charge_no)
        case Step.COMPLETE:
            begin_completion(order, at, charge_no)
        case Step.CANCEL | Step.TELL_PAID:
            charge.tried()
    return True


def begin_opening(order: Order, at: datetime, charge_no: str) -> bool:
    """Write down that WeChat is about to be asked for a service order under this number. False when it is open there.

    Raises Conflict `order_closed` when nothing may be opened under it any more.
    """
    charge = order.charge(charge_no)
    if order.is_final or charge.is_final:
        raise Conflict("order_closed", order_no=order.no, state=order.state)
    if charge.state is ChargeState.NONE:
        charge.move(ChargeState.OPENING)
    if charge.state is not ChargeState.OPENING:
        return False
    charge.tried()
    charge.asked_at = at
    return True


def begin_completion(order: Order, at: datetime, charge_no: str) -> Completion:
    """Freeze the request that asks for the money; a repeat gives the same one.

    The end must lie after the start and not after WeChat's now (Pay Score, complete). Raises Conflict
    `not_announced` while the learner must know first, `too_soon` while the service order is younger than the end
    leaves room for.
    """
    charge = order.charge(charge_no)
    if charge.completion is None:
        require_announced(order, at, charge)
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
    charge.tried()
    return charge.completion


def unknown_there(order: Order, at: datetime, charge_no: str) -> None:
    """WeChat knows no such number. That is final only once no request of ours can still be on its way to it."""
    charge = order.charge(charge_no)
    if charge.state is not ChargeState.OPENING:
        return
    settled_at = (charge.asked_at or at) + ON_ITS_WAY
    if at < settled_at:
        charge.postpone(settled_at)
    elif next_step(order, charge) is Step.CANCEL:
        charge_cancelled(order, at, charge.no, UNKNOWN_THERE)


def put_off_step(order: Order, at: datetime, charge_no: str) -> None:
    """The step got us nowhere: try it again later, unless somebody put it off already."""
    order.charge(charge_no).act_later(at, Doubt.PLACING)


def put_off_completion(order: Order, at: datetime, charge_no: str) -> None:
    """The service order is too young to be completed: try again in a moment."""
    order.charge(charge_no).postpone(at + TOO_SOON_WAIT)


def step_declined(order: Order, at: datetime, charge_no: str, code: str, *, may_pass: bool) -> None:
    """WeChat declined: try again what may yet be taken, for some days; a plain no waits for a person."""
    charge = order.charge(charge_no)
    if may_pass and charge.tries <= PATIENCE:
        charge.act_later(at, Doubt.DEDUCTION)
    else:
        park_order(order, at, f"wechat_{code.removeprefix('wechat_')}", charge_no=charge_no)


def next_lesson_is_clear(order: Order) -> bool:
    """Whether the next lesson may be taught without credit risk: under a plan its own service order must run."""
    if order.state is not OrderState.IN_TRAINING or order.fence is not None:
        return False
    upcoming = order.lessons_in(LessonState.SCHEDULED)
    if order.agreement is not Agreement.PLAN or not upcoming:
        return bool(upcoming)
    return order.charge_of(upcoming[0]).state is ChargeState.OPEN


def is_wanted(order: Order, charge: Charge) -> bool:
    """Whether something may be charged under this number, or under a later one: a plan's details cannot be skipped."""
    lessons = order.lessons if charge.lesson_n is None else order.lessons[charge.lesson_n - 1 :]
    return any(not lesson.is_final or lesson.is_owed for lesson in lessons)


def plan_is_gone(order: Order) -> bool:
    """Whether the order's signed plan is over: no further lesson can be opened under it."""
    return order.plan is not None and order.plan.is_over


def _may_open(order: Order, charge: Charge) -> bool:
    """Whether the lesson's own service order may be created: the one before must be paid or cancelled at WeChat."""
    if charge.lesson_n is None or order.state not in {OrderState.IN_TRAINING, OrderState.SETTLING}:
        return False
    earlier = (x for x in order.charges if x.lesson_n is not None and x.lesson_n < charge.lesson_n)
    return is_wanted(order, charge) and not plan_is_gone(order) and all(x.is_final for x in earlier)
