"""Refunds of ordinary and of Pay Score payments."""

from __future__ import annotations

from wechat_simulator.refunds.abnormal import apply_abnormal
from wechat_simulator.refunds.desk import apply, read
from wechat_simulator.refunds.rules import SWITCHES
from wechat_simulator.refunds.settle import settle
from wechat_simulator.refunds.state import Refunds
from wechat_simulator.surface import Plane, Route, Surface

_BASE = "/v3/refund/domestic/refunds"


def surface() -> Surface:
    """Return the routes; direct merchants and providers share them."""
    return Surface(
        routes=(
            Route("POST", _BASE, apply, Plane.PAY),
            Route("GET", f"{_BASE}/{{out_refund_no}}", read, Plane.PAY),
            Route(
                "POST", f"{_BASE}/{{refund_id}}/apply-abnormal-refund", apply_abnormal, Plane.PAY
            ),
        ),
        events={"refund.settle": settle},
        parts=(Refunds,),
        switches=SWITCHES,
    )
