"""All counters in one object."""

from collections.abc import Callable
from datetime import datetime

from tests.fakes.wechat.payments import PaymentDesk

GATEWAYS = ("authorization_gateway", "service_gateway", "plan_gateway", "payment_gateway", "refund_gateway")


class FakeWeChat(PaymentDesk):
    """WeChat Pay, of one state, for every merchant."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self.permissions = {}
        self.services = {}
        self.plans = {}
        self.signatures = {}
        self.payments = {}
        self.refunds = {}

    def as_gateways(self) -> dict[str, object]:
        """Show it through the ports it serves."""
        return dict.fromkeys(GATEWAYS, self)
