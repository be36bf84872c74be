"""Ordinary payment: JSAPI orders, the cashier on the phone, queries and closing."""

from __future__ import annotations

from wechat_simulator.payments.checkout import request_payment
from wechat_simulator.payments.lookup import by_out_trade_no, by_transaction_id, close
from wechat_simulator.payments.prepay import expire, place
from wechat_simulator.payments.rules import SWITCHES
from wechat_simulator.payments.state import Trades
from wechat_simulator.surface import Plane, Route, Surface

_BASES = ("/v3/pay/transactions", "/v3/pay/partner/transactions")


def surface() -> Surface:
    """Return the direct and the partner routes; they differ in the names of the parties."""
    return Surface(
        routes=(
            *(route for base in _BASES for route in _routes(base)),
            Route("POST", "/_sim/users/{user_id}/request-payment", request_payment, Plane.CONTROL),
        ),
        events={"trade.expire": expire},
        parts=(Trades,),
        switches=SWITCHES,
    )


def _routes(base: str) -> tuple[Route, ...]:
    number = f"{base}/out-trade-no/{{out_trade_no}}"
    return (
        Route("POST", f"{base}/jsapi", place, Plane.PAY),
        Route("GET", f"{base}/id/{{transaction_id}}", by_transaction_id, Plane.PAY),
        Route("GET", number, by_out_trade_no, Plane.PAY),
        Route("POST", f"{number}/close", close, Plane.PAY),
    )
