"""WeChat Pay in memory: an implementation of services.ports.pay that keeps WeChat's rules.

Nothing moves by itself: money is deducted, refunds come through and users act when a test says so. Every fen is in
`ledger`; what WeChat would announce waits in `outbox`; a request that no honest client makes is kept in `rule_breaks`.
"""

from tests.fakes.wechat.gateway import FakeWeChat
from tests.fakes.wechat.ledger import Entry, Ledger

__all__ = ["Entry", "FakeWeChat", "Ledger"]
