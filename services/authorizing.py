"""Standing permissions: asked for once, told by notice or found by asking; `billing` turns them off."""

from collections.abc import Callable
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from models import authorization as rules
from models.authorization import (
    Authorization,
    AuthorizationState,
    apply_again,
    apply_for,
    authorization_id,
    turn_on_at,
)
from models.ending import end_under_closed_permission
from models.errors import NotFound
from models.fee_mode import Agreement
from models.learner import Learner
from models.merchant import Channel, require_own, resolve_channel
from models.notices import AuthorizationReading, WxCall
from models.placing import ask_about_beginning_now
from services.catalog import require_institution
from services.changing import change
from services.generation import require_memory
from services.ports import Ports
from services.saving import until_saved

P = ParamSpec("P")
T = TypeVar("T")


async def channel_for(ports: Ports, institution_id: str, agreement: Agreement) -> Channel:
    """Return an institution's identity at WeChat for this kind of agreement."""
    institution = await require_institution(ports, institution_id)
    return resolve_channel(ports.merchants.get(institution.merchant_id), agreement)


async def start_authorization(
    ports: Ports, learner: Learner, institution_id: str
) -> tuple[Authorization, WxCall | None]:
    """Begin (or go on with) authorizing Pay Score; without a call there is nothing left for the learner to do.

    This is the one way to turn billing on again where it was turned off.
    """
    channel = await channel_for(ports, institution_id, Agreement.AUTHORIZATION)
    return await ensure_applied(ports, learner.id, learner.openid, channel, institution_id, turn_on=True)


async def ensure_applied(
    ports: Ports,
    learner_id: str,
    openid: str,
    channel: Channel,
    institution_id: str,
    in_hand: Authorization | None = None,
    *,
    turn_on: bool = False,
) -> tuple[Authorization, WxCall | None]:
    """Have an application under way at this service, and the call that opens WeChat's page for it.

    There is nothing to open when the permission was given. One found a moment ago (`find_permission`) saves a reading.
    Raises Conflict `billing_off` where the learner turned billing off, unless they turn it on with this.
    """
    await require_memory(ports)

    async def attempt() -> Authorization:
        nonlocal in_hand
        found, in_hand = in_hand or await find_permission(ports, learner_id, openid, channel), None
        before, now = found.model_dump(), await ports.clock.now()
        if turn_on:
            turn_on_at(found, now, institution_id)
        found.require_on(institution_id)
        found.note_school(institution_id)
        if found.state is AuthorizationState.CLOSED:
            apply_again(found, now, ports.ids.new("A"))
        if not found.is_stored or found.model_dump() != before:
            await ports.authorizations.save(found)
        return found

    authorization = await until_saved(ports, attempt, learner_id=learner_id, service_id=channel.service_id or "")
    if authorization.is_active:
        return authorization, None
    return authorization, await ports.authorization_gateway.apply_authorization(channel, authorization.code)


async def find_permission(ports: Ports, learner_id: str, openid: str, channel: Channel) -> Authorization:
    """Return the learner's permission at this service, whatever its state; an application not stored yet if none is."""
    found = await ports.authorizations.get(authorization_id(learner_id, channel.service_id or "", channel.sub_mchid))
    return found or apply_for(learner_id, openid, channel, ports.ids.new("A"), await ports.clock.now())


async def apply_authorization_reading(
    ports: Ports, reading: AuthorizationReading, *, at: datetime, is_answer: bool = False
) -> bool:
    """Take WeChat's word on a permission and pass it on to the orders it concerns. Says whether it was news.

    `at` is now for a notice, and for an answer the moment before it was asked for.
    """
    if reading.openid is None:
        return False
    service_id = reading.origin.service_id or ""
    found = await ports.authorizations.find(reading.openid, service_id, reading.origin.sub_mchid)
    if found is None:
        raise NotFound("authorization_not_found", service_id=service_id)
    happened_at = min(reading.at or at, at)
    heard_at = at if is_answer and reading.state is AuthorizationState.ACTIVE else happened_at
    told = (reading.origin, reading.state, heard_at)
    rule = rules.apply_authorization_reading
    if reading.state is AuthorizationState.CLOSED:
        # first: once it is written down as closed nobody asks again, and whoever wrote it may have died
        require_own(found.channel, reading.origin, found.code)
        await end_orders(ports, found, happened_at)
    found, is_news = await change_authorization(ports, found, rule, *told, is_answer=is_answer)
    if found.is_active:
        await _wake_orders(ports, found)
    return is_news


async def end_orders(ports: Ports, authorization: Authorization, closed_at: datetime) -> None:
    """End the orders signed before the permission was closed, even when it was given again since."""
    channel = authorization.channel
    for no in await ports.orders.unsettled_under(authorization.learner_id, channel.service_id or ""):
        await change(ports, no, end_under_closed_permission, channel, closed_at, ports.ids.new("R"))


async def change_authorization(
    ports: Ports,
    which: str | Authorization,
    rule: Callable[Concatenate[Authorization, datetime, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> tuple[Authorization, T]:
    """Apply `rule(authorization, now, …)` by compare-and-set, and return what it said beside the authorization.

    One handed in saves the reading; it is read anew when somebody saved since. Raises NotFound, or Conflict `too_busy`.
    """
    await require_memory(ports)
    in_hand = which if isinstance(which, Authorization) else None
    key = which.id if isinstance(which, Authorization) else which

    async def attempt() -> tuple[Authorization, T]:
        nonlocal in_hand
        authorization, in_hand = in_hand or await ports.authorizations.get(key), None
        if authorization is None:
            raise NotFound("authorization_not_found")
        said = rule(authorization, await ports.clock.now(), *args, **kwargs)
        await ports.authorizations.save(authorization)
        return authorization, said

    return await until_saved(ports, attempt, authorization_id=key)


async def _wake_orders(ports: Ports, authorization: Authorization) -> None:
    """Let orders that waited for this permission go on."""
    service_id = authorization.channel.service_id or ""
    for no in await ports.orders.awaiting_authorization(authorization.learner_id, service_id):
        await change(ports, no, ask_about_beginning_now)
