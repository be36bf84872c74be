"""The learner inside WeChat: closing the permission, stopping the plan, paying, and how much is in the purse."""

from lab.chaos.scene import Json, Scene
from lab.chaos.script import Dice

NOBODY = "-"


async def close_service(scene: Scene, dice: Dice) -> str:
    """Close a permission inside WeChat."""
    family, service_id = dice.of(scene.families), dice.of(scene.services["no_confirm"])
    path = f"/users/{family.person.user_id}/close-service"
    closed = await scene.rig.simulator.call("POST", path, {"service_id": service_id})
    return f"{family.name}: {closed['closed']} closed"


async def cancel_plan(scene: Scene, dice: Dice) -> str:
    """Stop a signed plan inside WeChat."""
    order = scene.an_order(dice, lambda order: order["agreement"] == "plan" and order["state"] == "in_training")
    if order is None:
        return NOBODY
    number = await _sign_plan_id(scene, f"{order['no']}-S")
    path = f"/users/{scene.family(order).person.user_id}/cancel-sign-plan"
    stopped = await scene.rig.simulator.call("POST", path, {"sign_plan_id": number})
    return f"{order['no']}: {stopped['sign_state']}"


async def pay_actively(scene: Scene, dice: Dice) -> str:
    """Pay what is overdue."""
    order = scene.an_order(dice, _is_being_deducted)
    if order is None:
        return NOBODY
    charge = next(charge for charge in order["charges"] if charge["state"] == "deducting")
    path = f"/users/{scene.family(order).person.user_id}/pay"
    paid = await scene.rig.simulator.call("POST", path, {"out_order_no": charge["no"]})
    return f"{charge['no']}: {paid['paid_fen']} fen"


async def change_purse(scene: Scene, dice: Dice) -> str:
    """Empty or fill the purse, or change what WeChat thinks of its owner."""
    family = dice.of(scene.families)
    change: dict[str, object] = dice.of(
        ({"balance_fen": 0}, {"balance_fen": 0}, {"balance_fen": 15_000}, {"balance_fen": 2_000_000}, {})
    )
    if not change:
        change = dice.of(({"score": 560}, {"score": 720}, {"youth_mode": True}, {"youth_mode": False}))
    await scene.rig.simulator.call("POST", f"/users/{family.person.user_id}", change)
    return f"{family.name}: {change}"


def _is_being_deducted(order: Json) -> bool:
    return any(charge["state"] == "deducting" for charge in order["charges"])


async def _sign_plan_id(scene: Scene, our_no: str) -> str:
    world = await scene.rig.simulator.call("GET", "/world")
    for signed in _all(world):
        if signed.get("merchant_sign_plan_no") == our_no:
            return str(signed["sign_plan_id"])
    return "0"


def _all(node: object) -> list[Json]:
    """Give every object inside a JSON value."""
    if isinstance(node, list):
        return [found for each in node for found in _all(each)]
    if isinstance(node, dict):
        return [node, *(found for each in node.values() for found in _all(each))]
    return []


ACTS = (close_service, cancel_plan, pay_actively, change_purse)
