"""Every way an order can go, from its first fact to its last, by the pure rules alone."""

from collections.abc import Callable
from datetime import timedelta

from lab.rig.orders import ANY_REPORTS, HOUR, NOON, ORIGIN, in_training, placed, settle, teach, teach_and_confirm, word
from models.charge import ChannelState, RefundState
from models.collecting import begin_lowering, charge_lowered, report_outside_payment
from models.ending import end_by_quote, make_quote, turn_billing_off
from models.errors import Declined
from models.fee_mode import Agreement
from models.notices import RefundReading
from models.order import Order
from models.placing import refuse_order
from models.policy import Policy
from models.readings import PAID_OUTSIDE, apply_charge_reading
from models.refunding import apply_refund_reading, begin_refund, owe_refund
from models.settling import progress
from models.training import decide_dispute, dispute_lesson

DAY = timedelta(days=1)


def whole_course() -> Order:
    order = in_training()
    teach_and_confirm(order, 1, 2, 3, 4)
    settle(order, NOON + DAY)
    return order


def half_a_plan() -> Order:
    order = in_training(Agreement.PLAN)
    settle(order, NOON + HOUR)
    for n in (1, 2):
        teach_and_confirm(order, n, at=NOON + n * DAY)
        settle(order, NOON + n * DAY + HOUR)
    return order


def ended_early() -> Order:
    order = in_training()
    teach_and_confirm(order, 1)
    teach(order, 2)
    quote = make_quote(order, NOON + DAY)
    end_by_quote(order, NOON + DAY, quote.id, "E1")
    progress(order, NOON + DAY)
    settle(order, NOON + DAY)
    return order


def billing_off() -> Order:
    order = in_training()
    teach_and_confirm(order, 1)
    turn_billing_off(order, NOON + DAY, "learner", NOON + DAY, "E1")
    progress(order, NOON + DAY)
    settle(order, NOON + DAY)
    return order


def billing_off_heard_of_late() -> Order:
    """Two lessons were paid for; then we hear that the second one came after the learner had closed billing."""
    order = half_a_plan()
    turn_billing_off(order, NOON + 3 * DAY, "learner", NOON + DAY + HOUR, "E1")
    progress(order, NOON + 3 * DAY)
    settle(order, NOON + 3 * DAY)
    assert order.charges[1].promised_fen == order.charges[1].paid_fen > 0
    return order


def disputed() -> Order:
    order = in_training()
    teach_and_confirm(order, 1, 3, 4)
    teach(order, 2)
    dispute_lesson(order, NOON + HOUR, 2, "老师没有来")
    decide_dispute(order, NOON + DAY, 2, "void", "institution")
    progress(order, NOON + DAY)
    settle(order, NOON + DAY)
    return order


def refunded() -> Order:
    order = whole_course()
    charge = order.charges[0]
    for no, amount_fen in (("R1", 500), ("R2", 300)):
        owe_refund(order, NOON + DAY, charge.no, amount_fen, "老师请假", "institution", no)
    begin_refund(order, NOON, "R1")
    apply_refund_reading(
        order, NOON + 2 * DAY, RefundReading(origin=ORIGIN, refund_no="R1", state=RefundState.REFUNDED)
    )
    return order


def lowered_charge() -> Order:
    order = in_training()
    teach_and_confirm(order, 1, 2, 3, 4)
    settle(order, NOON + DAY, pay=False)
    charge = order.charges[0]
    begin_lowering(order, NOON, charge.no, 2000, "优惠")
    charge_lowered(order, NOON + DAY, charge.no, 2000)
    apply_charge_reading(order, NOON + 2 * DAY, word(charge, ChannelState.PAID, 2000))
    return order


def paid_at_the_school() -> Order:
    order = in_training()
    teach_and_confirm(order, 1, 2, 3, 4)
    settle(order, NOON + DAY, pay=False)
    charge = order.charges[0]
    report_outside_payment(order, NOON + DAY, charge.no, NOON + DAY, "收据 7")
    reading = word(charge, ChannelState.PAID, order.price_fen)
    outside = reading.model_copy(update={"paid_how": PAID_OUTSIDE, "transaction_id": None})
    apply_charge_reading(order, NOON + 2 * DAY, outside)
    return order


def prepaid() -> Order:
    order = in_training(Agreement.PAYMENT, policy=Policy(reports=ANY_REPORTS, prepay_refund_fee_percent=10))
    teach_and_confirm(order, 1)
    quote = make_quote(order, NOON + DAY)
    end_by_quote(order, NOON + DAY, quote.id, "E1")
    progress(order, NOON + DAY)
    return order


def refused() -> Order:
    order = placed()
    refuse_order(order, NOON, Declined("wechat_assessment_declined", who="learner", retry_helps=False))
    return order


HISTORIES: tuple[Callable[[], Order], ...] = (
    placed,
    in_training,
    whole_course,
    half_a_plan,
    ended_early,
    billing_off,
    billing_off_heard_of_late,
    disputed,
    refunded,
    lowered_charge,
    paid_at_the_school,
    prepaid,
    refused,
)
