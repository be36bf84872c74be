"""Signed plans (签约计划): one signature for the whole course, one service order a lesson, one after the other."""

from datetime import datetime, timedelta
from hashlib import sha256

from models.ending import turn_billing_off
from models.errors import NotFound
from models.merchant import require_own
from models.notices import PlanReading, PlanRequest
from models.order import Order, OrderState, PlanState, SignedPlan
from models.placing import close_unsigned, sign_order
from models.waiting import Doubt

PLAN_NAME_LENGTH = 20

OFFER_LIFE = timedelta(hours=4)
"""How long after we last offered a plan it may still be signed: the package lives two hours, the open page two more."""


def plan_request(order: Order) -> PlanRequest:
    """Ask for the plan this order's course needs; equal courses at equal prices share one plan."""
    titles = tuple(lesson.title for lesson in order.lessons)
    prices = tuple(lesson.price_fen for lesson in order.lessons)
    facts = repr((order.channel, order.course.introduction, order.course.duration_days, titles, prices))
    return PlanRequest(
        channel=order.channel,
        no="P" + sha256(facts.encode()).hexdigest()[:30],
        name=order.course.introduction[:PLAN_NAME_LENGTH],
        duration_days=order.course.duration_days,
        lesson_titles=titles,
        prices_fen=prices,
    )


def plan_offered(order: Order, _at: datetime, plan_id: str) -> None:
    """Write down that the learner is about to be offered this plan under our number."""
    if order.plan is None:
        order.plan = SignedPlan(no=f"{order.no}-S", plan_id=plan_id)


def apply_plan_reading(order: Order, at: datetime, reading: PlanReading, receipt_no: str) -> None:
    """Take WeChat's word on the signed plan; the same word twice, or an older one, changes nothing.

    Raises NotFound for a plan that is not this order's, ForeignWord for a word not from the order's own channel.
    """
    plan = order.plan
    if plan is None or plan.no != reading.plan_no:
        raise NotFound("plan_not_found", plan_no=reading.plan_no)
    require_own(order.channel, reading.origin, plan.no)
    if plan.is_over:
        return
    plan.sign_plan_id = reading.sign_plan_id or plan.sign_plan_id
    match reading.state:
        case "signed":
            _signed(order, at, plan)
        case "cancelled" | "expired":
            _gone(order, at, plan, reading, receipt_no)
        case "complete":
            _signed(order, at, plan)
            plan.move(PlanState.COMPLETE)
            plan.rest()
        case _:
            pass


def stop_plan_later(order: Order, at: datetime) -> None:
    """WeChat did not answer when it was told: tell it again later."""
    if order.plan is not None:
        order.plan.tried()
        order.plan.act_later(at, Doubt.PLACING)


def plan_stopped(order: Order, _at: datetime) -> None:
    """WeChat took note that no further lesson will come; a plan that was over already has nothing left to stop."""
    if order.plan is None:
        return
    if not order.plan.is_over:
        order.plan.move(PlanState.STOPPED)
    order.plan.rest()


def asked_about_plan(order: Order, at: datetime) -> None:
    """WeChat was asked and had no news: plan the next question, as long as there can still be any."""
    plan = order.plan
    if plan is None:
        return
    if plan.state is not PlanState.OFFERED or order.closed_at is None:
        plan.ask_later(at, Doubt.SIGNED_PLAN)
        return
    plan.ask_later(at, Doubt.PLAN)
    plan.ask_until(at, order.closed_at + OFFER_LIFE)


def _signed(order: Order, at: datetime, plan: SignedPlan) -> None:
    if plan.state is PlanState.OFFERED:
        plan.move(PlanState.SIGNED)
        plan.ask_from_now(at, Doubt.SIGNED_PLAN)
    sign_order(order, at)


def _gone(order: Order, at: datetime, plan: SignedPlan, reading: PlanReading, receipt_no: str) -> None:
    plan.move(PlanState.STOPPED)
    plan.rest()
    by = "learner" if reading.cancelled_by == "learner" else "wechat"
    if order.state in {OrderState.PLACING, OrderState.AWAITING_LEARNER}:
        close_unsigned(order, at, OrderState.CANCELLED, by)
    else:
        turn_billing_off(order, at, by, reading.at or at, receipt_no)
