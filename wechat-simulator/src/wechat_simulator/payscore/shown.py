"""What Pay Score's own pages show the user: the thing itself and the name of the merchant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator.moments import rfc3339_utc
from wechat_simulator.payscore.entity import full
from wechat_simulator.payscore.plan_entity import sign_plan_view

if TYPE_CHECKING:
    from wechat_simulator.payscore.plan_state import SignPlan
    from wechat_simulator.payscore.state import Order, Permission
    from wechat_simulator.world import World


def permission_shown(world: World, permission: Permission) -> dict[str, Any]:
    """Return an authorization as the authorise page and the list of services show it."""
    since = rfc3339_utc(permission.success_at) if permission.success_at else None
    return {
        "merchant": world.accounts.merchant_name(permission.mchid, permission.sub_mchid),
        "mchid": permission.mchid,
        "service_id": permission.service_id,
        "state": permission.state,
        "since": since,
    }


def order_shown(world: World, order: Order) -> dict[str, Any]:
    """Return a service order as the confirm page and the list of orders show it."""
    merchant = world.accounts.merchant_name(order.mchid, order.sub_mchid)
    return {
        "merchant": merchant,
        "created_at": rfc3339_utc(order.created_at),
        "overdue": order.waiting and order.failed_at is not None,
        **full(world, order),
    }


def sign_plan_shown(world: World, signed: SignPlan) -> dict[str, Any]:
    """Return a signed plan as the signing page and the list of plans show it."""
    merchant = world.accounts.merchant_name(signed.mchid, signed.sub_mchid)
    return {"merchant": merchant, **sign_plan_view(world, signed)}
