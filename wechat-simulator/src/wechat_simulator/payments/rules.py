"""Switches of ordinary payment: what nobody published, and what sources tell differently."""

from __future__ import annotations

from wechat_simulator.switches import Switch

SWITCHES = (
    Switch(
        "expired_trade",
        "closed",
        "a JSAPI order past time_expire (or 7 days) turns CLOSED or stays NOTPAY, unpayable [N]",
        ("closed", "notpay"),
    ),
    Switch(
        "paid_number_code",
        "OUT_TRADE_NO_USED",
        "ordering again under a paid number: the documented 403, or the 400 seen in the field [X]",
        ("OUT_TRADE_NO_USED", "ORDERPAID"),
    ),
    Switch(
        "close_unknown_trade",
        "burn",
        "closing a number never ordered: 204 and burnt as seen in the field since 2021, or the "
        "404 of the error table [X]",
        ("burn", "refuse"),
    ),
)
