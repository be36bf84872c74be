"""From the product page into training: write the order down, ask WeChat under our own number, go on after any crash."""

from collections.abc import Awaitable
from dataclasses import dataclass

from models import placing, planning
from models.authorization import Authorization
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
from models.order import UNSIGNED_STATES, Buyer, Order, OrderState
from models.placing import RANDOM_LENGTH, await_learner, order_number, refuse_order, request_fingerprint
from models.planning import plan_offered, plan_request
from models.policy import agreement_for
from models.readings import apply_charge_reading, apply_opening
from models.requests import payment_request, service_request
from models.steps import begin_opening
from services.asking import ask_authorization, ask_charge
from services.authorizing import ensure_applied, find_permission
from services.catalog import require_course_and_institution
from services.changing import Which, change, require_order
from services.generation import require_memory
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

    Raises NotFound (course), Conflict (mode closed, billing off, contract or offer changed, key used for another
    request), Declined (WeChat's no, the same on every repeat), OutsideFailure (WeChat's answer is unknown; repeat with
    the same key).
    """
    await require_memory(ports)
    written = await _write_down(ports, learner, command)
    order = written.order
    if order.request_sha256 != _fingerprint(learner, command):
        raise Conflict("idempotency_key_reused", order_no=order.no)
    if not written.is_new:
        return await advance_order(ports, order)
    return await _unless_declined(ports, order, _begin(ports, order, written.permission))


@dataclass(frozen=True)
class _WrittenDown:
    """The order under this key, whether it was just placed, and the permission it is placed under as it was found."""

    order: Order
    is_new: bool = False
    permission: Authorization | None = None


async def _write_down(ports: Ports, learner: Learner, command: PlaceOrder) -> _WrittenDown:
    """Insert the order, or find the one this key placed, though it could not be placed like this any more.

    A new one already carries the intention of its first call of WeChat, so nothing is saved in between. Nothing else
    is written before: of a repeated key nothing may follow but what its order still needs.
    """
    try:
        course, institution = await require_course_and_institution(ports, command.course_id)
        wanted = await _wanted(ports, learner, command, course, institution)
        permission = await _permission_for(ports, wanted)
    except Refusal:
        earlier = await ports.orders.under_key(learner.id, command.idempotency_key)
        if earlier is None:
            raise
        return _WrittenDown(earlier)
    if wanted.agreement is not Agreement.PLAN and (permission is None or permission.is_active):
        begin_opening(wanted, wanted.placed_at, wanted.charges[0].no)
    order = await ports.orders.add(wanted)
    return _WrittenDown(order, order is wanted, permission)


async def _permission_for(ports: Ports, wanted: Order) -> Authorization | None:
    """Return the permission an order needs, if it needs one; raises Conflict `billing_off` where it is turned off."""
    if wanted.agreement is not Agreement.AUTHORIZATION:
        return None
    permission = await find_permission(ports, wanted.buyer.learner_id, wanted.buyer.openid, wanted.channel)
    permission.require_on(wanted.course.institution_id)
    return permission


def _fingerprint(learner: Learner, command: PlaceOrder) -> str:
    return request_fingerprint(
        learner.id,
        command.course_id,
        command.fee_mode,
        command.student_name,
        command.contract_version,
        command.offer_id,
    )


async def advance_order(ports: Ports, which: Which) -> Placed:
    """Take an order that has not begun one step further; safe to repeat at any moment."""
    order = await require_order(ports, which)
    if order.refusal is not None:
        raise Declined(order.refusal.code, **order.refusal.detail)
    if order.state not in UNSIGNED_STATES:
        return Placed(order)
    return await _unless_declined(ports, order, _advance(ports, order))


async def ask_beginning(ports: Ports, order: Order) -> Order:
    """Ask what became of what we asked WeChat for earlier, so that nothing the learner agreed to is passed over."""
    charge = order.charges[0]
    if order.agreement is Agreement.PLAN:
        plan = await ports.plan_gateway.query_plan(order.channel, order.plan.no) if order.plan else None
        return order if plan is None else await apply_plan_reading(ports, order, plan)
    if charge.state is not ChargeState.OPENING:
        return order
    reading = await ask_charge(ports, order, charge.no)
    if reading is None:
        return order
    return (await change(ports, order, apply_charge_reading, reading, healed=True)).order


async def apply_plan_reading(ports: Ports, which: Which, reading: PlanReading) -> Order:
    """Take WeChat's word on a signed plan, from an answer, a notice or a question of ours alike."""
    return (await change(ports, which, planning.apply_plan_reading, reading, ports.ids.new("R"))).order


