"""Signed plans: the plan of a course, the learner's signature, the service order of each lesson."""

from typing import Any

from models.charge import ChannelReading
from models.errors import Conflict, Declined
from models.merchant import Channel
from models.notices import PlanReading, PlanRequest, ServiceRequest, WxCall
from models.refusals import named
from wechat.pay import parties, payloads
from wechat.pay.caller import Caller, told, understood, view
from wechat.pay.readings import fen, inner, plan_reading, service_reading, text


class PlanCalls(Caller):
    """Pay Score, plans: pay.weixin.qq.com/docs/merchant/apis/payscore-plan."""

    async def ensure_plan(self, request: PlanRequest) -> str:
        """Create the plan, or find it by our number; gives WeChat's plan id.

        Two who create it at once both find it. Raises Declined wechat_request_changed when the number stands for a
        plan with other prices, Conflict wechat_state when the plan was stopped.
        """
        found = await self._find_plan(request)
        if found is None:
            found = await self._create_plan(request)
        return _same_plan(request, found)

    async def sign_plan(
        self, channel: Channel, plan_id: str, plan_no: str, openid: str, charge_nos: tuple[str, ...]
    ) -> tuple[PlanReading, WxCall]:
        """Offer the plan to this user; the sign page's package is good for two hours."""
        body = parties.creator(channel) | parties.person(channel, openid) | self.notify_url(channel)
        body |= {
            "plan_id": plan_id,
            "merchant_sign_plan_no": plan_no,
            "sign_plan_detail": payloads.plan_details(charge_nos),
        }
        answer = await self.send(channel, "sign-plan", parties.sign_plan_path(channel), body)
        reading = understood(plan_reading, dict(inner(answer, "sign_plan")), channel, plan_no)
        return reading, view("wxpayScorePlan", package=told(answer, "package"))

    async def query_plan(self, channel: Channel, plan_no: str) -> PlanReading | None:
        """Ask for the signed plan; None when WeChat knows no such number."""
        path = parties.sign_plan_path(channel, plan_no)
        answer = await self.ask(channel, "sign-plan.query", path, parties.school(channel))
        return None if answer is None else understood(plan_reading, answer, channel, plan_no)

    async def stop_plan(self, channel: Channel, plan_no: str, reason: str) -> PlanReading:
        """Stop the signed plan from our side; a service order still running is not touched by it."""
        stop_reason = payloads.clipped(reason, payloads.STOP_REASON_LENGTH)
        body = parties.school(channel) | {"stop_reason": stop_reason}
        answer = await self.send(channel, "sign-plan.stop", parties.sign_plan_path(channel, plan_no, "stop"), body)
        return understood(plan_reading, answer, channel, plan_no)

    async def open_lesson(self, request: ServiceRequest, sign_plan_id: str, lesson_n: int) -> ChannelReading:
        """Create the service order of one lesson; WeChat refuses while the one before is neither paid nor cancelled."""
        channel = request.channel
        body = parties.creator(channel) | parties.person(channel, request.openid) | self.notify_url(channel)
        body |= payloads.lesson_order(request, sign_plan_id, lesson_n)
        answer = await self.send(channel, "sign-plan.serviceorder", parties.lesson_path(channel), body)
        return understood(service_reading, answer, channel, request.no)

    async def _find_plan(self, request: PlanRequest) -> dict[str, Any] | None:
        path = parties.plan_path(request.channel, request.no)
        return await self.ask(request.channel, "plan.query", path, parties.school(request.channel))

    async def _create_plan(self, request: PlanRequest) -> dict[str, Any]:
        body = parties.creator(request.channel) | payloads.plan(request)
        try:
            return await self.send(request.channel, "plan", parties.plan_path(request.channel), body)
        except (Declined, Conflict):
            found = await self._find_plan(request)
            if found is None:
                raise
            return found


def _same_plan(request: PlanRequest, found: dict[str, Any]) -> str:
    if text(found, "plan_state") == "STOP":
        raise named("wechat_state", plan_no=request.no)
    told_fen, told_count = fen(found.get("total_actual_price")), fen(found.get("deduction_quantity"))
    if told_fen not in {None, sum(request.prices_fen)} or told_count not in {None, len(request.prices_fen)}:
        raise named("wechat_request_changed", plan_no=request.no, told_fen=told_fen)
    return told(found, "plan_id")
