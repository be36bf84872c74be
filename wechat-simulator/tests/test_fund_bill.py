"""The fund-flow bill: what the merchant's own account gained and lost in a day."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from test_bills import lines, start_of_a_day, to_clock

if TYPE_CHECKING:
    from shop import Shop

FUND = "/v3/bill/fundflowbill"


async def fund_bill(shop: Shop, day: str, tail: str = "") -> bytes:
    wire = await shop.pay.call("GET", f"{FUND}?bill_date={day}{tail}")
    assert wire.status == 200, wire.raw.decode()
    parts = urlsplit(wire.json["download_url"])
    got = await shop.pay.call("GET", f"{parts.path}?{parts.query}", unverified=True)
    return got.raw


async def test_payments_fees_and_refunds_are_lines_with_a_running_balance(shop: Shop) -> None:
    await start_of_a_day(shop.control)
    user = await shop.user()
    paid = await shop.buy(user, "PRE-000001")
    await shop.refund(paid, 4950)
    await shop.control.advance(60)
    day = await to_clock(shop.control, 10, days=1)
    flows, totals = lines(await fund_bill(shop, day))
    seen = [(f["业务名称"], f["收支类型"], f["收支金额(元)"], f["账户结余(元)"]) for f in flows]
    assert seen == [
        ("交易", "收入", "99.00", "99.00"),
        ("扣除交易手续费", "支出", "0.59", "98.41"),
        ("退款", "支出", "49.50", "48.91"),
        ("退款退回手续费", "收入", "0.30", "49.21"),
    ]
    assert [f["业务凭证号"] for f in flows] == [paid, paid, f"REF{paid}", f"REF{paid}"]
    assert [f["微信支付业务单号"] for f in flows] == [paid, paid, "R1", "R1"]
    assert list(totals.values()) == ["4.0", "2.0", "99.30", "2.0", "50.09"]
    assert len({f["资金流水单号"] for f in flows}) == 4


async def test_the_balance_is_carried_over_to_the_next_day(shop: Shop) -> None:
    await start_of_a_day(shop.control)
    user = await shop.user()
    await shop.buy(user, "PRE-000001")
    await shop.control.advance(86_400)
    await shop.buy(user, "PRE-000002", amount={"total": 5})
    day = await to_clock(shop.control, 10, days=1)
    flows, _ = lines(await fund_bill(shop, day))
    assert [(f["收支金额(元)"], f["账户结余(元)"]) for f in flows] == [("0.05", "98.46")]


async def test_other_accounts_and_quiet_days_have_no_bill(shop: Shop) -> None:
    await start_of_a_day(shop.control)
    await shop.buy(await shop.user())
    day = await to_clock(shop.control, 10, days=1)
    for tail in ("&account_type=OPERATION", "&account_type=FEES"):
        wire = await shop.pay.call("GET", f"{FUND}?bill_date={day}{tail}")
        assert (wire.status, wire.json["code"]) == (400, "NO_STATEMENT_EXIST")
    wire = await shop.pay.call("GET", f"{FUND}?bill_date={day}&account_type=PURSE")
    assert (wire.status, wire.json["code"]) == (400, "PARAM_ERROR")
    assert await fund_bill(shop, day, "&account_type=BASIC")


async def test_packed_it_is_the_same_text(shop: Shop) -> None:
    await start_of_a_day(shop.control)
    await shop.buy(await shop.user())
    day = await to_clock(shop.control, 10, days=1)
    assert (await fund_bill(shop, day, "&tar_type=GZIP"))[:2] == b"\x1f\x8b"
