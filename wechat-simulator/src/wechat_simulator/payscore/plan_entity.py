"""Plans and sign plans as merchants see them.

A recorded callback carries absent times as empty text and an unpaid price as 0, so every answer
does. Mind WeChat's spelling: a plan has total_original_price, a sign plan
total_origin_price.

Sources:
- "查询支付分计划",
  pay.weixin.qq.com/docs/merchant/apis/payscore-plan/pay-score-plan/query-pay-score-plan.html
- "创建用户的签约计划",
  pay.weixin.qq.com/docs/partner/apis/partner-payscore-plan/partner-user-sign-plan/create-partner-user-sign-plan.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator.moments import rfc3339_beijing
from wechat_simulator.payscore.state import PayScore

if TYPE_CHECKING:
    from datetime import datetime

    from wechat_simulator.payscore.plan_state import Plan, SignedDetail, SignPlan
    from wechat_simulator.world import World


def plan_view(plan: Plan) -> dict[str, Any]:
    """Return a plan as its three calls answer it."""
    plain = {k: v for k, v in vars(plan).items() if v is not None and k != "stopped_at"}
    details = [_present(vars(detail)) for detail in plan.plan_detail_list]
    plain["plan_detail_list"] = details
    if plan.stopped_at is not None:
        plain["stop_time"] = rfc3339_beijing(plan.stopped_at)
    return plain


def sign_plan_view(world: World, signed: SignPlan) -> dict[str, Any]:
    """Return a sign plan as its calls and its notices carry it."""
    plan = PayScore.of(world).plans[signed.plan_key]
    openids = world.users.users[signed.user_id].openids
    plain: dict[str, Any] = {
        "sign_plan_id": signed.sign_plan_id,
        "openid": openids[signed.appid],
        "sub_openid": openids[signed.sub_appid] if signed.sub_appid else None,
        "service_id": signed.service_id,
        "mchid": signed.mchid,
        "sub_mchid": signed.sub_mchid,
        "appid": signed.appid,
        "sub_appid": signed.sub_appid or ("" if signed.sub_mchid else None),
        "merchant_sign_plan_no": signed.merchant_sign_plan_no,
        "merchant_callback_url": signed.notify_url,
        "plan_id": plan.plan_id,
        "going_detail_no": signed.going_detail_no,
        "sign_state": signed.sign_state,
        "cancel_sign_time": _time(signed.cancelled_at),
        "cancel_sign_type": signed.cancel_sign_type,
        "cancel_reason": signed.cancel_reason,
        "plan_name": plan.plan_name,
        "plan_over_time": rfc3339_beijing(signed.over_at),
        "total_origin_price": plan.total_original_price,
        "deduction_quantity": plan.deduction_quantity,
        "total_actual_price": plan.total_actual_price,
        "signed_detail_list": [_detail(detail) for detail in signed.details],
        "sign_time": _time(signed.signed_at),
    }
    return _present(plain)


def told_sign_plan(world: World, signed: SignPlan) -> dict[str, Any]:
    """Return the sign plan of a notice: it names the user by one openid, as the request did."""
    plain = sign_plan_view(world, signed)
    by_sub = bool(signed.request.get("by_sub_openid"))
    plain.pop("openid" if by_sub else "sub_openid", None)
    return plain


def _detail(detail: SignedDetail) -> dict[str, Any]:
    moments = {
        "use_time": detail.used_at,
        "complete_time": detail.completed_at,
        "cancel_time": detail.cancelled_at,
    }
    hidden = ("used_at", "completed_at", "cancelled_at")
    plain = {key: value for key, value in vars(detail).items() if key not in hidden}
    plain["plan_discount_description"] = detail.plan_discount_description or ""
    return plain | {name: _time(moment) for name, moment in moments.items()}


def _time(moment: datetime | None) -> str:
    return rfc3339_beijing(moment) if moment else ""


def _present(plain: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in plain.items() if value is not None}
