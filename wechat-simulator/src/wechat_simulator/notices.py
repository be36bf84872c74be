"""What merchants are to be told, how far that went, and when it is tried again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from wechat_simulator.attempts import Try
from wechat_simulator.moments import rfc3339_utc
from wechat_simulator.parts import Part

_ORDER = [0, 15, 15, 30, 180, 1800, 1800, 1800, 1800, 3600]
_MINUTE, _HOUR, _DAY = 60, 3600, 86400

# Seconds before each try, the first included. Sources, in this order:
# - "回调通知", github.com/wechatpay-apiv3/wechatpay-skills
# - "确认订单回调通知API", pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter6_1_21.shtml
# - "开启/解除授权服务回调通知API", pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter6_1_10.shtml
# - notices of signed plans, pay.weixin.qq.com/doc/v3/merchant/4012286184
# - "投诉通知回调API", pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter10_2_16.shtml
SCHEDULES: dict[str, list[int]] = {
    "general": [0, 15, 15, 30]
    + [_MINUTE * m for m in (3, 10, 20, 30, 30, 30, 60)]
    + [_HOUR * h for h in (3, 3, 3, 6, 6)],
    "order": _ORDER,
    "authorization": _ORDER + [_HOUR] * ((3 * _DAY - sum(_ORDER)) // _HOUR),
    "plan": [0] + [_MINUTE] * 10,
    "complaint": [0, 5] + [_MINUTE] * 10 + [300] * 988,
}

EVENTS = frozenset(
    {
        *("PAYSCORE.USER_OPEN_SERVICE", "PAYSCORE.USER_CLOSE_SERVICE"),
        *("PAYSCORE.USER_CONFIRM", "PAYSCORE.USER_PAID"),
        *("PAYSCORE.USER_SIGN_PLAN", "PAYSCORE.USER_CANCEL_SIGN_PLAN"),
        "TRANSACTION.SUCCESS",
        *("REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED"),
        *("COMPLAINT.CREATE", "COMPLAINT.STATE_CHANGE"),
    }
)
"""Every event that is ever told."""


@dataclass
class Notice:
    """One thing to tell one merchant, and how that went; ``used`` counts the schedule."""

    id: str
    mchid: str
    url: str
    event_type: str
    original_type: str
    business_key: str
    summary: str
    schedule: str
    plaintext: dict[str, Any]
    created_at: datetime
    state: str = "pending"
    tries: list[Try] = field(default_factory=list)
    used: int = 0
    next_try_at: datetime | None = None

    def view(self) -> dict[str, Any]:
        """Return the notice for the control plane."""
        return {
            "id": self.id,
            "mchid": self.mchid,
            "event_type": self.event_type,
            "url": self.url,
            "business_key": self.business_key,
            "created_at": rfc3339_utc(self.created_at),
            "state": self.state,
            "tries": [t.view() for t in self.tries],
            "next_try_at": rfc3339_utc(self.next_try_at) if self.next_try_at else None,
            "plaintext": self.plaintext,
        }


@dataclass
class Notices(Part):
    """All notices by id, and those held back until another overtakes them."""

    name: ClassVar[str] = "notices"
    notices: dict[str, Notice] = field(default_factory=dict)
    held: list[str] = field(default_factory=list)
