"""The daily trade bill and the encrypted Pay Score bill."""

from __future__ import annotations

import base64
import gzip
import hashlib
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1

from merchant_client import PayClient

if TYPE_CHECKING:
    from merchant_client import Control, Wire
    from school import School
    from shop import Shop

BEIJING = timezone(timedelta(hours=8))
BILL = "/v3/bill/tradebill"
HEADER = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,"
    "付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,"
    "退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
TOTALS = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)


async def to_clock(control: Control, hour: int, minute: int = 0, days: int = 0) -> str:
    """Move to that Beijing time of today plus ``days``; return the Beijing day before it."""
    now = datetime.fromisoformat((await control.get("/_sim/clock"))["now"]).astimezone(BEIJING)
    wanted = now.replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(days=days)
    await control.post("/_sim/clock", {"to": wanted.isoformat()})
    return str((wanted - timedelta(days=1)).date())


async def start_of_a_day(control: Control) -> None:
    await to_clock(control, 1, days=1)


def lines(text: bytes) -> tuple[list[dict[str, str]], dict[str, str]]:
    """Return (detail lines, totals), each by column name, back-ticks checked and taken off."""
    rows = text.decode().split("\r\n")
    assert rows.pop() == ""
    header, totals = rows[0].split(","), rows[-2].split(",")
    assert all(field.startswith("`") for row in [*rows[1:-2], rows[-1]] for field in row.split(","))
    detail = [dict(zip(header, row[1:].split(",`"), strict=True)) for row in rows[1:-2]]
    return detail, dict(zip(totals, rows[-1][1:].split(",`"), strict=True))


async def file_of(pay: PayClient, answer: Any) -> Wire:
    parts = urlsplit(answer["download_url"])
    assert pay.control.url == f"{parts.scheme}://{parts.netloc}"
    return await pay.call("GET", f"{parts.path}?{parts.query}", unverified=True)


async def bill(pay: PayClient, day: str, **query: str) -> bytes:
    tail = "".join(f"&{name}={value}" for name, value in query.items())
    wire = await pay.call("GET", f"{BILL}?bill_date={day}{tail}")
    assert wire.status == 200, wire.raw.decode()
    assert wire.json["hash_type"] == "SHA1"
    got = await file_of(pay, wire.json)
    assert (got.status, "Wechatpay-Signature" in got.headers) == (200, False)
    text = gzip.decompress(got.raw) if query.get("tar_type") else got.raw
    assert hashlib.sha1(text, usedforsecurity=False).hexdigest() == wire.json["hash_value"]
    return text


async def test_a_day_of_payments_and_refunds_is_billed_next_morning(shop: Shop) -> None:
    await start_of_a_day(shop.control)
    user = await shop.user()
    paid = await shop.buy(user, "PRE-000001")
    await shop.buy(user, "PRE-000002", amount={"total": 5}, attach=None)
    await shop.refund(paid, 4950)
    await shop.control.advance(60)
    day = await to_clock(shop.control, 10, days=1)
    text = await bill(shop.pay, day)
    assert text.decode().startswith(f"{HEADER}\r\n`")
    assert f"\r\n{TOTALS}\r\n`" in text.decode()
    (first, second, refund), totals = lines(text)
    assert first["交易时间"].startswith(f"{day} 01:")
    assert (first["商户号"], first["特约商户号"]) == (shop.mchid, "0")
    assert (first["微信订单号"], first["商户订单号"]) == (paid, "PRE-000001")
    assert first["用户标识"] == user["openid"]
    assert (first["交易类型"], first["交易状态"]) == ("JSAPI", "SUCCESS")
    assert (first["应结订单金额"], first["订单金额"], first["退款金额"]) == ("99.00",) * 2 + (
        "0.00",
    )
    assert (first["商品名称"], first["商户数据包"]) == ("书法课 20 节", "course=42")
    assert (first["手续费"], first["费率"]) == ("0.59000", "0.60%")
    assert (second["订单金额"], second["手续费"]) == ("0.05", "0.00000")
    assert (refund["交易状态"], refund["商户退款单号"]) == ("REFUND", "R1")
    assert (refund["退款金额"], refund["申请退款金额"], refund["订单金额"]) == (
        "49.50",
        "49.50",
        "0.00",
    )
    assert (refund["退款类型"], refund["退款状态"], refund["手续费"]) == (
        "ORIGINAL",
        "SUCCESS",
        "-0.30000",
    )
    assert list(totals.values()) == ["3", "99.05", "49.50", "0.00", "0.29000", "99.05", "49.50"]


