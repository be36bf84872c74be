"""What is asked: readings, and requests that WeChat must refuse; with ``--write`` one order more.

No step can move money. The order of ``--write`` is never confirmed by anybody and cancelled at the
end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_NAME = re.compile(r"\{(\w+)\}")
_ORDERS = "/v3/payscore/serviceorder"
_NOBODY, _NO_TRADE = "NO-SUCH-ORDER", "NO-SUCH-TRADE"
_SERVICE = {"appid": "{appid}", "service_id": "{service_id}"}
_CONFIRM = {"appid": "{appid}", "service_id": "{confirm_service_id}"}
_QUERY = f"{_ORDERS}?service_id={{service_id}}&appid={{appid}}"


@dataclass(frozen=True)
class Step:
    """One request; ``{names}`` are filled in from the settings."""

    name: str
    call: str
    body: dict[str, Any] | None = None
    forged: bool = False
    write: bool = False

    def needs(self) -> set[str]:
        """Return the names that must be known."""
        return set(_NAME.findall(f"{self.call}{self.body}"))

    def filled(self, known: dict[str, str]) -> tuple[str, str, Any]:
        """Return (method, url, body)."""
        method, _, url = self.call.partition(" ")
        return method, _fill(url, known), _fill(self.body, known)


def _fill(value: Any, known: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _fill(item, known) for name, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, known) for item in value]
    return _NAME.sub(lambda m: known[m[1]], value) if isinstance(value, str) else value


_NEW_ORDER = {
    **_CONFIRM,
    "out_order_no": "{new_order_no}",
    "service_introduction": "录制测试，不会扣款",
    "time_range": {"start_time": "OnAccept"},
    "risk_fund": {"name": "ESTIMATE_ORDER_COST", "amount": 1},
    "notify_url": "https://example.com/never-called",
    "need_user_confirm": True,
}
_CANCEL = f"POST {_ORDERS}/{{new_order_no}}/cancel"
_PERMISSIONS = "GET /v3/payscore/permissions"
_BILL = "?bill_date={bill_date}"
_COMPLAINTS = "GET /v3/merchant-service/complaints-v2"

STEPS: tuple[Step, ...] = (
    Step("certificates", "GET /v3/certificates"),
    Step("forged-signature", "GET /v3/certificates", forged=True),
    Step(
        "permission-by-openid",
        f"{_PERMISSIONS}/openid/{{openid}}?service_id={{service_id}}&appid={{appid}}",
    ),
    Step(
        "permission-by-code",
        f"{_PERMISSIONS}/authorization-code/{{authorization_code}}?service_id={{service_id}}",
    ),
    Step(
        "permission-unknown",
        f"{_PERMISSIONS}/authorization-code/NO-SUCH-CODE?service_id={{service_id}}",
    ),
    Step("order-paid", f"GET {_QUERY}&out_order_no={{out_order_no}}"),
    Step("order-unknown", f"GET {_QUERY}&out_order_no={_NOBODY}"),
    Step("order-without-service", f"GET {_ORDERS}?appid={{appid}}&out_order_no={_NOBODY}"),
    Step("create-without-fields", f"POST {_ORDERS}", _SERVICE),
    Step("create-long-number", f"POST {_ORDERS}", {**_SERVICE, "out_order_no": "9" * 40}),
    Step(
        "cancel-number-twice",
        f"POST {_ORDERS}/{_NOBODY}/cancel",
        {**_SERVICE, "reason": "录制", "out_order_no": _NOBODY},
    ),
    Step("cancel-unknown", f"POST {_ORDERS}/{_NOBODY}/cancel", {**_SERVICE, "reason": "录制"}),
    Step("pay-unknown", f"POST {_ORDERS}/{_NOBODY}/pay", _SERVICE),
    Step("payment", "GET /v3/pay/transactions/id/{transaction_id}?mchid={mchid}"),
    Step("payment-unknown", f"GET /v3/pay/transactions/out-trade-no/{_NO_TRADE}?mchid={{mchid}}"),
    Step("refund", "GET /v3/refund/domestic/refunds/{out_refund_no}"),
    Step("refund-unknown", "GET /v3/refund/domestic/refunds/NO-SUCH-REFUND"),
    Step("trade-bill", f"GET /v3/bill/tradebill{_BILL}"),
    Step("fund-bill", f"GET /v3/bill/fundflowbill{_BILL}"),
    Step("bill-of-the-future", "GET /v3/bill/tradebill?bill_date=2099-01-01"),
    Step("complaints", f"{_COMPLAINTS}?begin_date={{bill_date}}&end_date={{bill_date}}"),
    Step("complaint", f"{_COMPLAINTS}/{{complaint_id}}"),
    Step("complaint-history", f"{_COMPLAINTS}/{{complaint_id}}/negotiation-historys"),
    Step("new-order", f"POST {_ORDERS}", _NEW_ORDER, write=True),
    Step("new-order-again", f"POST {_ORDERS}", _NEW_ORDER, write=True),
    Step("new-order-changed", f"POST {_ORDERS}", _NEW_ORDER | {"attach": "x"}, write=True),
    Step("new-order-cancelled", _CANCEL, {**_CONFIRM, "reason": "录制"}, write=True),
    Step("new-order-cancelled-again", _CANCEL, {**_CONFIRM, "reason": "录制"}, write=True),
    Step("new-order-cancelled-otherwise", _CANCEL, {**_CONFIRM, "reason": "另录"}, write=True),
)


def wanted(known: dict[str, str], *, write: bool) -> tuple[list[Step], list[Step]]:
    """Return (steps that can be asked, steps left out for want of a name or of ``--write``)."""
    asked = [s for s in STEPS if s.needs() <= known.keys() and (write or not s.write)]
    return asked, [step for step in STEPS if step not in asked]
