"""Plans: the product templates that users sign.

Source: "查询支付分计划",
pay.weixin.qq.com/docs/merchant/apis/payscore-plan/pay-score-plan/query-pay-score-plan.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator.errors import WeChatPayError
from wechat_simulator.fields import Fields
from wechat_simulator.payscore.create import reentry_refused
from wechat_simulator.payscore.items import over_cap
from wechat_simulator.payscore.party import no_auth, party, sides
from wechat_simulator.payscore.plan_entity import plan_view
from wechat_simulator.payscore.plan_state import Plan, PlanDetail
from wechat_simulator.payscore.state import PayScore
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer

if TYPE_CHECKING:
    from wechat_simulator.accounts import Service
    from wechat_simulator.payscore.party import Party

PLAN_NUMBER = r"[0-9A-Za-z_\-*]+"
_STOPPED = "STOP"


async def create_plan(call: Call) -> Answer:
    """Create a plan; the same number with the same terms answers the plan again [N]."""
    fields = Fields.body(call)
    who = party(call, fields)
    if who.service.kind != "plan":
        raise no_auth("此服务未开通支付分计划权限")
    asked = _read(fields, who)
    plans = PayScore.of(call.world).plans
    known = plans.get(asked.key)
    if known is not None:
        if _terms(known) != _terms(asked):
            raise reentry_refused()
        return json_answer(plan_view(known))
    asked.plan_id = call.world.ids.digits("plan_id", 32)
    plans[asked.key] = asked
    return json_answer(plan_view(asked))


def _terms(plan: Plan) -> dict[str, Any]:
    changing = ("plan_id", "plan_state", "stop_mchid", "stopped_at")
    return {key: value for key, value in vars(plan).items() if key not in changing}


def _read(fields: Fields, who: Party) -> Plan:
    service = who.service
    details = _details(fields, service)
    return Plan(
        plan_id="",
        mchid=who.mchid,
        service_id=who.service_id,
        appid=who.appid,
        sub_mchid=who.sub_mchid,
        sub_appid=who.sub_appid,
        merchant_plan_no=fields.text("merchant_plan_no", 32, PLAN_NUMBER),
        plan_name=fields.text("plan_name", 20),
        plan_duration=fields.integer("plan_duration", 1, service.max_plan_days),
        deduction_quantity=_must_be(fields, "deduction_quantity", len(details)),
        total_original_price=_must_be(
            fields, "total_original_price", sum(d.original_price for d in details)
        ),
        total_actual_price=_must_be(
            fields, "total_actual_price", sum(d.actual_price for d in details)
        ),
        plan_detail_list=details,
    )


def _must_be(fields: Fields, name: str, expected: int) -> int:
    if fields.integer(name) != expected:
        raise fields.error(name, f"与计划明细不符，应为{expected}")
    return expected


def _details(fields: Fields, service: Service) -> list[PlanDetail]:
    details: list[PlanDetail] = []
    items = fields.children("plan_detail_list", 1, service.max_deductions)
    for number, item in enumerate(items, start=1):
        details.append(_detail(item, number, details[-1].actual_price if details else None))
        if details[-1].actual_price > service.risk_cap_fen:
            raise over_cap("计划明细金额超过此服务的服务风险金额")
    return details


def _detail(item: Fields, number: int, before: int | None) -> PlanDetail:
    original, actual = item.integer("original_price", 1), item.integer("actual_price", 1)
    if actual > original:
        raise item.error("actual_price", "实际金额不能大于原金额")
    if before is not None and actual > before:
        raise item.error("actual_price", "实际金额不能大于上一期的实际金额")
    return PlanDetail(
        plan_detail_no=number,
        plan_detail_name=item.text("plan_detail_name", 20),
        original_price=original,
        actual_price=actual,
        plan_discount_description=item.maybe_text("plan_discount_description", 20),
    )


async def query_plan(call: Call) -> Answer:
    """Answer a plan by the merchant's number."""
    return json_answer(plan_view(_found(call, Fields.query(call))))


async def stop_plan(call: Call) -> Answer:
    """End new signings; who signed goes on. Repeating it changes nothing."""
    plan = _found(call, Fields.body(call))
    if plan.plan_state != _STOPPED:
        plan.plan_state, plan.stop_mchid = _STOPPED, plan.mchid
        plan.stopped_at = call.world.now()
    return json_answer(plan_view(plan))


def _found(call: Call, fields: Fields) -> Plan:
    merchant, sub = sides(call, fields)
    key = f"{merchant.mchid}|{call.params['merchant_plan_no']}"
    plan = PayScore.of(call.world).plans.get(key)
    if plan is None or plan.sub_mchid != (sub.sub_mchid if sub else None):
        raise WeChatPayError(404, "ORDER_NOT_EXIST", "支付分计划不存在")
    return plan


def routes() -> tuple[Route, ...]:
    """Return the three calls in both forms."""
    table: list[tuple[str, str, Any]] = []
    for base in ("/v3/payscore/plan/payscore-plans", "/v3/payscore/plan/partner/payscore-plans"):
        one = base + "/merchant-plan-no/{merchant_plan_no}"
        table += [
            ("POST", base, create_plan),
            ("GET", one, query_plan),
            ("POST", one + "/stop", stop_plan),
        ]
    return tuple(Route(method, path, handler, Plane.PAY) for method, path, handler in table)