async def test_kinds_of_bill_and_compression(shop: Shop) -> None:
    await start_of_a_day(shop.control)
    await shop.refund(await shop.buy(await shop.user()), 100)
    day = await to_clock(shop.control, 10, days=1)
    paid, _ = lines(await bill(shop.pay, day, bill_type="SUCCESS", tar_type="GZIP"))
    assert [row["交易状态"] for row in paid] == ["SUCCESS"]
    assert "退款金额" not in paid[0]
    refunds, totals = lines(await bill(shop.pay, day, bill_type="REFUND"))
    assert [row["交易状态"] for row in refunds] == ["REFUND"]
    assert refunds[0]["退款申请时间"] < refunds[0]["退款成功时间"]
    assert totals["总交易单数"] == "1"
    await shop.control.post("/_sim/switches", {"bill_byte_order_mark": True})
    assert (await bill(shop.pay, day)).decode().startswith("\ufeff交易时间")


async def test_a_refund_is_billed_when_taken_as_it_stood_when_the_bill_was_made(
    shop: Shop,
) -> None:
    await start_of_a_day(shop.control)
    paid = await shop.buy(await shop.user())
    await shop.control.post("/_sim/switches", {"refund_delay_s": 7 * 86400})
    await shop.refund(paid, 100)
    day = await to_clock(shop.control, 10, days=1)
    for wait in (0, 8 * 86400):
        await shop.control.advance(wait)
        rows, _ = lines(await bill(shop.pay, day))
        assert rows[1]["退款状态"] == "PROCESSING"


async def test_the_bill_is_ready_at_ten_and_kept_three_months(shop: Shop) -> None:
    await start_of_a_day(shop.control)
    await shop.buy(await shop.user())
    day = await to_clock(shop.control, 9, 59, days=1)
    path = f"{BILL}?bill_date={day}"
    wire = await shop.pay.call("GET", path)
    assert (wire.status, wire.json["code"]) == (400, "STATEMENT_CREATING")
    await shop.control.advance(60)
    assert (await shop.pay.call("GET", path)).status == 200
    await shop.control.advance(85 * 86400)
    assert (await shop.pay.call("GET", path)).status == 200
    await shop.control.advance(10 * 86400)
    wire = await shop.pay.call("GET", path)
    assert (wire.status, wire.json["code"]) == (400, "INVALID_REQUEST")


async def test_a_bill_is_asked_for_rightly_or_not_at_all(shop: Shop) -> None:
    today = str((datetime.fromisoformat((await shop.control.get("/_sim/clock"))["now"])).date())
    past = str(datetime.fromisoformat(today).date() - timedelta(days=3))
    cases = [
        ("bill_type=ALL", "PARAM_ERROR"),
        ("bill_date=20250101", "PARAM_ERROR"),
        ("bill_date=2025-1-1", "PARAM_ERROR"),
        (f"bill_date={past}&bill_type=SOME", "PARAM_ERROR"),
        (f"bill_date={past}&tar_type=ZIP", "PARAM_ERROR"),
        (f"bill_date={past}&sub_mchid=1900000201", "NO_AUTH"),
        ("bill_date=2099-01-01", "INVALID_REQUEST"),
        (f"bill_date={past}", "NO_STATEMENT_EXIST"),
    ]
    for query, code in cases:
        wire = await shop.pay.call("GET", f"{BILL}?{query}")
        assert (wire.status, wire.json["code"]) == (403 if code == "NO_AUTH" else 400, code)


@pytest.mark.parametrize("life_s", [300, 30])
async def test_the_address_lives_five_minutes_for_the_merchant_that_asked(
    shop: Shop, control: Control, life_s: int
) -> None:
    if life_s == 30:
        await control.post("/_sim/switches", {"bill_address_s": 30})
    await start_of_a_day(control)
    await shop.buy(await shop.user())
    day = await to_clock(control, 10, days=1)
    answer = (await shop.pay.call("GET", f"{BILL}?bill_date={day}")).json
    credentials = await control.get("/_sim/credentials")
    async with PayClient(control, credentials, "1900000002") as other:
        wire = await file_of(other, answer)
        assert (wire.status, wire.json["code"]) == (403, "NO_AUTH")
    await control.advance(life_s - 1)
    assert (await file_of(shop.pay, answer)).status == 200
    await control.advance(1)
    wire = await file_of(shop.pay, answer)
    assert (wire.status, wire.json["code"]) == (400, "INVALID_REQUEST")


