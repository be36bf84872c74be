"""Bills: the daily trade and fund-flow bills, and the Pay Score merchant bill."""

from __future__ import annotations

from wechat_simulator.bills import fund, payscore, trade
from wechat_simulator.bills.download import download
from wechat_simulator.bills.tickets import FILE, Bills
from wechat_simulator.surface import Plane, Route, Surface
from wechat_simulator.switches import Switch

SWITCHES = (
    Switch("fee_rate_percent", 0.6, "WeChat's fee in percent, as the bill shows it"),
    Switch("bill_address_s", 300, "virtual seconds a download address lives: 300 since 2024 [X]"),
    Switch("bill_byte_order_mark", default=False, meaning="the trade bill begins with U+FEFF [N]"),
    Switch(
        "merchant_bill_date",
        "YYYYMMDDHH",
        "bill_date of the Pay Score bill: an hour (2025 page) or a day (2021 page) [X]",
        tuple(payscore.PATTERNS),
    ),
)


def surface() -> Surface:
    """Return the routes that ask for a bill and those that download it."""
    return Surface(
        routes=(
            Route("GET", "/v3/bill/tradebill", trade.ask, Plane.PAY),
            Route("GET", "/v3/bill/fundflowbill", fund.ask, Plane.PAY),
            Route("GET", FILE, download, Plane.PAY),
            Route("GET", "/v3/payscore/merchant-bill", payscore.ask, Plane.PAY),
            Route("GET", payscore.DOWNLOAD, payscore.download, Plane.PAY),
        ),
        parts=(Bills,),
        switches=SWITCHES,
    )
