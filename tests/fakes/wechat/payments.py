"""Ordinary payments and refunds. Source of the rules: JSAPI payment and domestic refund pages."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models.charge import ChannelReading, ChannelState, RefundState
from models.merchant import Channel
from models.notices import (
    BankCard,
    PaymentRequest,
    PayNoticeKind,
    RedirectRequest,
    RefundReading,
    RefundRequest,
    WxCall,
)
from models.refusals import named
from tests.fakes.wechat.faults import call
from tests.fakes.wechat.ledger import Entry
from tests.fakes.wechat.plans import PlanDesk

APART = timedelta(minutes=1)
MAX_PARTS = 50


@dataclass
class Payment:
    """One JSAPI payment."""

    request: PaymentRequest
    state: ChannelState = ChannelState.AWAITING_LEARNER
    paid_at: datetime | None = None
    transaction_id: str | None = None

    def reading(self) -> ChannelReading:
        """Say it in the product's words, as its client reads it."""
        is_paid = self.state is ChannelState.PAID
        return ChannelReading(
            origin=self.request.channel.origin,
            charge_no=self.request.no,
            state=self.state,
            total_fen=self.request.amount_fen,
            paid_fen=self.request.amount_fen if is_paid else None,
            paid_at=self.paid_at,
            paid_how="jsapi" if is_paid else "",
            transaction_id=self.transaction_id,
        )


@dataclass
class FakeRefund:
    """One refund: accepted first, done or failed when a test says so."""

    request: RefundRequest
    asked_at: datetime
    refund_id: str
    state: RefundState = RefundState.REFUNDING
    card: BankCard | None = None
    to_merchant: bool = False
    problem: str = ""
    done_at: datetime | None = None
    asked: list[datetime] = field(default_factory=list)

    def reading(self) -> RefundReading:
        """Say it in the product's words, as its client reads it."""
        return RefundReading(
            origin=self.request.channel.origin.model_copy(update={"appid": None, "service_id": None}),
            refund_id=self.refund_id,
            refund_no=self.request.no,
            state=self.state,
            problem=self.problem,
            refunded_at=self.done_at,
            amount_fen=self.request.refund_fen,
        )


