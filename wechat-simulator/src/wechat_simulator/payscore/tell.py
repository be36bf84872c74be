"""The notices of Pay Score.

Sources:
- "开启/解除授权服务回调通知API", pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter6_1_10.shtml
- "确认订单回调通知API", pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter6_1_21.shtml
- "支付成功回调通知API", pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter6_1_22.shtml
- notices of signed plans, pay.weixin.qq.com/doc/v3/merchant/4012286184
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator.moments import fourteen_digits
from wechat_simulator.notifier import notify
from wechat_simulator.payscore.entity import told
from wechat_simulator.payscore.plan_entity import told_sign_plan

if TYPE_CHECKING:
    from wechat_simulator.payscore.plan_state import SignPlan
    from wechat_simulator.payscore.state import Order, Permission
    from wechat_simulator.world import World

_SUMMARIES = {
    "USER_OPEN_SERVICE": "签约成功",
    "USER_CLOSE_SERVICE": "解约成功",
    "USER_CONFIRM": "用户确认订单",
    "USER_PAID": "支付成功",
    "USER_SIGN_PLAN": "用户签约计划成功",
    "USER_CANCEL_SIGN_PLAN": "用户取消签约计划",
}


def tell_permission(world: World, permission: Permission, status: str) -> None:
    """Announce USER_OPEN_SERVICE or USER_CLOSE_SERVICE at the permission's notify_url."""
    if permission.notify_url is None or permission.user_id is None:
        return
    openids = world.users.users[permission.user_id].openids
    plain: dict[str, Any] = {
        "appid": permission.appid,
        "mchid": permission.mchid,
        "sub_mchid": permission.sub_mchid,
        "sub_appid": permission.sub_appid,
        "service_id": permission.service_id,
        **_named(openids, permission),
        "user_service_status": status,
        "openorclose_time": fourteen_digits(world.now()),
        "authorization_code": permission.authorization_code,
    }
    notify(
        world,
        mchid=permission.mchid,
        url=permission.notify_url,
        event_type=f"PAYSCORE.{status}",
        original_type="payscore",
        plaintext={key: value for key, value in plain.items() if value is not None},
        business_key=permission.authorization_code,
        summary=_SUMMARIES[status],
        schedule="authorization",
    )


def _named(openids: dict[str, str], permission: Permission) -> dict[str, str]:
    if permission.sub_appid is not None:
        return {"sub_openid": openids[permission.sub_appid]}
    return {"openid": openids[permission.appid]}


def tell_order(world: World, order: Order, event: str) -> None:
    """Announce USER_CONFIRM or USER_PAID at the order's notify_url."""
    if order.notify_url is None:
        return
    notify(
        world,
        mchid=order.mchid,
        url=order.notify_url,
        event_type=f"PAYSCORE.{event}",
        original_type="payscore",
        plaintext=told(world, order),
        business_key=order.out_order_no,
        summary=_SUMMARIES[event],
        schedule="order",
    )


def tell_sign_plan(world: World, signed: SignPlan, event: str) -> None:
    """Announce USER_SIGN_PLAN or USER_CANCEL_SIGN_PLAN at the sign plan's notify_url."""
    notify(
        world,
        mchid=signed.mchid,
        url=signed.notify_url,
        event_type=f"PAYSCORE.{event}",
        original_type="payscore",
        plaintext=told_sign_plan(world, signed),
        business_key=signed.merchant_sign_plan_no,
        summary=_SUMMARIES[event],
        schedule="plan",
    )
