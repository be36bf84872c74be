"""A user's signature under a plan, by the user's side: sign, cancel, let it expire.

Sources:
- "小程序调起支付分-签约计划", pay.weixin.qq.com/doc/v3/partner/4012855944
- notices of signed plans, pay.weixin.qq.com/doc/v3/merchant/4012286184
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator.errors import ControlError
from wechat_simulator.payscore.plan_state import EXPIRE, SIGNED, UNSIGNED, SignPlan
from wechat_simulator.payscore.shown import sign_plan_shown
from wechat_simulator.payscore.sign_plans import PAGE, over_at
from wechat_simulator.payscore.state import PayScore
from wechat_simulator.payscore.tell import tell_sign_plan
from wechat_simulator.payscore.tickets import check_appid, declined, opened, turned_down

if TYPE_CHECKING:
    from wechat_simulator.surface import Jump
    from wechat_simulator.users import User
    from wechat_simulator.world import World


async def sign(jump: Jump) -> dict[str, Any]:
    """Show the signing page (wxpayScorePlan)."""
    world, score = jump.world, PayScore.of(jump.world)
    ticket = opened(jump, PAGE, "package")
    signed = score.sign_plans[ticket.key]
    check_appid(jump, signed.appid, signed.sub_appid)
    plan = score.plans[signed.plan_key]
    if signed.sign_state != UNSIGNED or plan.plan_state != "NORMAL":
        return declined("签约计划状态已变更")
    if signed.user_id != jump.user.user_id:
        return declined("签约用户与下单用户不一致")
    outcome = turned_down(jump, ticket, sign_plan_shown(world, signed))
    if outcome is not None:
        return outcome
    signed.sign_state, signed.signed_at = SIGNED, world.now()
    signed.over_at = over_at(plan, world.now())
    world.at(signed.over_at, "payscore.plan_over", {"sign_plan": signed.key})
    tell_sign_plan(world, signed, "USER_SIGN_PLAN")
    return {"result": "accepted"}


async def plan_over(world: World, payload: dict[str, Any]) -> None:
    """End a signature whose time is over."""
    signed = PayScore.of(world).sign_plans[payload["sign_plan"]]
    if signed.sign_state == SIGNED:
        signed.sign_state = EXPIRE


def cancel_by_user(world: World, user: User, sign_plan_id: str) -> SignPlan:
    """End a signature by the user; ControlError when it is not in force or not his."""
    score = PayScore.of(world)
    signed = score.sign_plans.get(score.sign_plan_keys.get(sign_plan_id, ""))
    if signed is None or signed.user_id != user.user_id or signed.sign_state != SIGNED:
        raise ControlError(f"{user.user_id} has no signed plan {sign_plan_id}", status=404)
    _cancelled(world, signed, "USER", "用户取消签约计划")
    return signed


def revoke_service(world: World, user: User, service_id: str) -> int:
    """End all signatures of a user at a service he closes; return how many."""
    mine = [
        signed
        for signed in PayScore.of(world).sign_plans.values()
        if (signed.user_id, signed.service_id) == (user.user_id, service_id)
        and signed.sign_state == SIGNED
    ]
    for signed in mine:
        _cancelled(world, signed, "REVOKE_SERVICE", "用户关闭服务")
    return len(mine)


def _cancelled(world: World, signed: SignPlan, kind: str, reason: str) -> None:
    signed.cancel(kind, reason, world.now())
    tell_sign_plan(world, signed, "USER_CANCEL_SIGN_PLAN")
