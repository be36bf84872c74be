"""From the product page into training: write the order down, ask WeChat under our own number, go on after any crash."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from models import placing, planning
from models.asking import Doubt, ask_again
from models.authorization import AuthorizationState
from models.charge import ChannelState, ChargeState
from models.contract import Acceptance
from models.course import Course, check_fee_mode
from models.errors import Conflict, Declined, InvalidInput, OutsideFailure, Refusal
from models.fee_mode import Agreement, FeeMode
from models.institution import Institution
from models.learner import Learner
from models.merchant import resolve_channel
from models.notices import PlanReading, WxCall
from models.offer import make_offer
from models.order import Buyer, Order, OrderState
from models.placing import await_learner, order_number, refuse_order, request_fingerprint
from models.planning import plan_offered, plan_request
from models.policy import agreement_for
from models.readings import apply_charge_reading
from models.requests import payment_request, service_request
from models.settling import begin_opening
from services.authorizing import apply_authorization_reading, ensure_applied
from services.catalog import require_course, require_institution
from services.changing import change, require_order
from services.ports import Ports


@dataclass(frozen=True)
class PlaceOrder:
    """What a learner asks for on the product page; price and identity come from us, never from the client."""

    course_id: str
    fee_mode: FeeMode
    student_name: str
    offer_id: str
    contract_version: str
    accepted: bool
    idempotency_key: str
    address: str
    agent: str


@dataclass(frozen=True)
class Placed:
    """The order, and what the learner must do next inside WeChat, if anything."""

    order: Order
    wx: WxCall | None = None


async def place_order(ports: Ports, learner: Learner, command: PlaceOrder) -> Placed:
    """Place an order, or go on with the one this idempotency key already placed.

    Raises NotFound (course), Conflict (mode closed, contract or offer changed, key used for another request), Declined
    (WeChat's no, the same on every repeat), OutsideFailure (WeChat's answer is unknown; repeat with the same key).
    """
    order = await _placed_once(ports, learner, command)
    if order.request_sha256 != _fingerprint(learner, command):
        raise Conflict("idempotency_key_reused", order_no=order.no)
    return await advance_order(ports, order)


async def _placed_once(ports: Ports, learner: Learner, command: PlaceOrder) -> Order:
    """Write the order down, or give the one this key placed, though it could not be placed like this any more."""
    try:
        course = await require_course(ports, command.course_id)
        institution = await require_institution(ports, course.institution_id)
        wanted = await _write_down(ports, learner, command, course, institution)
    except Refusal:
        earlier = await ports.orders.under_key(learner.id, command.idempotency_key)
        if earlier is None:
            raise
        return earlier
    return await ports.orders.add(wanted)


def _fingerprint(learner: Learner, command: PlaceOrder) -> str:
    return request_fingerprint(
        learner.id,
        command.course_id,
        command.fee_mode,
        command.student_name,
        command.contract_version,
        command.offer_id,
    )


async def advance_order(ports: Ports, order: Order) -> Placed:
    """Take an order that has not begun one step further; safe to repeat at any moment."""
    if order.refusal is not None:
        raise Declined(order.refusal.code, **order.refusal.detail)
    if order.state not in {OrderState.PLACING, OrderState.AWAITING_LEARNER}:
        return Placed(order)
    try:
        return await _advance(ports, order)
    except Declined as no:
        refusal = no
    await look(ports, await require_order(ports, order.no))
    if refusal.code == "wechat_not_authorized":
        await _look_again(ports, order)
    order = await change(ports, order.no, lambda order, now: refuse_order(order, now, refusal))
    if order.refusal is None:
        return Placed(order)  # an earlier attempt had got through
    raise refusal


async def look(ports: Ports, order: Order) -> Order:
    """Ask what became of what we asked WeChat for earlier, so that nothing the learner agreed to is passed over."""
    charge = order.charges[0]
    if order.agreement is Agreement.PLAN:
        plan = await ports.pay.query_plan(order.channel, order.plan.no) if order.plan else None
        return order if plan is None else await apply_plan_reading(ports, order.no, plan)
    if charge.state is not ChargeState.OPENING:
        return order
    ask = ports.pay.query_payment if order.agreement is Agreement.PAYMENT else ports.pay.query_service
    reading = await ask(order.channel, charge.no)
    if reading is None:
        return order
    return await change(ports, order.no, lambda order, now: apply_charge_reading(order, now, reading, healed=True))


async def _look_again(ports: Ports, order: Order) -> None:
    """We believed the learner had given permission: take down what WeChat says of it now."""
    asked_at = await ports.clock.now()
    reading = await ports.pay.query_authorization(order.channel, order.buyer.openid)
    if reading is not None:
        await apply_authorization_reading(ports, reading, at=asked_at, is_answer=True)


async def _advance(ports: Ports, order: Order) -> Placed:
    match order.agreement:
        case Agreement.AUTHORIZATION:
            return await _under_authorization(ports, order)
        case Agreement.NEED_CONFIRM:
            return await _to_be_confirmed(ports, order)
        case Agreement.PLAN:
            return await _to_be_signed(ports, order)
        case Agreement.PAYMENT:
            return await _to_be_paid(ports, order)


async def _under_authorization(ports: Ports, order: Order) -> Placed:
    buyer = order.buyer
    authorization, wx = await ensure_applied(ports, buyer.learner_id, buyer.openid, order.channel)
    if authorization.state is AuthorizationState.ACTIVE:
        order, _ = await _open_course(ports, order)
        return Placed(order)
    return await _await(ports, order, Doubt.LEARNER, wx)


async def _to_be_confirmed(ports: Ports, order: Order) -> Placed:
    order, wx = await _open_course(ports, order)
    if order.state is OrderState.PLACING:
        return await _await(ports, order, Doubt.LEARNER, wx)
    return Placed(order, wx)


async def _to_be_signed(ports: Ports, order: Order) -> Placed:
    plan_id = await ports.pay.ensure_plan(plan_request(order))
    order = await change(ports, order.no, lambda order, now: plan_offered(order, now, plan_id))
    plan_no = order.plan.no if order.plan else ""
    charge_nos = tuple(charge.no for charge in order.charges)
    reading, wx = await ports.pay.sign_plan(order.channel, plan_id, plan_no, order.buyer.openid, charge_nos)
    order = await apply_plan_reading(ports, order.no, reading)
    return await _await(ports, order, Doubt.PLAN, wx) if order.state is not OrderState.IN_TRAINING else Placed(order)


async def _to_be_paid(ports: Ports, order: Order) -> Placed:
    order = await look(ports, order)
    if order.state not in {OrderState.PLACING, OrderState.AWAITING_LEARNER}:
        return Placed(order)  # paid already, or closed
    order = await change(ports, order.no, lambda order, now: begin_opening(order, now, order.charges[0].no))
    now = await ports.clock.now()
    wx = await ports.pay.prepay(payment_request(order), now, ports.ids.new(""))
    return await _await(ports, order, Doubt.LEARNER, wx)


async def _open_course(ports: Ports, order: Order) -> tuple[Order, WxCall | None]:
    """Create the whole-course service order; WeChat is asked only after our intention is stored."""
    order = await change(ports, order.no, lambda order, now: begin_opening(order, now, order.charges[0].no))
    reading, wx = await ports.pay.open_service(service_request(order, order.charges[0]))
    order = await change(ports, order.no, lambda order, now: apply_charge_reading(order, now, reading))
    if order.is_final:
        raise Conflict("order_closed", order_no=order.no, state=order.state)
    if order.state is not OrderState.IN_TRAINING and reading.state is not ChannelState.AWAITING_LEARNER:
        raise OutsideFailure("wechat_unclear", order_no=order.no, state=reading.state)
    return order, wx


async def apply_plan_reading(ports: Ports, order_no: str, reading: PlanReading) -> Order:
    """Take WeChat's word on a signed plan, from an answer, a notice or a question of ours alike."""
    receipt_no = ports.ids.new("R")
    return await change(
        ports, order_no, lambda order, now: planning.apply_plan_reading(order, now, reading, receipt_no)
    )