async def lessons(school: School) -> tuple[Any, str, str]:
    """One lesson deducted by WeChat, one paid by the user; return (user, their numbers)."""
    user = await school.control.user(balance_fen=20_000)
    await school.authorize(user)
    automatic = (await school.open_order(user))["out_order_no"]
    await school.complete(automatic)
    await school.control.advance(60)
    by_hand = (await school.open_order(user))["out_order_no"]
    await school.control.post("/_sim/switches", {"deduction_delay_s": 3600})
    await school.complete(by_hand)
    path = f"/_sim/users/{user['user_id']}/pay"
    await school.control.post(path, {"out_order_no": by_hand})
    await school.settle()
    return user, automatic, by_hand


async def test_pay_score_shows_as_auth_with_its_packet_or_as_jsapi(school: School) -> None:
    await start_of_a_day(school.control)
    _, automatic, by_hand = await lessons(school)
    order_id = (await school.query(automatic))["order_id"]
    day = await to_clock(school.control, 10, days=1)
    (auth, jsapi), totals = lines(await bill(school.pay, day))
    assert (auth["交易类型"], auth["商户数据包"]) == ("AUTH", f"wxzff|{order_id}|{automatic}")
    assert auth["商户订单号"] not in (automatic, by_hand)
    assert (jsapi["交易类型"], jsapi["商户订单号"]) == ("JSAPI", by_hand)
    assert auth["商品名称"] == "英语口语课"
    assert totals["订单总金额"] == "198.00"


def opened(pay: PayClient, item: dict[str, Any], raw: bytes) -> bytes:
    key = pay.key.decrypt(
        base64.b64decode(item["encrypt_key"]),
        OAEP(MGF1(SHA1()), SHA1(), None),  # noqa: S303
    )
    text = gzip.decompress(AESGCM(key).decrypt(item["nonce"].encode(), raw, b""))
    assert hashlib.sha1(text, usedforsecurity=False).hexdigest() == item["hash_value"]
    return text


@pytest.mark.parametrize("switch", ["YYYYMMDDHH", "yyyy-MM-dd"])
async def test_the_pay_score_bill_comes_encrypted_for_its_merchant(
    school: School, switch: str
) -> None:
    await school.control.post("/_sim/switches", {"merchant_bill_date": switch})
    await start_of_a_day(school.control)
    _, automatic, by_hand = await lessons(school)
    day = await to_clock(school.control, 10, days=1)
    dates = {"yyyy-MM-dd": day, "YYYYMMDDHH": day.replace("-", "") + "01"}
    base = "/v3/payscore/merchant-bill?tar_type=GZIP&encryption_algorithm=AEAD_AES_256_GCM"
    path = f"{base}&service_id={school.no_confirm}&bill_date="
    answer = (await school.pay.call("GET", path + dates.pop(switch))).json
    assert answer["download_bill_count"] == 1
    (item,) = answer["download_bill_list"]
    text = opened(school.pay, item, (await file_of(school.pay, item)).raw).decode()
    assert automatic in text
    assert by_hand in text
    for wrong, code in (
        (next(iter(dates.values())), "PARAM_ERROR"),
        ("2099010101" if switch == "YYYYMMDDHH" else "2099-01-01", "INVALID_REQUEST"),
    ):
        wire = await school.pay.call("GET", path + wrong)
        assert (wire.status, wire.json["code"]) == (400, code)
    other = f"{base}&service_id={'0' * 32}&bill_date={day}"
    assert (await school.pay.call("GET", other)).status == 403


async def test_a_pay_score_deduction_is_refunded_by_its_transaction_id(
    school: School, shop: Shop
) -> None:
    user, automatic, by_hand = await lessons(school)
    assert await shop.balance(user) == 200
    for number, order in (("R1", automatic), ("R2", by_hand)):
        wire = await shop.refund(None, 9900, number, out_trade_no=order)
        assert (wire.status, wire.json["code"]) == (404, "RESOURCE_NOT_EXISTS")
        paid = (await school.query(order))["collection"]["details"][0]["transaction_id"]
        assert (await shop.refund(paid, 9900, number)).status == 200
    await shop.control.advance(10)
    assert await shop.balance(user) == 20_000
    entry = (await shop.entries())[-1]
    assert (entry["kind"], entry["out_order_no"]) == ("refund", by_hand)
