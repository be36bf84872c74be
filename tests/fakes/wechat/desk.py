"""What every counter of the fake shares: clock, ledger, notices under way, and the rules a client broke."""

from collections.abc import Callable
from datetime import datetime
from itertools import count

from models.charge import ChannelReading
from models.errors import XianxueError
from models.merchant import Channel
from models.notices import AuthorizationReading, PayNotice, PayNoticeKind, PlanReading, RefundReading
from models.refusals import named
from services.notices import take_notice
from services.ports import Ports
from tests.fakes.wechat.faults import Faulty
from tests.fakes.wechat.ledger import Ledger

EVENTS = {
    PayNoticeKind.SERVICE_OPENED: "PAYSCORE.USER_OPEN_SERVICE",
    PayNoticeKind.SERVICE_CLOSED: "PAYSCORE.USER_CLOSE_SERVICE",
    PayNoticeKind.ORDER_CONFIRMED: "PAYSCORE.USER_CONFIRM",
    PayNoticeKind.ORDER_PAID: "PAYSCORE.USER_PAID",
    PayNoticeKind.PLAN_SIGNED: "PAYSCORE.USER_SIGN_PLAN",
    PayNoticeKind.PLAN_CANCELLED: "PAYSCORE.USER_CANCEL_SIGN_PLAN",
    PayNoticeKind.PAYMENT_SUCCEEDED: "TRANSACTION.SUCCESS",
    PayNoticeKind.REFUND_SUCCEEDED: "REFUND.SUCCESS",
    PayNoticeKind.REFUND_ABNORMAL: "REFUND.ABNORMAL",
    PayNoticeKind.REFUND_CLOSED: "REFUND.CLOSED",
}


class Desk(Faulty):
    """`now` is WeChat's clock; `unwelcome` are users WeChat declines, by openid, with the code it gives."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self._numbers = count(1)
        self.ledger = Ledger()
        self.outbox: list[PayNotice] = []
        self.rule_breaks: list[str] = []
        self.unwelcome: dict[str, str] = {}

    def now(self) -> datetime:
        """WeChat's now; it names times in whole seconds."""
        return self._now().replace(microsecond=0)

    def number(self, prefix: str) -> str:
        """Make a number of WeChat's."""
        return f"{prefix}{next(self._numbers):06d}"

    def take_notices(self) -> list[PayNotice]:
        """Return what WeChat announces, and forget it: a test delivers, loses, repeats or mixes it."""
        notices, self.outbox = self.outbox, []
        return notices

    async def deliver(self, ports: Ports) -> None:
        """Deliver everything under way, in order, once."""
        for notice in self.take_notices():
            await take_notice(ports, notice)

    def announce(
        self,
        kind: PayNoticeKind,
        channel: Channel,
        reading: ChannelReading | AuthorizationReading | PlanReading | RefundReading,
    ) -> None:
        """Put a notice under way, keyed as the real door keys it."""
        event = EVENTS[kind]
        self.outbox.append(
            PayNotice(
                key=f"{event}:{reading.origin}:{_business_key(reading)}",
                notice_id=self.number("N"),
                event=event,
                kind=kind,
                merchant_id=channel.merchant_id,
                charge=reading if isinstance(reading, ChannelReading) else None,
                authorization=reading if isinstance(reading, AuthorizationReading) else None,
                plan=reading if isinstance(reading, PlanReading) else None,
                refund=reading if isinstance(reading, RefundReading) else None,
            )
        )

    def broken(self, number: str, rule: str, code: str = "wechat_request_rejected") -> XianxueError:
        """Note that a client did what no honest client does, and give WeChat's no."""
        self.rule_breaks.append(f"{number}: {rule}")
        return named(code)

    def check_welcome(self, openid: str) -> None:
        """Raise Declined for a user WeChat does not want."""
        if openid in self.unwelcome:
            raise named(self.unwelcome[openid])


def _business_key(reading: ChannelReading | AuthorizationReading | PlanReading | RefundReading) -> str:
    match reading:
        case ChannelReading():
            return f"{reading.charge_no}:{reading.state}"
        case AuthorizationReading():
            return f"{reading.openid}:{reading.at}"
        case PlanReading():
            return reading.plan_no
        case RefundReading():
            return reading.refund_no
