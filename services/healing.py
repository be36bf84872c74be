"""Asking WeChat about everything doubtful, because notices may be lost. What a question heals is counted by kind."""

from contextlib import suppress
from datetime import datetime

from structlog import get_logger

from models.asking import Doubt, ask_again
from models.authorization import Authorization, AuthorizationState, authorization_id
from models.charge import Charge, ChargeState
from models.errors import OutsideFailure, Refusal
from models.fee_mode import Agreement
from models.order import Order, OrderState, SignedPlan
from models.placing import close_unsigned
from models.planning import asked_about_plan
from services.authorizing import apply_authorization_reading, change_authorization, end_orders
from services.changing import change, require_order
from services.ordering import advance_order, apply_plan_reading, look
from services.ports import Ports
from services.refunding import heal_refunds
from services.settlement import apply_charge_reading

TAKE_BACK_REASON = "用户关闭先学后付"

log = get_logger()


async def heal_order(ports: Ports, order_no: str) -> list[str]:
    """Ask WeChat what is due to be asked about this order; gives the names of what the answers healed."""
    order = await require_order(ports, order_no)
    now = await ports.clock.now()
    healed: list[str] = []
    if order.ask_at is not None and order.ask_at <= now:
        healed += await _about_beginning(ports, order)
    if order.plan and order.plan.ask_at is not None and order.plan.ask_at <= now:
        healed += await _about_plan(ports, order, order.plan)
    for charge in order.charges:
        if charge.ask_at is not None and charge.ask_at <= now:
            healed += await _about_charge(ports, order, charge)
    healed += await heal_refunds(ports, order, now)
    for name in healed:
        log.info("healed by asking", action="heal", healed=name, order_no=order_no)
    return healed


async def heal_authorization(ports: Ports, authorization_id: str) -> list[str]:
    """Ask WeChat about one permission; gives the name of what the answer healed."""
    authorization = await ports.authorizations.get(authorization_id)
    if authorization is None:
        return []
    if authorization.take_back:
        await _take_back(ports, authorization)
        return []
    was = authorization.state
    authorization = await _look_up(ports, authorization)
    return [f"authorization_{authorization.state}"] if authorization.state is not was else []


async def expire_order(ports: Ports, order_no: str) -> Order:
    """Close an order its learner never completed, but only after asking WeChat once more.

    Raises OutsideFailure while WeChat does not answer: the learner may have agreed without our knowing.
    """
    with suppress(Refusal):
        await _go_on(ports, await require_order(ports, order_no))

    def rule(order: Order, now: datetime) -> None:
        if order.state is OrderState.AWAITING_LEARNER and order.expire_at and order.expire_at <= now:
            close_unsigned(order, now, OrderState.EXPIRED, "deadline")

    return await change(ports, order_no, rule)


async def _about_beginning(ports: Ports, order: Order) -> list[str]:
    was = order.state
    try:
        await _go_on(ports, order)
    except (OutsideFailure, Refusal) as silent:
        log.info("nothing learned, asking again later", action="heal.silent", order_no=order.no, why=str(silent))
    order = await change(ports, order.no, _asked_about_beginning)
    if order.state is was or order.state is OrderState.AWAITING_LEARNER:
        return []
    return ["order_signed" if order.signed_at else "order_refused" if order.refusal else f"order_{order.state}"]


async def _go_on(ports: Ports, order: Order) -> None:
    if await _may_go_on(ports, order):
        await advance_order(ports, order)
    else:
        await look(ports, order)


async def _about_plan(ports: Ports, order: Order, plan: SignedPlan) -> list[str]:
    """Look whether a signed plan still stands: WeChat tells of a cancellation for eleven minutes only."""
    was = order.fence
    try:
        reading = await ports.pay.query_plan(order.channel, plan.no)
    except (OutsideFailure, Refusal):
        reading = None
    if reading is not None:
        order = await apply_plan_reading(ports, order.no, reading)
    await change(ports, order.no, asked_about_plan)
    return ["plan_cancelled"] if order.fence is not None and was is None else []


async def _may_go_on(ports: Ports, order: Order) -> bool:
    """Once the learner's turn has come there is only asking, but for an authorization that has been given."""
    if order.state is OrderState.PLACING:
        return True
    if order.agreement is not Agreement.AUTHORIZATION:
        return False
    key = authorization_id(order.buyer.learner_id, order.channel.service_id or "", order.channel.sub_mchid)
    authorization = await ports.authorizations.get(key)
    if authorization and authorization.state is AuthorizationState.APPLIED:
        authorization = await _look_up(ports, authorization)
    return authorization is not None and authorization.state is AuthorizationState.ACTIVE


async def _look_up(ports: Ports, authorization: Authorization) -> Authorization:
    now = await ports.clock.now()
    try:
        reading = await ports.pay.query_authorization(authorization.channel, authorization.openid)
    except (OutsideFailure, Refusal):
        reading = None
    if reading is not None:
        await apply_authorization_reading(ports, reading, at=now, is_answer=True)
        return await ports.authorizations.get(authorization.id) or authorization
    return await change_authorization(ports, authorization.id, lambda found: _asked(found, Doubt.LEARNER, now))


async def _take_back(ports: Ports, authorization: Authorization) -> None:
    """Do what turning billing off began; whoever did may have died between two writes."""
    now = await ports.clock.now()
    await end_orders(ports, authorization, authorization.changed_at)
    try:
        await ports.pay.terminate_authorization(authorization.channel, authorization.openid, TAKE_BACK_REASON)
    except (OutsideFailure, Refusal):
        if await _still_given(ports, authorization):
            await change_authorization(ports, authorization.id, lambda found: _asked(found, Doubt.AUTHORIZATION, now))
            return
    await change_authorization(ports, authorization.id, _taken_back)


async def _still_given(ports: Ports, authorization: Authorization) -> bool:
    try:
        reading = await ports.pay.query_authorization(authorization.channel, authorization.openid)
    except (OutsideFailure, Refusal):
        return True
    return reading is not None and reading.state is AuthorizationState.ACTIVE


def _taken_back(authorization: Authorization) -> None:
    if authorization.take_back:
        authorization.take_back, authorization.ask_at = False, None


def _asked(authorization: Authorization, doubt: Doubt, now: datetime) -> None:
    authorization.asks += 1
    authorization.ask_at = ask_again(doubt, authorization.asks, now)


async def _about_charge(ports: Ports, order: Order, charge: Charge) -> list[str]:
    no = charge.no
    try:
        reading = await ports.pay.query_service(order.channel, no)
    except (OutsideFailure, Refusal):
        reading = None
    if reading is not None:
        order = await apply_charge_reading(ports, order.no, reading, healed=True)
        if order.charge(no).state is not charge.state:
            return [f"charge_{order.charge(no).state}"]
    await change(ports, order.no, lambda order, now: _asked_about_charge(order, no, now))
    return []


def _asked_about_beginning(order: Order, now: datetime) -> None:
    if order.ask_at is not None:
        order.asks += 1
        doubt = Doubt.PLAN if order.agreement is Agreement.PLAN else Doubt.LEARNER
        order.ask_at = ask_again(doubt, order.asks, now)


def _asked_about_charge(order: Order, charge_no: str, now: datetime) -> None:
    charge = order.charge(charge_no)
    if charge.ask_at is not None and charge.state in {ChargeState.DEDUCTING, ChargeState.COMPLETING}:
        charge.asks += 1
        charge.ask_at = ask_again(Doubt.DEDUCTION, charge.asks, now)
