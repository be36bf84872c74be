"""From the product page into training: write the order down, ask WeChat under our own number, go on after any crash."""

from dataclasses import dataclass

from models.asking import Doubt, ask_again
from models.authorization import AuthorizationState
from models.contract import Acceptance
from models.course import Course, check_fee_mode
from models.errors import Conflict, Declined, InvalidInput, OutsideFailure
from models.institution import Agreement, FeeMode, Institution, agreement_for, resolve_channel
from models.learner import Learner
from models.notices import WxCall
from models.order import Buyer, Order, OrderState
from models.placing import await_learner, order_number, place, refuse, request_fingerprint
from models.reading import apply_reading
from models.requests import service_request
from models.settling import begin_opening
from services.authorizing import ensure_applied
from services.catalog import require_course, require_institution
from services.changing import change, require_order
from services.ports import Ports


@dataclass(frozen=True)
class Wish:
    """What a learner asks for on the product page; price and identity come from us, never from the client."""

    course_id: str
    fee_mode: FeeMode
    student_name: str
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


async def place_order(ports: Ports, learner: Learner, wish: Wish) -> Placed:
    """Place an order, or go on with the one this idempotency key already placed.

    Raises NotFound (course), Conflict (mode closed, contract changed, key used for another wish), Declined
    (WeChat's no, the same on every repeat), OutsideFailure (WeChat's answer is unknown; repeat with the same key).
    """
    course = await require_course(ports, wish.course_id)
    institution = await require_institution(ports, course.institution_id)
    wanted = await _write_down(ports, learner, wish, course, institution)
    order = await ports.orders.add(wanted)
    if order.request_sha256 != wanted.request_sha256:
        raise Conflict("idempotency_key_reused", order_no=order.no)
    return await advance(ports, order)


async def advance(ports: Ports, order: Order) -> Placed:
    """Take an order that has not begun one step further; safe to repeat at any moment."""
    if order.refusal is not None:
        raise Declined(order.refusal.code, **order.refusal.detail)
    if order.state not in {OrderState.PLACING, OrderState.AWAITING_LEARNER}:
        return Placed(order)
    try:
        return await _advance(ports, order)
    except Declined as no:
        refusal = no
    await change(ports, order.no, lambda order, now: refuse(order, refusal, now))
    raise refusal


async def _advance(ports: Ports, order: Order) -> Placed:
    if order.agreement is Agreement.AUTHORIZATION:
        return await _under_authorization(ports, order)
    raise Conflict("fee_mode_closed", fee_mode=order.fee_mode)


async def _under_authorization(ports: Ports, order: Order) -> Placed:
    buyer = order.buyer
    authorization, wx = await ensure_applied(ports, buyer.learner_id, buyer.openid, order.channel)
    if authorization.state is AuthorizationState.ACTIVE:
        return Placed(await open_course(ports, order))
    return Placed(await _await(ports, order, Doubt.LEARNER), wx)


async def open_course(ports: Ports, order: Order) -> Order:
    """Create the whole-course service order; WeChat is asked only after our intention is stored."""
    order = await change(ports, order.no, lambda order, _: begin_opening(order, order.charges[0]))
    reading, _ = await ports.pay.open_service(service_request(order, order.charges[0]))
    order = await change(ports, order.no, lambda order, now: apply_reading(order, reading, now))
    if order.state is not OrderState.IN_TRAINING:
        raise OutsideFailure("wechat_unclear", order_no=order.no, state=reading.state)
    return order


async def _await(ports: Ports, order: Order, doubt: Doubt) -> Order:
    return await change(ports, order.no, lambda order, now: await_learner(order, now, ask_again(doubt, 0, now)))


async def _write_down(ports: Ports, learner: Learner, wish: Wish, course: Course, institution: Institution) -> Order:
    merchant = ports.merchants.get(institution.merchant_id)
    check_fee_mode(course, wish.fee_mode, institution.policy, merchant)
    if not wish.accepted:
        raise InvalidInput("contract_not_accepted", field="contract.accepted")
    if wish.contract_version != institution.contract.version:
        raise Conflict("contract_changed", current=institution.contract.version)
    now = await ports.clock.now()
    return place(
        no=order_number(now, ports.ids.new("")),
        buyer=Buyer(learner_id=learner.id, openid=learner.openid, student_name=wish.student_name),
        course=course,
        fee_mode=wish.fee_mode,
        policy=institution.policy,
        channel=resolve_channel(merchant, agreement_for(wish.fee_mode, institution.policy)),
        acceptance=Acceptance(
            contract_version=wish.contract_version,
            text_sha256=institution.contract.text_sha256,
            price_list_sha256=course.price_list_sha256,
            accepted_at=now,
            address=wish.address,
            agent=wish.agent,
        ),
        idempotency_key=wish.idempotency_key,
        request_sha256=request_fingerprint(
            learner.id, wish.course_id, wish.fee_mode, wish.student_name, wish.contract_version
        ),
        at=now,
        ask_at=ask_again(Doubt.PLACING, 0, now),
    )


async def placed_again(ports: Ports, no: str) -> Placed:
    """Go on with an order found waiting, as the healing job does."""
    return await advance(ports, await require_order(ports, no))
