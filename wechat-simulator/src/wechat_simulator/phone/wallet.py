"""``/_sim/users/{id}/wallet``: what a user finds in WeChat's own pages about their money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator.moments import rfc3339_utc
from wechat_simulator.payments.state import Trades
from wechat_simulator.payscore.shown import order_shown, permission_shown, sign_plan_shown
from wechat_simulator.payscore.state import PayScore
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer

if TYPE_CHECKING:
    from wechat_simulator.ledger import Entry
    from wechat_simulator.users import User
    from wechat_simulator.world import World


async def _wallet(call: Call) -> Answer:
    """Answer the purse, the services that may charge it, running orders, and the bill."""
    world, user = call.world, call.world.users.get(call.params["user_id"])
    return json_answer(
        {
            "balance_fen": user.balance_fen,
            "score": user.score,
            "services": _services(world, user),
            "plans": _plans(world, user),
            "orders": _orders(world, user),
            "bill": _bill(world, user),
        }
    )


def _services(world: World, user: User) -> list[dict[str, Any]]:
    return [
        permission_shown(world, permission)
        for permission in PayScore.of(world).permissions.values()
        if (permission.user_id, permission.state) == (user.user_id, "AVAILABLE")
    ]


def _plans(world: World, user: User) -> list[dict[str, Any]]:
    return [
        sign_plan_shown(world, signed)
        for signed in PayScore.of(world).sign_plans.values()
        if signed.user_id == user.user_id and signed.signed_at is not None
    ]


def _orders(world: World, user: User) -> list[dict[str, Any]]:
    orders = PayScore.of(world).orders.values()
    mine = [order_shown(world, order) for order in orders if order.user_id == user.user_id]
    return mine[::-1]


def _bill(world: World, user: User) -> list[dict[str, Any]]:
    entries = [entry for entry in world.ledger.entries if entry.user_id == user.user_id]
    return [_row(world, entry) for entry in reversed(entries)]


def _row(world: World, entry: Entry) -> dict[str, Any]:
    return {
        "at": rfc3339_utc(entry.at),
        "kind": entry.kind,
        "merchant": world.accounts.merchant_name(entry.mchid, entry.sub_mchid),
        "title": _title(world, entry),
        "amount_fen": entry.amount_fen,
        "transaction_id": entry.transaction_id,
        "out_order_no": entry.out_order_no,
    }


def _title(world: World, entry: Entry) -> str:
    order = PayScore.of(world).orders.get(f"{entry.mchid}|{entry.out_order_no}")
    if order is not None:
        return order.service_introduction
    trade = Trades.of(world).paid_as(entry.transaction_id)
    return trade.description if trade else ""


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    return (Route("GET", "/_sim/users/{user_id}/wallet", _wallet, Plane.CONTROL),)
