"""Service orders: opened, completed, cancelled, lowered, reported as paid elsewhere, shown."""

from datetime import datetime
from typing import Any

from models.authorization import AuthorizationState
from models.charge import ChannelReading, ChannelState, Completion
from models.errors import Conflict, Declined
from models.merchant import Channel
from models.notices import FeeLine, ServiceRequest, WxCall
from models.refusals import named
from wechat.pay import parties, payloads
from wechat.pay.authorizations import AuthorizationCalls
from wechat.pay.caller import page_nonce, understood, view
from wechat.pay.readings import service_reading
from wechat.pay.signing import jump_sign


class ServiceCalls(AuthorizationCalls):
    """Pay Score, service orders: pay.weixin.qq.com/docs/merchant/apis/weixin-pay-score.

    A partner's calls answer without a body; what they did is then asked for, not guessed.
    """

    async def open_service(self, request: ServiceRequest) -> tuple[ChannelReading, WxCall | None]:
        """Create the service order, or re-enter it with the same parameters; a package is good for one hour."""
        channel = request.channel
        self._require_under_cap(request)
        body = parties.creator(channel) | payloads.service_order(request) | self.notify_url(channel)
        if not request.need_confirm:
            body |= parties.person(channel, request.openid)
        try:
            answer = await self.send(channel, "serviceorder", parties.service_path(channel), body)
        except Declined as refusal:
            if not request.need_confirm:
                await self._blame_lost_authorization(refusal, channel, request.openid)
            raise
        package = answer.get("package")
        page = view("wxpayScoreUse", package=package) if isinstance(package, str) and package else None
        return understood(service_reading, answer, channel, request.no), page

    async def query_service(self, channel: Channel, charge_no: str) -> ChannelReading | None:
        """Ask for the service order; None when WeChat knows no such number."""
        query = parties.reference(channel) | {"out_order_no": charge_no}
        answer = await self.ask(channel, "serviceorder.query", parties.service_path(channel), query)
        return None if answer is None else understood(service_reading, answer, channel, charge_no)

    async def complete_service(
        self, channel: Channel, charge_no: str, completion: Completion, fees: tuple[FeeLine, ...]
    ) -> ChannelReading:
        """Ask for the money; raises InvalidInput fee_sum_mismatch when the lines do not sum to it."""
        return await self._act(channel, charge_no, "complete", payloads.completion(completion, fees))

    async def cancel_service(self, channel: Channel, charge_no: str, reason: str) -> None:
        """Close the service order without a charge; one that is already cancelled counts as done."""
        body = parties.reference(channel) | {"reason": payloads.clipped(reason, payloads.REASON_LENGTH)}
        try:
            await self.send(channel, "serviceorder.cancel", parties.service_path(channel, charge_no, "cancel"), body)
        except Conflict:
            reading = await self.query_service(channel, charge_no)
            if reading is None or reading.state is not ChannelState.CANCELLED:
                raise

    async def lower_service(
        self, channel: Channel, charge_no: str, fees: tuple[FeeLine, ...], amount_fen: int, reason: str
    ) -> ChannelReading:
        """Lower what a waiting service order asks for; WeChat takes only less than before."""
        body = payloads.amount(fees, amount_fen) | {"reason": payloads.clipped(reason, payloads.REASON_LENGTH)}
        return await self._act(channel, charge_no, "modify", body)

    async def sync_paid(self, channel: Channel, charge_no: str, paid_at: datetime) -> ChannelReading:
        """Tell WeChat the learner paid outside it, so that it stops deducting."""
        return await self._act(channel, charge_no, "sync", payloads.paid_outside(paid_at))

    def detail_view(self, channel: Channel, charge_no: str, at: datetime, nonce: str) -> WxCall:
        """Build the signed call that shows the service order inside WeChat; the APIv2 key signs it."""
        keys = self.keys_of(channel)
        if not keys.api_v2_key:
            raise named("merchant_not_configured", merchant=channel.merchant_id)
        extra = {
            "mch_id": channel.mchid,
            "service_id": channel.service_id or "",
            "out_order_no": charge_no,
            "timestamp": str(int(at.timestamp())),
            "nonce_str": page_nonce(nonce),
            "sign_type": "HMAC-SHA256",
        }
        return view("wxpayScoreDetail", **extra, sign=jump_sign(extra, keys.api_v2_key))

    async def _act(self, channel: Channel, charge_no: str, action: str, body: dict[str, Any]) -> ChannelReading:
        path = parties.service_path(channel, charge_no, action)
        answer = await self.send(channel, f"serviceorder.{action}", path, parties.reference(channel) | body)
        if answer:
            return understood(service_reading, answer, channel, charge_no)
        reading = await self.query_service(channel, charge_no)
        if reading is None:
            raise named("wechat_unreadable", missing=charge_no)
        return reading

    def _require_under_cap(self, request: ServiceRequest) -> None:
        cap_fen = self._merchants.get(request.channel.merchant_id).risk_cap_fen
        if request.estimate_fen > cap_fen:
            raise named("wechat_amount_above_cap", amount_fen=request.estimate_fen, cap_fen=cap_fen)

    async def _blame_lost_authorization(self, refusal: Declined, channel: Channel, openid: str) -> None:
        """WeChat says NO_AUTH both when the merchant lacks a right and when the learner closed the service."""
        if refusal.code != "wechat_no_permission":
            return
        reading = await self.query_authorization(channel, openid)
        if reading is None or reading.state is not AuthorizationState.ACTIVE:
            raise named("wechat_not_authorized", request_id=refusal.detail["request_id"]) from refusal