async def _unless_declined(ports: Ports, order: Order, going_on: Awaitable[Placed]) -> Placed:
    """Close the order when WeChat says no, and keep why, unless an earlier attempt had got through."""
    try:
        return await going_on
    except Declined as no:
        refusal = no
    order = await ask_beginning(ports, await require_order(ports, order.no))
    if refusal.code == "wechat_not_authorized":
        # we believed the learner had given permission
        await ask_authorization(ports, order.channel, order.buyer.openid)
    order, _ = await change(ports, order, refuse_order, refusal)
    if order.refusal is None:
        return Placed(order)  # an earlier attempt had got through
    raise refusal


async def _begin(ports: Ports, order: Order, permission: Authorization | None) -> Placed:
    """Ask WeChat for the first time: what is asked first was written down with the order."""
    if order.charges[0].state is not ChargeState.OPENING:
        return await _advance(ports, order, permission)
    return await (_pay if order.agreement is Agreement.PAYMENT else _open_course)(ports, order)


async def _advance(ports: Ports, order: Order, permission: Authorization | None = None) -> Placed:
    """Go on from wherever an earlier attempt came to."""
    match order.agreement:
        case Agreement.PLAN:
            return await _to_be_signed(ports, order)
        case Agreement.PAYMENT:
            order = await ask_beginning(ports, order)
            if order.state not in UNSIGNED_STATES:
                return Placed(order)  # paid already, or closed
        case Agreement.AUTHORIZATION:
            buyer = order.buyer
            school = order.course.institution_id
            permission, wx = await ensure_applied(
                ports, buyer.learner_id, buyer.openid, order.channel, school, permission
            )
            if not permission.is_active:
                return await _await(ports, order, wx)
        case Agreement.NEED_CONFIRM:
            pass
    order, begun = await change(ports, order, begin_opening, order.charges[0].no)
    if not begun:
        return Placed(order)
    return await (_pay if order.agreement is Agreement.PAYMENT else _open_course)(ports, order)


async def _open_course(ports: Ports, order: Order) -> Placed:
    """Create the whole-course service order; WeChat is asked only after our intention is stored."""
    reading, wx = await ports.service_gateway.open_service(service_request(order, order.charges[0]))
    order, _ = await change(ports, order, apply_opening, reading)
    if order.is_final:
        raise Conflict("order_closed", order_no=order.no, state=order.state)
    is_to_confirm = order.agreement is Agreement.NEED_CONFIRM and reading.state is ChannelState.AWAITING_LEARNER
    if order.state in UNSIGNED_STATES and not is_to_confirm:
        raise OutsideFailure("wechat_unclear", order_no=order.no, state=reading.state)
    return Placed(order, wx if order.state is OrderState.AWAITING_LEARNER else None)


async def _to_be_signed(ports: Ports, order: Order) -> Placed:
    plan_id = await ports.plan_gateway.ensure_plan(plan_request(order))
    order, _ = await change(ports, order, plan_offered, plan_id)
    plan_no = order.plan.no if order.plan else ""
    charge_nos = tuple(charge.no for charge in order.charges)
    reading, wx = await ports.plan_gateway.sign_plan(order.channel, plan_id, plan_no, order.buyer.openid, charge_nos)
    order = await apply_plan_reading(ports, order, reading)
    return Placed(order) if order.state is OrderState.IN_TRAINING else await _await(ports, order, wx)


async def _pay(ports: Ports, order: Order) -> Placed:
    now = await ports.clock.now()
    wx = await ports.payment_gateway.prepay(payment_request(order), now, ports.ids.new(""))
    return await _await(ports, order, wx)


async def _await(ports: Ports, order: Order, wx: WxCall | None) -> Placed:
    return Placed((await change(ports, order, await_learner)).order, wx)


async def _wanted(
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
        no=order_number(now, ports.ids.new("", RANDOM_LENGTH)),
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
    )