async def _await(ports: Ports, order: Order, doubt: Doubt, wx: WxCall | None) -> Placed:
    rule = partial(_await_rule, doubt=doubt)
    return Placed(await change(ports, order.no, rule), wx)


def _await_rule(order: Order, now: datetime, *, doubt: Doubt) -> None:
    await_learner(order, now, ask_again(doubt, 0, now))


async def _write_down(
    ports: Ports, learner: Learner, command: PlaceOrder, course: Course, institution: Institution
) -> Order:
    merchant = ports.merchants.get(institution.merchant_id)
    check_fee_mode(course, command.fee_mode, institution.policy, merchant)
    if not command.accepted:
        raise InvalidInput("contract_not_accepted", field="contract.accepted")
    if command.contract_version != institution.contract.version:
        raise Conflict("contract_changed", current=institution.contract.version)
    offer = make_offer(course, institution.contract, institution.policy)
    if command.offer_id != offer.id:
        raise Conflict("offer_changed", offer=offer.model_dump())
    now = await ports.clock.now()
    return placing.place_order(
        no=order_number(now, ports.ids.new("")),
        buyer=Buyer(learner_id=learner.id, openid=learner.openid, student_name=command.student_name),
        course=course,
        fee_mode=command.fee_mode,
        policy=institution.policy,
        channel=resolve_channel(merchant, agreement_for(command.fee_mode, institution.policy)),
        acceptance=Acceptance(
            offer_id=offer.id,
            contract_version=command.contract_version,
            text_sha256=institution.contract.text_sha256,
            price_list_sha256=course.price_list_sha256,
            accepted_at=now,
            address=command.address,
            agent=command.agent,
        ),
        idempotency_key=command.idempotency_key,
        request_sha256=_fingerprint(learner, command),
        at=now,
        ask_at=ask_again(Doubt.PLACING, 0, now),
    )
