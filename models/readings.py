"""What an answer or notice about one charge does to its order. Every state of ours meets every state of WeChat's."""

from datetime import datetime

from models.charge import OWED_BY_RULE, PAID_OUTSIDE, ChannelReading, ChannelState, Charge, ChargeState
from models.charging import charge_cancelled, completed, opened, paid
from models.collecting import charge_lowered
from models.dues import covered_lessons
from models.fee_mode import Agreement
from models.merchant import require_own
from models.order import Order, OrderState
from models.parking import park_order
from models.placing import await_learner, close_unsigned, sign_order, start_service
from models.refunding import owe_refund
from models.steps import UNKNOWN_THERE


def apply_charge_reading(order: Order, at: datetime, reading: ChannelReading, *, healed: bool = False) -> None:
    """Take WeChat's word on one charge. The same word twice, or an older one, changes nothing.

    Raises ForeignWord for a word that is not from the order's own channel.
    """
    charge = order.charge(reading.charge_no)
    require_own(order.channel, reading.origin, charge.no)
    match reading.state:
        case ChannelState.IN_SERVICE:
            _in_service(order, at, charge, reading)
        case ChannelState.DEDUCTING:
            completed(charge, at)
            _lowered(order, at, charge, reading)
        case ChannelState.PAID if not reading.names_payment:
            completed(charge, at)  # the completion got through; which payment it was is asked for
        case ChannelState.PAID:
            _lowered(order, at, charge, reading)
            paid(order, at, charge, reading, healed=healed)
            _after_payment(order, at, charge)
        case ChannelState.CANCELLED | ChannelState.EXPIRED:
            _closed(order, at, charge, reading)
        case ChannelState.AWAITING_LEARNER | ChannelState.UNKNOWN:
            pass


def apply_opening(order: Order, at: datetime, reading: ChannelReading) -> None:
    """Take WeChat's answer to the opening of the whole-course service order; the learner may have to confirm it."""
    apply_charge_reading(order, at, reading)
    if order.agreement is Agreement.NEED_CONFIRM and reading.state is ChannelState.AWAITING_LEARNER:
        await_learner(order, at)


def apply_lowering(order: Order, at: datetime, charge_no: str, amount_fen: int, reading: ChannelReading) -> None:
    """WeChat took note of the lower amount, and its answer says how the charge stands."""
    charge_lowered(order, at, charge_no, amount_fen)
    apply_charge_reading(order, at, reading)


def _lowered(order: Order, at: datetime, charge: Charge, reading: ChannelReading) -> None:
    """An unanswered lowering had got through when WeChat names its amount."""
    if reading.total_fen is not None and not charge.is_final:
        charge_lowered(order, at, charge.no, reading.total_fen)


def _in_service(order: Order, at: datetime, charge: Charge, reading: ChannelReading) -> None:
    if charge.state is ChargeState.CANCELLED and charge.cancel_reason == UNKNOWN_THERE:
        park_order(order, at, "running_though_unknown", charge_no=charge.no)
    elif order.state in {OrderState.PLACING, OrderState.AWAITING_LEARNER}:
        start_service(order, at, reading)
    else:
        opened(order, at, charge, reading)


def _after_payment(order: Order, at: datetime, charge: Charge) -> None:
    if charge.state is not ChargeState.PAID:
        return
    sign_order(order, at)  # a prepaid order is signed by paying it
    if charge.outside_payment and charge.paid_how != PAID_OUTSIDE and not charge.refunds:
        # both sides took money: ours goes back
        owe_refund(order, at, charge.no, charge.paid_fen, "已在机构付款", OWED_BY_RULE, f"{charge.no}-R")


def _closed(order: Order, at: datetime, charge: Charge, reading: ChannelReading) -> None:
    """Somebody closed it at WeChat. If money was due or may become due, a person must look at why."""
    if charge.is_final:
        return
    if order.state in {OrderState.PLACING, OrderState.AWAITING_LEARNER}:
        charge_cancelled(order, at, charge.no, reading.state)
        close_unsigned(order, at, OrderState.CANCELLED, "wechat")
    elif order.is_final or _nothing_due(order, charge):
        charge_cancelled(order, at, charge.no, reading.state)
    else:
        park_order(order, at, "closed_at_wechat", charge_no=charge.no)


def _nothing_due(order: Order, charge: Charge) -> bool:
    return all(lesson.is_final and not lesson.is_owed for lesson in covered_lessons(order, charge))
