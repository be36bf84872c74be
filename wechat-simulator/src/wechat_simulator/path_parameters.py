"""What WeChat Pay checks of the parameters in a path before it looks for anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from wechat_simulator import param_words
from wechat_simulator.errors import WeChatPayError
from wechat_simulator.fields import Fields

if TYPE_CHECKING:
    from wechat_simulator.surface import Call

# string(n) of the vendor's pages
_LIMITS = {
    "out_order_no": 32,
    "authorization_code": 32,
    "openid": 128,
    "merchant_plan_no": 32,
    "merchant_sign_plan_no": 32,
    "out_trade_no": 32,
    "transaction_id": 32,
    "out_refund_no": 64,
    "refund_id": 32,
    "complaint_id": 64,
}


def check_path(call: Call) -> None:
    """Refuse a path parameter that is too long, or that query or body repeat."""
    fields = Fields(call.params, location="uri_template")
    for name in call.params:
        if name in _LIMITS:
            fields.maybe_text(name, _LIMITS[name])
    for place, given in (("query", call.query), ("body", _body(call))):
        for name in call.params:
            if name in given:
                message = param_words.repeated(f"/{place}/{name}", name)
                raise WeChatPayError(400, "PARAM_ERROR", message)


def _body(call: Call) -> dict[str, Any]:
    if not call.params or not call.body.startswith(b"{"):
        return {}
    try:
        value = orjson.loads(call.body)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}
