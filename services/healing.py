"""Asking WeChat about everything doubtful, because notices may be lost. What a question heals is counted by kind."""

from contextlib import suppress

from structlog import get_logger

from models import placing
from models.authorization import Authorization, AuthorizationState, authorization_id, close_unneeded, taken_back
from models.charging import asked_about_charge
from models.errors import OutsideFailure, Refusal
from models.fee_mode import Agreement
from models.order import Order, OrderState, SignedPlan
from models.placing import asked_about_beginning
from models.planning import asked_about_plan
from models.waiting import Doubt
from services.asking import ask_authorization, ask_charge
from services.authorizing import change_authorization, end_orders
from services.billing import end_where_off, is_needed
from services.changing import Which, change, require_order
from services.ordering import advance_order, apply_plan_reading, ask_beginning
from services.ports import Ports
from services.refunding import heal_refunds
from services.settlement import apply_charge_reading

TAKE_BACK_REASON = "用户关闭先学后付"

log = get_logger()


async def heal_order(ports: Ports, which: Which) -> list[str]:
    """Ask WeChat what is due to be asked about this order; gives the names of what the answers healed."""
    order = await require_order(ports, which)
    now = await ports.clock.now()
    healed: list[str] = []
    if order.is_to_ask(now):
        order = await _about_beginning(ports, order, healed)
    if order.plan and order.plan.is_to_ask(now):
        order = await _about_plan(ports, order, order.plan, healed)
    for charge_no in [charge.no for charge in order.charges if charge.is_to_ask(now)]:
        order = await _about_charge(ports, order, charge_no, healed)
    healed += await heal_refunds(ports, order, now)
    for name in healed:
        log.info("healed by asking", action="heal", healed=name, order_no=order.no)
    return healed


async def heal_authorization(ports: Ports, authorization_id: str) -> list[str]:
    """Ask WeChat about one permission; gives the name of what the answer healed."""
    authorization = await ports.authorizations.get(authorization_id)
    if authorization is None:
        return []
    await end_where_off(ports, authorization)
    if authorization.take_back and not await is_needed(ports, authorization):
        await _take_back(ports, authorization)
        return []
    was = authorization.state
    authorization = await _ask_authorization(ports, authorization)
    return [f"authorization_{authorization.state}"] if authorization.state is not was else []


async def expire_order(ports: Ports, which: Which) -> Order:
    """Close an order its learner never completed, but only after asking WeChat once more.

    Raises OutsideFailure while WeChat does not answer: the learner may have agreed without our knowing.
    """
    order = await require_order(ports, which)
    try:
        order = await _go_on(ports, order)
    except Refusal:
        return (await change(ports, order.no, placing.expire_order)).order
    return (await change(ports, order, placing.expire_order)).order


async def _about_beginning(ports: Ports, order: Order, healed: list[str]) -> Order:
    was = order.state
    try:
        order = await _go_on(ports, order)
    except (OutsideFailure, Refusal) as silent:
        log.info("nothing learned, asking again later", action="heal.silent", order_no=order.no, why=str(silent))
        order = await require_order(ports, order.no)
    order, _ = await change(ports, order, asked_about_beginning)
    if order.state is not was and order.state is not OrderState.AWAITING_LEARNER:
        healed.append(
            "order_signed" if order.signed_at else "order_refused" if order.refusal else f"order_{order.state}"
        )
    return order


async def _go_on(ports: Ports, order: Order) -> Order:
    if await _may_go_on(ports, order):
        return (await advance_order(ports, order)).order
    return await ask_beginning(ports, order)


async def _may_go_on(ports: Ports, order: Order) -> bool:
    """Once the learner's turn has come there is only asking, but for an authorization that has been given."""
    if order.state is OrderState.PLACING:
        return True
    if order.agreement is not Agreement.AUTHORIZATION:
        return False
    key = authorization_id(order.buyer.learner_id, order.channel.service_id or "", order.channel.sub_mchid)
    authorization = await ports.authorizations.get(key)
    if authorization and authorization.state is AuthorizationState.APPLIED:
        authorization = await _ask_authorization(ports, authorization)
    return (
        authorization is not None and authorization.state_at(order.course.institution_id) is AuthorizationState.ACTIVE
    )


async def _about_plan(ports: Ports, order: Order, plan: SignedPlan, healed: list[str]) -> Order:
    """Look whether a signed plan still stands: WeChat tells of a cancellation for eleven minutes only."""
    was = order.fence
    try:
        reading = await ports.plan_gateway.query_plan(order.channel, plan.no)
    except (OutsideFailure, Refusal):
        reading = None
    if reading is not None:
        order = await apply_plan_reading(ports, order, reading)
    if order.fence is not None and was is None:
        healed.append("plan_cancelled")
    return (await change(ports, order, asked_about_plan)).order


async def _about_charge(ports: Ports, order: Order, charge_no: str, healed: list[str]) -> Order:
    was, was_nameless = order.charge(charge_no).state, order.charge(charge_no).lacks_transaction
    try:
        reading = await ask_charge(ports, order, charge_no)
    except (OutsideFailure, Refusal):
        reading = None
    if reading is not None:
        order = await apply_charge_reading(ports, order, reading, healed=True)
    state = order.charge(charge_no).state
    if state is not was:
        healed.append(f"charge_{state}")
        return order
    if was_nameless and not order.charge(charge_no).lacks_transaction:
        healed.append("charge_identified")
    return (await change(ports, order, asked_about_charge, charge_no)).order


async def _ask_authorization(ports: Ports, authorization: Authorization) -> Authorization:
    with suppress(OutsideFailure, Refusal):
        if await ask_authorization(ports, authorization.channel, authorization.openid):
            return await ports.authorizations.get(authorization.id) or authorization
    return (await change_authorization(ports, authorization, Authorization.ask_later, Doubt.LEARNER))[0]


async def _take_back(ports: Ports, authorization: Authorization) -> None:
    """Do what turning billing off began; whoever did may have died between two writes."""
    if not authorization.schools_off:  # turned off before there was a fence for each school
        await end_orders(ports, authorization, authorization.changed_at)
    authorization, _ = await change_authorization(ports, authorization, close_unneeded)
    if not authorization.take_back:
        return  # turned on again meanwhile
    try:
        await ports.authorization_gateway.terminate_authorization(
            authorization.channel, authorization.openid, TAKE_BACK_REASON
        )
    except (OutsideFailure, Refusal):
        if await _still_given(ports, authorization):
            await change_authorization(ports, authorization, Authorization.ask_later, Doubt.AUTHORIZATION)
            return
    await change_authorization(ports, authorization, taken_back)


async def _still_given(ports: Ports, authorization: Authorization) -> bool:
    try:
        reading = await ports.authorization_gateway.query_authorization(authorization.channel, authorization.openid)
    except (OutsideFailure, Refusal):
        return True
    return reading is not None and reading.state is AuthorizationState.ACTIVE
