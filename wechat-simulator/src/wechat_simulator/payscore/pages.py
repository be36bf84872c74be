"""The user's side of Pay Score: the authorise page, the confirm page, closing a service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator.errors import ControlError
from wechat_simulator.payscore.limits import refusal
from wechat_simulator.payscore.shown import order_shown, permission_shown
from wechat_simulator.payscore.sign_pages import revoke_service
from wechat_simulator.payscore.state import CREATED, PayScore
from wechat_simulator.payscore.tell import tell_order, tell_permission
from wechat_simulator.payscore.tickets import check_appid, decided, declined, opened, turned_down

if TYPE_CHECKING:
    from wechat_simulator.surface import Jump
    from wechat_simulator.users import User
    from wechat_simulator.world import World

ACCEPTED: dict[str, Any] = {"result": "accepted"}


async def enable(jump: Jump) -> dict[str, Any]:
    """Show the authorise page (wxpayScoreEnable)."""
    world, score = jump.world, PayScore.of(jump.world)
    ticket = opened(jump, "wxpayScoreEnable", "apply_permissions_token")
    permission = score.permissions[ticket.key]
    check_appid(jump, permission.appid, permission.sub_appid)
    outcome = decided(jump, ticket, permission_shown(world, permission))
    if outcome is not None:
        return outcome
    if permission.user_id not in (None, jump.user.user_id):
        return declined("授权协议号已被其他用户使用")
    if score.authorized(permission, jump.user.user_id) is not None:
        return ACCEPTED | {"reason": "already authorized: nothing changed"}
    if world.switches.text("score_checked_at") == "authorize":
        refused = refusal(world, jump.user)
        if refused is not None:
            return declined(refused.message)
    score.grant(permission, jump.user.user_id, world.now())
    tell_permission(world, permission, "USER_OPEN_SERVICE")
    return dict(ACCEPTED)


async def use(jump: Jump) -> dict[str, Any]:
    """Show the confirm page of a need-confirm order (wxpayScoreUse)."""
    world, score = jump.world, PayScore.of(jump.world)
    ticket = opened(jump, "wxpayScoreUse", "package")
    order = score.orders[ticket.key]
    check_appid(jump, order.appid, order.sub_appid)
    if order.state != CREATED:
        return declined("订单状态已变更")
    outcome = turned_down(jump, ticket, order_shown(world, order))
    if outcome is not None:
        return outcome
    score.begin(order, jump.user.user_id, world.now())
    tell_order(world, order, "USER_CONFIRM")
    return ACCEPTED | {"extraData": {"query_id": new_query_id(world, order.key)}}


def new_query_id(world: World, key: str) -> str:
    """Return a new query_id for an order: what a page hands back to the Mini Program."""
    query_id = world.ids.alnum("query_id", 32)
    PayScore.of(world).query_ids[query_id] = key
    return query_id


def close_service(world: World, user: User, service_id: str) -> int:
    """Close what the user opened at a service; orders in service still deduct.

    Returns how many authorizations and signed plans ended.
    """
    score = PayScore.of(world)
    ended = [
        permission
        for permission in score.permissions.values()
        if permission.state == "AVAILABLE"
        and (permission.user_id, permission.service_id) == (user.user_id, service_id)
    ]
    for permission in ended:
        permission.state, permission.cancelled_at = "UNAVAILABLE", world.now()
        tell_permission(world, permission, "USER_CLOSE_SERVICE")
    count = len(ended) + revoke_service(world, user, service_id)
    if count == 0:
        raise ControlError(f"{user.user_id} has nothing open at {service_id}")
    return count