class PaymentDesk(PlanDesk):
    """The counters for payments and refunds."""

    payments: dict[str, Payment]
    refunds: dict[str, FakeRefund]

    @call
    def prepay(self, request: PaymentRequest, at: datetime, nonce: str) -> WxCall:
        known = self.payments.get(request.no)
        if known is None:
            self.check_welcome(request.openid)
            known = self.payments[request.no] = Payment(request)
        if known.request != request:
            raise self.broken(request.no, "asked for again with other parameters", "wechat_request_changed")
        if self._aged(known).state is not ChannelState.AWAITING_LEARNER:
            raise named("wechat_request_changed")  # OUT_TRADE_NO_USED
        return WxCall(api="requestPayment", params={"prepay_id": request.no, "nonceStr": nonce})

    @call
    def query_payment(self, channel: Channel, payment_no: str) -> ChannelReading | None:
        known = self.payments.get(payment_no)
        return self._aged(known).reading() if known else None

    @call
    def close_payment(self, channel: Channel, payment_no: str) -> None:
        known = self.payments.get(payment_no)
        if known is None:
            raise named("wechat_not_found")
        if known.state is ChannelState.PAID:
            raise named("wechat_state")
        known.state = ChannelState.CANCELLED

    @call
    def refund(self, request: RefundRequest) -> RefundReading:
        known = self.refunds.get(request.no)
        if known is None:
            self._check_refund(request)
            known = self.refunds[request.no] = FakeRefund(request, self.now(), self.number("50"))
        elif known.request != request:
            raise self.broken(request.no, "asked for again with other parameters", "wechat_request_changed")
        return known.reading()

    @call
    def redirect_refund(self, request: RedirectRequest, card: BankCard | None) -> RefundReading:
        known = self.refunds.get(request.no)
        if known is None or known.refund_id != request.refund_id:
            raise self.broken(request.no, "redirected under another number of WeChat's", "wechat_not_found")
        if (known.state, known.problem) != (RefundState.FAILED, "abnormal"):
            raise named("wechat_request_rejected")
        known.state, known.problem, known.card, known.to_merchant = RefundState.REFUNDING, "", card, card is None
        return known.reading()

    @call
    def query_refund(self, channel: Channel, refund_no: str) -> RefundReading | None:
        known = self.refunds.get(refund_no)
        return known.reading() if known else None

    def pay(self, payment_no: str) -> bool:
        """The user pays; False when there is nothing to pay."""
        known = self.payments.get(payment_no)
        if known is None or self._aged(known).state is not ChannelState.AWAITING_LEARNER:
            return False
        known.state, known.paid_at, known.transaction_id = ChannelState.PAID, self.now(), self.number("42")
        self.ledger.entries.append(
            Entry("payment", payment_no, known.request.amount_fen, self.now(), known.transaction_id)
        )
        self.announce(PayNoticeKind.PAYMENT_SUCCEEDED, known.request.channel, known.reading())
        return True

    def finish_refund(self, refund_no: str, *, problem: str = "") -> bool:
        """Let a refund come through, or fail; False when it is not under way."""
        known = self.refunds.get(refund_no)
        if known is None or known.state is not RefundState.REFUNDING:
            return False
        if problem:
            is_closed = problem == "closed"
            known.state, known.problem = RefundState.CLOSED if is_closed else RefundState.FAILED, problem
            kind = PayNoticeKind.REFUND_CLOSED if is_closed else PayNoticeKind.REFUND_ABNORMAL
        elif known.to_merchant:
            known.state, known.problem = RefundState.FAILED, "back_at_merchant"
            kind = PayNoticeKind.REFUND_SUCCEEDED
        else:
            known.state, known.done_at = RefundState.REFUNDED, self.now()
            kind = PayNoticeKind.REFUND_SUCCEEDED
            paid = self._paid(known.request.transaction_id)
            self.ledger.entries.append(
                Entry(
                    "refund",
                    paid.charge_no if paid else "",
                    known.request.refund_fen,
                    self.now(),
                    known.request.transaction_id,
                    refund_no,
                )
            )
        self.announce(kind, known.request.channel, known.reading())
        return True

    def refunds_under_way(self) -> list[str]:
        """Return the refunds that could come through now."""
        return [no for no, refund in self.refunds.items() if refund.state is RefundState.REFUNDING]

    def _aged(self, payment: Payment) -> Payment:
        if payment.state is ChannelState.AWAITING_LEARNER and self.now() >= payment.request.expires_at:
            payment.state = ChannelState.CANCELLED
        return payment

    def _paid(self, transaction_id: str) -> Entry | None:
        taken = (entry for entry in self.ledger.entries if entry.kind != "refund")
        return next((entry for entry in taken if entry.transaction_id == transaction_id), None)

    def _check_refund(self, request: RefundRequest) -> None:
        paid = self._paid(request.transaction_id)
        if paid is None:
            raise self.broken(request.no, f"nothing was paid under {request.transaction_id}", "wechat_not_found")
        earlier = [x for x in self.refunds.values() if x.request.transaction_id == request.transaction_id]
        given_fen = sum(x.request.refund_fen for x in earlier if x.state is not RefundState.CLOSED)
        if request.total_fen != paid.amount_fen or given_fen + request.refund_fen > paid.amount_fen:
            raise self.broken(request.no, "more than was paid, or of another total")
        if len(earlier) >= MAX_PARTS:
            raise self.broken(request.no, f"more than {MAX_PARTS} parts")
        if any(self.now() - x.asked_at < APART for x in earlier):
            raise named("wechat_too_frequent")
