"""The service order of one period of a signed plan, and when it may begin.

Source: "创建用户的签约计划服务订单",
pay.weixin.qq.com/docs/merchant/apis/payscore-plan/service-order/create-service-order.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator.errors import WeChatPayError
from wechat_simulator.fields import Fields
from wechat_simulator.payscore import items
from wechat_simulator.payscore.create import NUMBER, new_order_id, reentry_refused
from wechat_simulator.payscore.entity import created
from wechat_simulator.payscore.limits import refusal
from wechat_simulator.payscore.party import no_auth, party, person
from wechat_simulator.payscore.plan_state import NOT_USED, SIGNED, USING, SignedDetail, SignPlan
from wechat_simulator.payscore.state import Order, PayScore
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer

if TYPE_CHECKING:
    from wechat_simulator.payscore.party import Party
    from wechat_simulator.world import World


async def create_plan_order(call: Call) -> Answer:
    """Begin one period: what it costs stands in the plan, the user confirmed it by signing."""
    fields = Fields.body(call)
    who = party(call, fields)
    signed = _signed(call, fields, who)
    number = fields.integer("plan_detail_no", 1)
    detail = signed.detail(number)
    if detail is None:
        raise fields.error("plan_detail_no", "计划明细不存在")
    asked = _read(call, fields, signed, detail)
    score = PayScore.of(call.world)
    known = score.orders.get(asked.key)
    if known is not None:
        if known.request != asked.request:
            raise reentry_refused()
        return json_answer(created(call.world, known))
    _check_turn(call.world, signed, detail)
    _begin(call.world, asked, signed, detail)
    return json_answer(created(call.world, asked))


def _signed(call: Call, fields: Fields, who: Party) -> SignPlan:
    score = PayScore.of(call.world)
    signed = score.sign_plans.get(score.sign_plan_keys.get(fields.text("sign_plan_id", 32), ""))
    if (
        signed is None
        or (signed.mchid, signed.sub_mchid) != (who.mchid, who.sub_mchid)
        or (signed.service_id, signed.appid) != (who.service_id, who.appid)
    ):
        raise WeChatPayError(404, "ORDER_NOT_EXIST", "签约计划不存在")
    if person(call, who, fields).user_id != signed.user_id:
        raise no_auth("openid不是此签约计划的用户")
    return signed


def _read(call: Call, fields: Fields, signed: SignPlan, detail: SignedDetail) -> Order:
    number = fields.text("out_trade_no", 32, NUMBER)
    if number != detail.merchant_plan_detail_no:
        raise fields.error("out_trade_no", "须与签约时的merchant_plan_detail_no一致")
    asked = Order(
        mchid=signed.mchid,
        sub_mchid=signed.sub_mchid,
        sub_appid=signed.sub_appid,
        out_order_no=number,
        order_id="",
        mode="plan",
        service_id=signed.service_id,
        appid=signed.appid,
        service_introduction=fields.text("service_introduction", 20),
        created_at=call.world.now(),
        request={},
        time_range=items.planned_times(fields),
        location=items.location(fields),
        attach=fields.maybe_text("attach", 256),
        notify_url=fields.notify_url(256),
        post_payments=[{"name": detail.plan_detail_name, "amount": detail.original_price}],
        post_discounts=_discounts(detail),
        risk_fund={"amount": detail.actual_price},
        sign_plan_id=signed.sign_plan_id,
        plan_detail_no=detail.plan_detail_no,
    )
    names = (
        *("sign_plan_id", "plan_detail_no", "service_introduction", "time_range", "location"),
        *("attach", "notify_url"),
    )
    asked.request = {name: getattr(asked, name) for name in names}
    return asked


def _discounts(detail: SignedDetail) -> list[dict[str, Any]]:
    off = detail.original_price - detail.actual_price
    if off == 0:
        return []
    description = detail.plan_discount_description or "计划优惠"
    return [{"name": "计划优惠", "description": description, "amount": off}]


def _check_turn(world: World, signed: SignPlan, detail: SignedDetail) -> None:
    if signed.sign_state != SIGNED:
        raise _refused("当前签约计划状态不合法")
    if detail.plan_detail_state != NOT_USED:
        raise _refused("此计划明细已使用或已取消")
    earlier = signed.details[: detail.plan_detail_no - 1]
    if any(before.plan_detail_state == NOT_USED for before in earlier):
        raise _refused("不允许跳过计划明细")
    if not all(before.settled for before in earlier):
        raise _refused("上一计划明细的服务单尚未取消或完成支付")
    refused = refusal(world, world.users.users[signed.user_id], scored=False)
    if refused is not None:
        raise refused


def _refused(message: str) -> WeChatPayError:
    return WeChatPayError(400, "INVALID_REQUEST", message)


def _begin(world: World, order: Order, signed: SignPlan, detail: SignedDetail) -> None:
    score, now = PayScore.of(world), world.now()
    order.order_id = new_order_id(world)
    score.orders[order.key] = order
    score.begin(order, signed.user_id, now)
    detail.plan_detail_state, detail.used_at = USING, now
    detail.order_id = order.order_id


def routes() -> tuple[Route, ...]:
    """Return the call in both forms."""
    paths = ("/v3/payscore/sign-plan/serviceorder", "/v3/payscore/sign-plan/partner/serviceorder")
    return tuple(Route("POST", path, create_plan_order, Plane.PAY) for path in paths)
