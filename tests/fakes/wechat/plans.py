"""Plans and signed plans, as Pay Score's plan pages have them: a detail opens only after the one before ended."""

from dataclasses import dataclass, field
from datetime import datetime

from models.charge import ChannelReading
from models.merchant import Channel
from models.notices import PayNoticeKind, PlanReading, PlanRequest, ServiceRequest, WxCall
from models.refusals import named
from tests.fakes.wechat.faults import call
from tests.fakes.wechat.services import ServiceDesk, ServiceOrder

WORDS = {
    "UNSIGNED": "unsigned",
    "SIGNED": "signed",
    "SIGN_PLAN_CANCEL": "cancelled",
    "COMPLETE": "complete",
}


@dataclass
class Signature:
    """One user's signature under one plan: a service order number a lesson, in order."""

    channel: Channel
    no: str
    sign_plan_id: str
    plan_id: str
    openid: str
    charge_nos: tuple[str, ...]
    prices_fen: tuple[int, ...]
    state: str = "UNSIGNED"
    cancelled_by: str = ""
    cancelled_at: datetime | None = None
    opened: set[int] = field(default_factory=set)

    def reading(self) -> PlanReading:
        """Say it in the product's words, as its client reads it."""
        return PlanReading(
            origin=self.channel.origin,
            plan_no=self.no,
            sign_plan_id=self.sign_plan_id,
            state=WORDS[self.state],
            cancelled_by=self.cancelled_by,
            at=self.cancelled_at,
        )


class PlanDesk(ServiceDesk):
    """The counters for plans."""

    plans: dict[str, PlanRequest]
    signatures: dict[str, Signature]

    @call
    def ensure_plan(self, request: PlanRequest) -> str:
        known = self.plans.setdefault(request.no, request)
        if known != request:
            raise self.broken(request.no, "stands for another plan", "wechat_request_changed")
        if list(request.prices_fen) != sorted(request.prices_fen, reverse=True):
            raise self.broken(request.no, "prices rise")
        return f"plan-{request.no}"

    @call
    def sign_plan(
        self, channel: Channel, plan_id: str, plan_no: str, openid: str, charge_nos: tuple[str, ...]
    ) -> tuple[PlanReading, WxCall]:
        plan = self.plans[plan_id.removeprefix("plan-")]
        if len(charge_nos) != len(plan.prices_fen):
            raise self.broken(plan_no, "one number a lesson")
        known = self.signatures.get(plan_no)
        if known is None:
            self.check_welcome(openid)
            number = self.number("S")
            known = Signature(channel, plan_no, number, plan_id, openid, charge_nos, tuple(plan.prices_fen))
            self.signatures[plan_no] = known
        elif (known.channel, known.plan_id, known.openid, known.charge_nos) != (channel, plan_id, openid, charge_nos):
            raise self.broken(plan_no, "offered again with other parameters", "wechat_request_changed")
        return known.reading(), WxCall(api="openBusinessView", params={"package": known.sign_plan_id})

    @call
    def query_plan(self, channel: Channel, plan_no: str) -> PlanReading | None:
        known = self.signatures.get(plan_no)
        return known.reading() if known else None

    @call
    def stop_plan(self, channel: Channel, plan_no: str, reason: str) -> PlanReading:
        known = self.signatures.get(plan_no)
        if known is None:
            raise named("wechat_not_found")
        if known.state not in {"UNSIGNED", "SIGNED"}:
            raise named("wechat_state")
        if any(self.services[known.charge_nos[n - 1]].is_unfinished for n in known.opened):
            self.rule_breaks.append(f"{plan_no} stopped while a lesson's service order runs")
        self._end(known, "institution")
        return known.reading()

    @call
    def open_lesson(self, request: ServiceRequest, sign_plan_id: str, lesson_n: int) -> ChannelReading:
        signature = next(x for x in self.signatures.values() if x.sign_plan_id == sign_plan_id)
        known = self.services.get(request.no)
        if known is not None:
            if known.request != request:
                raise self.broken(request.no, "asked for again with other parameters", "wechat_request_changed")
            return known.reading()
        self._check_gate(signature, request, lesson_n)
        self.check_welcome(request.openid)
        order = self.services[request.no] = ServiceOrder(request, self.number("15"), self.now())
        order.begin(self.now())
        signature.opened.add(lesson_n)
        return order.reading()

    def sign(self, plan_no: str) -> bool:
        """The user signs; False when there is nothing to sign."""
        known = self.signatures.get(plan_no)
        if known is None or known.state != "UNSIGNED":
            return False
        known.state = "SIGNED"
        self.announce(PayNoticeKind.PLAN_SIGNED, known.channel, known.reading())
        return True

    def cancel_plan(self, plan_no: str) -> bool:
        """The user turns billing off inside WeChat; False when there is no standing signature."""
        known = self.signatures.get(plan_no)
        if known is None or known.state != "SIGNED":
            return False
        self._end(known, "learner")
        self.announce(PayNoticeKind.PLAN_CANCELLED, known.channel, known.reading())
        return True

    def _end(self, signature: Signature, by: str) -> None:
        signature.state, signature.cancelled_by, signature.cancelled_at = "SIGN_PLAN_CANCEL", by, self.now()

    def _check_gate(self, signature: Signature, request: ServiceRequest, n: int) -> None:
        if signature.state != "SIGNED":
            raise named("wechat_state")
        if signature.charge_nos[n - 1] != request.no:
            raise self.broken(request.no, f"is not the number of lesson {n}")
        if request.estimate_fen != signature.prices_fen[n - 1]:
            raise self.broken(request.no, f"is not the price of lesson {n}")
        if n > 1 and n - 1 not in signature.opened:
            raise self.broken(request.no, "opened though the lesson before was skipped")
        if n > 1 and self.services[signature.charge_nos[n - 2]].is_unfinished:
            raise self.broken(request.no, "opened though the lesson before has not ended", "wechat_state")
