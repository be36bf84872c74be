"""All counters in one object."""

from collections.abc import Callable
from datetime import datetime

from services.ports.outside import PayGateway
from tests.fakes.wechat.payments import PaymentDesk


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

    def as_gateway(self) -> PayGateway:
        """Show it through the port; mypy checks here that it fits."""
        return self
