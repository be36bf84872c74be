"""Standing permissions: asked for once, told by notice or found by asking, ended at any time."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from models.asking import Doubt, ask_again
from models.authorization import Authorization, AuthorizationState, authorization_id
from models.ending import turn_billing_off
from models.errors import NotFound
from models.fee_mode import Agreement
from models.learner import Learner
from models.merchant import Channel, resolve_channel
from models.notices import AuthorizationReading, WxCall
from models.order import Order
from services.catalog import require_institution
from services.changing import change
from services.ports import Ports
from services.saving import until_saved


async def channel_for(ports: Ports, institution_id: str, agreement: Agreement) -> Channel:
    """Return an institution's identity at WeChat for this kind of agreement."""
    institution = await require_institution(ports, institution_id)
    return resolve_channel(ports.merchants.get(institution.merchant_id), agreement)


async def list_authorizations(ports: Ports, learner_id: str) -> list[Authorization]:
    """Return all of a learner's permissions."""
    return list(await ports.authorizations.of_learner(learner_id))


async def start_authorization(
    ports: Ports, learner: Learner, institution_id: str
) -> tuple[Authorization, WxCall | None]:
    """Begin (or go on with) authorizing Pay Score; without a call there is nothing left for the learner to do."""
    channel = await channel_for(ports, institution_id, Agreement.AUTHORIZATION)
    return await ensure_applied(ports, learner.id, learner.openid, channel)


async def ensure_applied(
    ports: Ports, learner_id: str, openid: str, channel: Channel
) -> tuple[Authorization, WxCall | None]:
    """Have an application under way at this service, and the call that opens WeChat's page for it."""
    authorization = await _applied(ports, learner_id, openid, channel)
    if authorization.state is AuthorizationState.ACTIVE:
        return authorization, None
    return authorization, await ports.pay.apply_authorization(channel, authorization.code)


async def apply_authorization_reading(
    ports: Ports, reading: AuthorizationReading, *, at: datetime, is_answer: bool = False
) -> bool:
    """Take WeChat's word on a permission and pass it on to the orders it concerns. Says whether it was news.

    `at` is now for a notice, and for an answer the moment before it was asked for.
    """
    if reading.openid is None:
        return False
    found = await ports.authorizations.find(reading.openid, reading.service_id, reading.sub_mchid)
    if found is None:
        raise NotFound("authorization_not_found", service_id=reading.service_id)
    news: list[bool] = []
    happened_at = min(reading.at or at, at)
    heard_at = at if is_answer and reading.state is AuthorizationState.ACTIVE else happened_at

    def take(authorization: Authorization) -> None:
        news[:] = [authorization.hear(reading.state, heard_at, is_answer=is_answer)]
        authorization.asks += 1
        authorization.ask_at = _next_question(authorization, at)

    authorization = await change_authorization(ports, found.id, take)
    if reading.state is AuthorizationState.CLOSED:
        await end_orders(ports, authorization, happened_at)
    if authorization.state is AuthorizationState.ACTIVE:
        await _wake_orders(ports, authorization)
    return news[0]


async def _wake_orders(ports: Ports, authorization: Authorization) -> None:
    """Let orders that waited for this permission go on."""
    service_id = authorization.channel.service_id or ""
    for no in await ports.orders.awaiting_authorization(authorization.learner_id, service_id):
        await change(ports, no, _ask_now)


def _ask_now(order: Order, now: datetime) -> None:
    if order.ask_at is not None:
        order.ask_at = min(order.ask_at, now)


async def end_orders(ports: Ports, authorization: Authorization, closed_at: datetime) -> None:
    """End the orders signed before the permission was closed, even when it was given again since.

    WeChat gives times in whole seconds, so an order signed within that second counts as signed before.
    """
    service_id = authorization.channel.service_id or ""
    for no in await ports.orders.unsettled_under(authorization.learner_id, service_id):
        ends = partial(_end, channel=authorization.channel, closed_at=closed_at, receipt_no=ports.ids.new("R"))
        await change(ports, no, ends)


def _end(order: Order, now: datetime, *, channel: Channel, closed_at: datetime, receipt_no: str) -> None:
    ours = order.channel.sub_mchid == channel.sub_mchid  # a partner's schools share one service
    if ours and order.signed_at and order.signed_at.replace(microsecond=0) <= closed_at:
        turn_billing_off(order, now, "learner", closed_at, receipt_no)


async def end_authorization(ports: Ports, learner: Learner, institution_id: str) -> Authorization:
    """Turn billing off from our side: orders in training end, and WeChat is told.

    WeChat refuses to take it back while service orders are unfinished, so `take_back` tries until it may; until
    then no new order can be placed under it because ours counts as closed.
    """
    channel = await channel_for(ports, institution_id, Agreement.AUTHORIZATION)
    key = authorization_id(learner.id, channel.service_id or "", channel.sub_mchid)
    if await ports.authorizations.get(key) is None:
        raise NotFound("authorization_not_found", institution_id=institution_id)
    now = await ports.clock.now()

    def close(authorization: Authorization) -> None:
        authorization.move(AuthorizationState.CLOSED, max(now, authorization.changed_at))
        authorization.ask_at, authorization.asks, authorization.take_back = now, 0, True

    authorization = await change_authorization(ports, key, close)
    await end_orders(ports, authorization, now)
    return authorization


async def _applied(ports: Ports, learner_id: str, openid: str, channel: Channel) -> Authorization:
    key = authorization_id(learner_id, channel.service_id or "", channel.sub_mchid)

    async def attempt() -> Authorization:
        now = await ports.clock.now()
        authorization = await ports.authorizations.get(key)
        if authorization and authorization.state is not AuthorizationState.CLOSED:
            return authorization
        if authorization is None:
            authorization = Authorization(
                id=key,
                learner_id=learner_id,
                openid=openid,
                channel=channel,
                code=ports.ids.new("A"),
                applied_at=now,
                changed_at=now,
            )
        else:
            authorization.move(AuthorizationState.APPLIED, max(now, authorization.changed_at))
            authorization.code, authorization.applied_at = ports.ids.new("A"), now
            authorization.take_back = False
        authorization.ask_at, authorization.asks = ask_again(Doubt.LEARNER, 0, now), 0
        await ports.authorizations.save(authorization)
        return authorization

    return await until_saved(attempt, authorization_id=key)


async def change_authorization(ports: Ports, key: str, rule: Callable[[Authorization], object]) -> Authorization:
    """Apply a rule to an authorization by compare-and-set; raises NotFound, or Conflict `too_busy`."""

    async def attempt() -> Authorization:
        authorization = await ports.authorizations.get(key)
        if authorization is None:
            raise NotFound("authorization_not_found")
        rule(authorization)
        await ports.authorizations.save(authorization)
        return authorization

    return await until_saved(attempt, authorization_id=key)


def _next_question(authorization: Authorization, at: datetime) -> datetime | None:
    match authorization.state:
        case AuthorizationState.ACTIVE:
            return ask_again(Doubt.AUTHORIZATION, authorization.asks, at)
        case AuthorizationState.APPLIED:
            return ask_again(Doubt.LEARNER, authorization.asks, at)
        case AuthorizationState.CLOSED:
            return authorization.ask_at if authorization.take_back else None
