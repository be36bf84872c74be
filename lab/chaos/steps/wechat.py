"""The learner inside WeChat: closing the permission, stopping the plan, paying, and how much is in the purse."""

from lab.chaos.context import Context, Json
from lab.chaos.workload import Draws

NOBODY = "-"


async def close_service(context: Context, draws: Draws) -> str:
    """Close a permission inside WeChat."""
    learner, service_id = draws.of(context.learners), draws.of(context.services["no_confirm"])
    path = f"/users/{learner.person.user_id}/close-service"
    closed = await context.rig.simulator.call("POST", path, {"service_id": service_id})
    return f"{learner.name}: {closed['closed']} closed"


async def cancel_plan(context: Context, draws: Draws) -> str:
    """Stop a signed plan inside WeChat."""
    order = context.an_order(draws, lambda order: order["agreement"] == "plan" and order["state"] == "in_training")
    if order is None:
        return NOBODY
    number = await _sign_plan_id(context, f"{order['no']}-S")
    path = f"/users/{context.learner(order).person.user_id}/cancel-sign-plan"
    stopped = await context.rig.simulator.call("POST", path, {"sign_plan_id": number})
    return f"{order['no']}: {stopped['sign_state']}"


async def pay_actively(context: Context, draws: Draws) -> str:
    """Pay what is overdue."""
    order = context.an_order(draws, _is_being_deducted)
    if order is None:
        return NOBODY
    charge = next(charge for charge in order["charges"] if charge["state"] == "deducting")
    path = f"/users/{context.learner(order).person.user_id}/pay"
    paid = await context.rig.simulator.call("POST", path, {"out_order_no": charge["no"]})
    return f"{charge['no']}: {paid['paid_fen']} fen"


async def change_purse(context: Context, draws: Draws) -> str:
    """Empty or fill the purse, or change what WeChat thinks of its owner."""
    learner = draws.of(context.learners)
    change: dict[str, object] = draws.of(
        ({"balance_fen": 0}, {"balance_fen": 0}, {"balance_fen": 15_000}, {"balance_fen": 2_000_000}, {})
    )
    if not change:
        change = draws.of(({"score": 560}, {"score": 720}, {"youth_mode": True}, {"youth_mode": False}))
    await context.rig.simulator.call("POST", f"/users/{learner.person.user_id}", change)
    return f"{learner.name}: {change}"


def _is_being_deducted(order: Json) -> bool:
    return any(charge["state"] == "deducting" for charge in order["charges"])


async def _sign_plan_id(context: Context, our_no: str) -> str:
    world = await context.rig.simulator.call("GET", "/world")
    for signed in _all(world):
        if signed.get("merchant_sign_plan_no") == our_no:
            return str(signed["sign_plan_id"])
    return "0"


def _all(node: object) -> list[Json]:
    """Return every object inside a JSON value."""
    if isinstance(node, list):
        return [found for each in node for found in _all(each)]
    if isinstance(node, dict):
        return [node, *(found for each in node.values() for found in _all(each))]
    return []


STEPS = (close_service, cancel_plan, pay_actively, change_purse)
