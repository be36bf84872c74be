"""A user's signature under a plan, by the merchant's side: create, query, stop.

Source: "创建用户的签约计划",
pay.weixin.qq.com/docs/partner/apis/partner-payscore-plan/partner-user-sign-plan/create-partner-user-sign-plan.html
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from wechat_simulator.errors import WeChatPayError
from wechat_simulator.fields import Fields
from wechat_simulator.moments import BEIJING
from wechat_simulator.payscore.create import reentry_refused
from wechat_simulator.payscore.party import party, person, sides
from wechat_simulator.payscore.plan_entity import sign_plan_view
from wechat_simulator.payscore.plan_state import (
    SIGNED,
    UNSIGNED,
    SignedDetail,
    SignPlan,
)
from wechat_simulator.payscore.plans import PLAN_NUMBER
from wechat_simulator.payscore.state import PayScore
from wechat_simulator.payscore.tickets import new_ticket
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer

if TYPE_CHECKING:
    from wechat_simulator.payscore.party import Party
    from wechat_simulator.payscore.plan_state import Plan
    from wechat_simulator.world import World

PAGE = "wxpayScorePlan"
_PACKAGE_S = 2 * 3600


async def create_sign_plan(call: Call) -> Answer:
    """Prepare a signature; the same parameters give a further package until it is signed."""
    fields = Fields.body(call)
    who = party(call, fields)
    asked = _read(call, fields, who)
    score = PayScore.of(call.world)
    known = score.sign_plans.get(asked.key)
    if known is None:
        known = _accept(call.world, asked)
    elif known.request != asked.request:
        raise reentry_refused()
    plain: dict[str, Any] = {"sign_plan": sign_plan_view(call.world, known)}
    if known.sign_state == UNSIGNED:
        plain["package"] = new_ticket(call.world, PAGE, known.key, _PACKAGE_S, "plan_package")
    return json_answer(plain)


def _read(call: Call, fields: Fields, who: Party) -> SignPlan:
    plan = _plan(call, fields, who)
    user = person(call, who, fields)
    details = _details(fields, plan)
    asked = SignPlan(
        sign_plan_id="",
        mchid=who.mchid,
        service_id=who.service_id,
        appid=who.appid,
        sub_mchid=who.sub_mchid,
        sub_appid=who.sub_appid,
        merchant_sign_plan_no=fields.text("merchant_sign_plan_no", 32, PLAN_NUMBER),
        notify_url=fields.notify_url(1024),
        plan_key=plan.key,
        user_id=user.user_id,
        over_at=over_at(plan, call.world.now()),
        request={},
        details=details,
    )
    numbers = [detail.merchant_plan_detail_no for detail in details]
    names = ("service_id", "appid", "sub_mchid", "sub_appid", "notify_url", "plan_key", "user_id")
    asked.request = {name: getattr(asked, name) for name in names} | {
        "details": numbers,
        "by_sub_openid": fields.has("sub_openid"),
    }
    return asked


def _plan(call: Call, fields: Fields, who: Party) -> Plan:
    plan_id = fields.text("plan_id", 32)
    for plan in PayScore.of(call.world).plans.values():
        mine = (plan.mchid, plan.sub_mchid) == (who.mchid, who.sub_mchid)
        if plan.plan_id == plan_id and mine and plan.service_id == who.service_id:
            if plan.appid != who.appid:
                raise fields.error("appid", "与支付分计划的appid不一致")
            return plan
    raise WeChatPayError(404, "ORDER_NOT_EXIST", "支付分计划不存在")


def _details(fields: Fields, plan: Plan) -> list[SignedDetail]:
    count = len(plan.plan_detail_list)
    items = fields.children("sign_plan_detail", count, count)
    numbers: dict[int, str] = {}
    for item in items:
        text = item.text("merchant_plan_detail_no", 32, PLAN_NUMBER)
        numbers[item.integer("plan_detail_no", 1, count)] = text
    if len(numbers) != count or len(set(numbers.values())) != count:
        raise fields.error("sign_plan_detail", "计划明细须逐一填写且单号不重复")
    return [
        SignedDetail(
            plan_detail_no=detail.plan_detail_no,
            plan_detail_name=detail.plan_detail_name,
            original_price=detail.original_price,
            actual_price=detail.actual_price,
            merchant_plan_detail_no=numbers[detail.plan_detail_no],
            plan_discount_description=detail.plan_discount_description,
        )
        for detail in plan.plan_detail_list
    ]


def over_at(plan: Plan, signed: datetime) -> datetime:
    """Return the Beijing midnight that ends the last day, as a recorded callback shows."""
    day = (signed + timedelta(days=plan.plan_duration + 1)).astimezone(BEIJING)
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


def _accept(world: World, asked: SignPlan) -> SignPlan:
    score = PayScore.of(world)
    if score.plans[asked.plan_key].plan_state != "NORMAL":
        raise WeChatPayError(400, "INVALID_REQUEST", "支付分计划已停止")
    keys = [f"{asked.mchid}|{detail.merchant_plan_detail_no}" for detail in asked.details]
    if any(key in score.orders or key in score.reserved for key in keys):
        raise WeChatPayError(400, "PARAM_ERROR", "merchant_plan_detail_no已被使用")
    asked.sign_plan_id = world.ids.digits("sign_plan_id", 32)
    score.sign_plans[asked.key] = asked
    score.sign_plan_keys[asked.sign_plan_id] = asked.key
    score.reserved.update(dict.fromkeys(keys, asked.sign_plan_id))
    return asked


async def query_sign_plan(call: Call) -> Answer:
    """Answer a sign plan by the merchant's number."""
    return json_answer(sign_plan_view(call.world, _found(call, Fields.query(call))))


async def stop_sign_plan(call: Call) -> Answer:
    """End a signature by the merchant; an order in service must be ended on its own [N]."""
    fields = Fields.body(call)
    signed = _found(call, fields)
    reason = fields.text("stop_reason", 128)
    if signed.sign_state in (UNSIGNED, SIGNED):
        signed.cancel("MERCHANT", reason, call.world.now())
    elif (signed.cancel_sign_type, signed.cancel_reason) != ("MERCHANT", reason):
        raise WeChatPayError(400, "INVALID_REQUEST", "当前签约计划状态不合法")
    return json_answer(sign_plan_view(call.world, signed))


def _found(call: Call, fields: Fields) -> SignPlan:
    merchant, sub = sides(call, fields)
    key = f"{merchant.mchid}|{call.params['merchant_sign_plan_no']}"
    signed = PayScore.of(call.world).sign_plans.get(key)
    if signed is None or signed.sub_mchid != (sub.sub_mchid if sub else None):
        raise WeChatPayError(404, "ORDER_NOT_EXIST", "签约计划不存在")
    return signed


def routes() -> tuple[Route, ...]:
    """Return the three calls in both forms."""
    table: list[tuple[str, str, Any]] = []
    for form in ("", "/partner"):
        base = f"/v3/payscore/sign-plan{form}/user-sign-plans"
        one = base + "/merchant-sign-plan-no/{merchant_sign_plan_no}"
        table += [
            ("POST", base, create_sign_plan),
            ("GET", one, query_sign_plan),
            ("POST", one + "/stop", stop_sign_plan),
        ]
    return tuple(Route(method, path, handler, Plane.PAY) for method, path, handler in table)
