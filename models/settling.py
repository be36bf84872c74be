"""What follows for the money when something changed: what is to be done at WeChat, and when an order is settled."""

from datetime import datetime

from models.announcing import is_payable, may_ask_from
from models.charge import OWED_BY_RULE, PAID_OUTSIDE, Charge, ChargeState
from models.charging import ask_for_transaction
from models.dues import covered_lessons, due_fen
from models.facts import FactKind
from models.fee_mode import Agreement
from models.lesson import LessonState
from models.order import FINAL_ORDER_STATES, Order, OrderState, PlanState
from models.parking import park_order
from models.proving import is_unproven, prove_found
from models.refunding import MAX_PARTS, next_number, owe_refund, share_unearned
from models.steps import Step, is_wanted, next_step, plan_is_gone

UNEARNED_REASON = "未上课时退款"


def progress(order: Order, at: datetime) -> None:
    """Draw every consequence of the last change. Running it again changes nothing."""
    _finish_training(order, at)
    prove_found(order, at)
    for charge in order.charges:
        _hold_or_release(order, charge)
        _drop_unopened(order, charge)
        _plan_step(order, at, charge)
        ask_for_transaction(charge, at)
    _finish_settling(order, at)
    _return_unearned(order, at)
    _plan_stop(order, at)


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
    if charge.state is ChargeState.NONE and (order.is_final or not is_wanted(order, charge) or plan_is_gone(order)):
        charge.move(ChargeState.CANCELLED)
        charge.cancel_reason = "never_opened"


def _plan_step(order: Order, at: datetime, charge: Charge) -> None:
    step = next_step(order, charge)
    if is_payable(order, charge) and charge.due_at is None:
        charge.due_at = at
    if step is None:
        charge.stop_acting()
    elif step is Step.COMPLETE and charge.completion is None:
        charge.act_not_before(at, may_ask_from(order, charge, at))
    else:
        charge.act_from(at)


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

    What the rules promised back before counts, and so does the institution's fee.
    """
    for charge in order.charges_in(ChargeState.PAID):
        prepaid = order.agreement is Agreement.PAYMENT
        if charge.paid_how == PAID_OUTSIDE or (prepaid and not order.is_final) or is_unproven(order, charge):
            continue
        unearned_fen = charge.paid_fen - due_fen(order, charge)
        ended_by = order.fence.by if order.fence else ""
        _, back_fen = share_unearned(order, charge, unearned_fen, ended_by)
        if back_fen <= 0:
            continue
        known = any(refund.no == f"{charge.no}-R" for refund in charge.refunds)
        number = next_number(charge, f"{charge.no}-R") if known else f"{charge.no}-R"
        if len(charge.refunds) >= MAX_PARTS:
            park_order(order, at, "refund_too_many", charge_no=charge.no, back_fen=back_fen)
        else:
            owe_refund(order, at, charge.no, back_fen, UNEARNED_REASON, OWED_BY_RULE, number)


def _plan_stop(order: Order, at: datetime) -> None:
    plan = order.plan
    if plan and plan.state is PlanState.SIGNED and order.is_final:
        plan.act_from(at)
