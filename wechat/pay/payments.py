"""Ordinary payments (JSAPI) for prepaid courses, and refunds of whatever was paid."""

from datetime import datetime

from models.charge import ChannelReading
from models.errors import Conflict
from models.merchant import Channel
from models.notices import BankCard, PaymentRequest, RedirectRequest, RefundReading, RefundRequest, WxCall
from wechat.errors import VendorError
from wechat.pay import parties, payloads
from wechat.pay.caller import Caller, page_nonce, told, understood
from wechat.pay.readings import payment_reading, refund_reading
from wechat.pay.signing import payment_message, seal

ALREADY_CLOSED = frozenset({"ORDER_CLOSED", "ORDERCLOSED"})


class PaymentCalls(Caller):
    """JSAPI payments and domestic refunds: pay.weixin.qq.com/docs/merchant/apis/mini-program-payment."""

    async def prepay(self, request: PaymentRequest, at: datetime, nonce: str) -> WxCall:
        """Create the payment, or re-enter it; the call's prepay_id is good for two hours."""
        channel = request.channel
        body = payloads.payment(request) | parties.payment_parties(channel, request.openid) | self.notify_url(channel)
        answer = await self.send(channel, "jsapi", parties.payment_path(channel), body)
        package = f"prepay_id={told(answer, 'prepay_id')}"
        timestamp, page = str(int(at.timestamp())), page_nonce(nonce)
        message = payment_message(parties.jumping_appid(channel), timestamp, page, package)
        params = {
            "timeStamp": timestamp,
            "nonceStr": page,
            "package": package,
            "signType": "RSA",
            "paySign": await self._http.sign(self.keys_of(channel), message),
        }
        return WxCall(api="requestPayment", params=params)

    async def query_payment(self, channel: Channel, payment_no: str) -> ChannelReading | None:
        """Ask for the payment by our number; None when WeChat knows no such number."""
        path = parties.payment_path(channel, payment_no)
        answer = await self.ask(channel, "payment.query", path, parties.payee(channel))
        return None if answer is None else understood(payment_reading, answer, channel, payment_no)

    async def close_payment(self, channel: Channel, payment_no: str) -> None:
        """Close an unpaid payment; one that is closed already counts as done."""
        path = parties.payment_path(channel, payment_no, "close")
        try:
            await self.send(channel, "payment.close", path, parties.payee(channel))
        except Conflict as error:
            if not isinstance(error.__cause__, VendorError) or error.__cause__.code not in ALREADY_CLOSED:
                raise

    async def refund(self, request: RefundRequest) -> RefundReading:
        """Ask for a refund; the answer only means accepted, and the same number is the same refund."""
        channel = request.channel
        body = payloads.refund(request) | parties.school(channel) | self.notify_url(channel)
        answer = await self.send(channel, "refund", parties.refund_path(), body)
        return understood(refund_reading, answer, channel, request.no)

    async def redirect_refund(self, request: RedirectRequest, card: BankCard | None) -> RefundReading:
        """Send an abnormal refund to the learner's card, or without one to the merchant's own account."""
        channel = request.channel
        key_id, key = self.keys_of(channel).sealing_key
        body = payloads.redirection(request, card, lambda secret: seal(key, secret)) | parties.school(channel)
        path = parties.abnormal_refund_path(request.refund_id)
        answer = await self.send(channel, "refund.redirect", path, body, sealed_for=key_id if card else "")
        return understood(refund_reading, answer, channel, request.no)

    async def query_refund(self, channel: Channel, refund_no: str) -> RefundReading | None:
        """Ask for a refund by our number; None when WeChat knows no such number."""
        path = parties.refund_path(refund_no)
        answer = await self.ask(channel, "refund.query", path, parties.school(channel))
        return None if answer is None else understood(refund_reading, answer, channel, refund_no)
