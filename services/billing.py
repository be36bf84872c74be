"""Billing at one institution: what could charge the learner there, and turning all of it off.

Turning it off is several writes: each is repeatable, and the fence on the permission comes first, so that nothing new
begins. Whoever dies on the way is followed by `heal_authorization`, which ends what is left under the permission, and
by the learner, who got no answer.
"""

from datetime import datetime

from models.authorization import Authorization, AuthorizationState, authorization_id, close_unneeded, turn_off_at
from models.billing import Billing, billing_by_institution
from models.ending import turn_billing_off_here
from models.errors import NotFound, Refusal
from models.fee_mode import Agreement
from models.learner import Learner
from models.order import Order
from services.authorizing import change_authorization, channel_for
from services.changing import change
from services.ports import Ports

PAGE = 100


async def list_billing(ports: Ports, learner_id: str) -> list[Billing]:
    """Return everything that could charge this learner, or could have, institution by institution."""
    permissions = await ports.authorizations.of_learner(learner_id)
    return billing_by_institution(permissions, await _orders_of(ports, learner_id))


async def turn_billing_off(ports: Ports, learner: Learner, institution_id: str) -> Billing:
    """Turn off at this institution whatever could charge the learner there, under every agreement, and nowhere else.

    Return what is left. WeChat refuses to take a permission back while service orders are unfinished, and other
    institutions may need it, so `heal_authorization` tries until it may. Raises NotFound when there never was anything.
    """
    billing, shared = await _require_billing(ports, learner, institution_id)
    for permission in (*billing.permissions, *shared):
        if permission.off_since(institution_id) is None:
            theirs = permission not in shared
            await change_authorization(ports, permission, turn_off_at, institution_id, is_theirs=theirs)
    # read again after the fence: an order placed before it is seen, and none is placed after it
    billing = await _billing_at(ports, learner.id, institution_id)
    for order in billing.running:
        await change(ports, order, turn_billing_off_here, _off_since(billing, order), ports.ids.new("R"))
    for permission in billing.permissions:
        if permission.is_to_close and not await is_needed(ports, permission):
            await change_authorization(ports, permission, close_unneeded)
    return await _billing_at(ports, learner.id, institution_id)


async def end_where_off(ports: Ports, permission: Authorization) -> None:
    """End what runs under the permission where billing is off; nothing may, while it stays off."""
    if not permission.schools_off:
        return
    for order in await _orders_under(ports, permission):
        off_since = permission.off_since(order.course.institution_id)
        if off_since is not None:
            await change(ports, order, turn_billing_off_here, off_since, ports.ids.new("R"))


async def is_needed(ports: Ports, permission: Authorization) -> bool:
    """Whether an order that is not over rests on the permission, at an institution where billing is on."""
    off = permission.schools_off
    if permission.state is AuthorizationState.CLOSED or not off:
        return False
    return any(order.course.institution_id not in off for order in await _orders_under(ports, permission))


async def _require_billing(
    ports: Ports, learner: Learner, institution_id: str
) -> tuple[Billing, tuple[Authorization, ...]]:
    """Return the learner's billing at the institution, and the permission it could use though it never did."""
    billing = await _billing_at(ports, learner.id, institution_id)
    try:
        channel = await channel_for(ports, institution_id, Agreement.AUTHORIZATION)
    except Refusal:  # it takes no standing permission, or is no longer there
        usable = None
    else:
        usable = await ports.authorizations.get(
            authorization_id(learner.id, channel.service_id or "", channel.sub_mchid)
        )
    shared = (usable,) if usable and usable not in billing.permissions else ()
    if not billing.permissions and not billing.orders and not shared:
        raise NotFound("authorization_not_found", institution_id=institution_id)
    return billing, shared


def _off_since(billing: Billing, order: Order) -> datetime | None:
    """Since when billing is off for this order; None for one that rests on no permission of ours."""
    if order.agreement is not Agreement.AUTHORIZATION:
        return None
    return next((x.off_since(billing.institution_id) for x in billing.permissions if _rests_on(order, x)), None)


def _rests_on(order: Order, permission: Authorization) -> bool:
    is_standing = order.agreement is Agreement.AUTHORIZATION
    return is_standing and permission.channel.owns(order.channel.origin)


async def _orders_under(ports: Ports, permission: Authorization) -> list[Order]:
    """Return the orders that rest on this permission and are not over; a partner's schools share one service."""
    named = permission.learner_id, permission.channel.service_id or ""
    nos = [*await ports.orders.unsettled_under(*named), *await ports.orders.awaiting_authorization(*named)]
    return [order for order in await ports.orders.get_many(nos) if _rests_on(order, permission)]


async def _billing_at(ports: Ports, learner_id: str, institution_id: str) -> Billing:
    everything = await list_billing(ports, learner_id)
    return next((x for x in everything if x.institution_id == institution_id), Billing(institution_id, (), ()))


async def _orders_of(ports: Ports, learner_id: str) -> list[Order]:
    """Return all orders of a learner, newest first."""
    found: list[Order] = []
    while True:
        page = await ports.orders.of_learner(learner_id, after=found[-1].no if found else "", limit=PAGE)
        found += page
        if len(page) < PAGE:
            return found
