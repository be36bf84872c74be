"""The PyPI client wechatpayv3, unchanged but for the address, pays, refunds, asks and closes.

It signs with real time, so these worlds run on the real clock.
"""

from __future__ import annotations

import asyncio
import gzip
import json
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from wechatpayv3 import WeChatPay, WeChatPayType, core
from wechatpayv3.async_ import AsyncWeChatPay
from wechatpayv3.async_ import WeChatPayType as AsyncType
from wechatpayv3.async_ import core as async_core

from merchant_client import Control, PayClient
from receiver import Receiver

if TYPE_CHECKING:
    from wechat_simulator.server import Simulator

MCHID = "1900000001"
NUMBER = "PEER-000001"


class Desk:
    """A merchant that owns nothing but its credentials and the peer's client."""

    def __init__(self, control: Control, credentials: Any, receiver: Receiver) -> None:
        self.control = control
        self.receiver = receiver
        self.merchant = credentials["merchants"][0]
        self.platform = credentials["platform"]
        self.appid: str = credentials["apps"][0]["appid"]

    def options(self, *, public_key: bool, kind: Any = WeChatPayType.MINIPROG) -> dict[str, Any]:
        keys = {
            "public_key": self.platform["public_key_pem"],
            "public_key_id": self.platform["public_key_id"],
        }
        return {
            "wechatpay_type": kind,
            "mchid": MCHID,
            "private_key": self.merchant["private_key_pem"],
            "cert_serial_no": self.merchant["serial_no"],
            "appid": self.appid,
            "apiv3_key": self.merchant["api_v3_key"],
            "notify_url": self.receiver.url,
        } | (keys if public_key else {})

    def sheet(self, client: Any, prepay_id: str) -> dict[str, str]:
        lines = [self.appid, "1700000000", "nonce", f"prepay_id={prepay_id}"]
        return {
            "timeStamp": lines[1],
            "nonceStr": lines[2],
            "package": lines[3],
            "signType": "RSA",
            "paySign": client.sign(lines),
        }

    async def arrived(self, event: str) -> tuple[dict[str, str], bytes]:
        await self.control.advance(1)
        arrival = self.receiver.arrivals[self.receiver.events().index(event)]
        return dict(arrival.headers), arrival.raw


@pytest.fixture
async def desk(sim: Simulator, monkeypatch: pytest.MonkeyPatch) -> Any:
    for module in (core.Core, async_core.AsyncCore):
        gateway = property(lambda _self: sim.url, lambda _self, _value: None)
        monkeypatch.setattr(module, "_gate_way", gateway, raising=False)
    async with Control(sim.url) as control:
        credentials = await control.get("/_sim/credentials")
        await control.post("/_sim/switches", {"refund_delay_s": 0})
        async with PayClient(control, credentials, MCHID) as pay, Receiver(pay) as receiver:
            yield Desk(control, credentials, receiver)


def told(client: Any, headers: dict[str, str], raw: bytes) -> dict[str, Any]:
    opened: dict[str, Any] = client.callback(headers, raw)
    return opened


@pytest.mark.parametrize("public_key", [True, False])
async def test_the_sync_client_pays_and_refunds(desk: Desk, public_key: bool) -> None:
    if not public_key:
        await desk.control.post("/_sim/switches", {"signing": "certificate"})
    client = await asyncio.to_thread(lambda: WeChatPay(**desk.options(public_key=public_key)))
    user = await desk.control.user()
    openid = user["openids"][desk.appid]
    status, text = await asyncio.to_thread(
        lambda: client.pay(
            description="书法课",
            out_trade_no=NUMBER,
            amount={"total": 9900},
            payer={"openid": openid},
            attach="课程|42",
        )
    )
    assert status == 200, text
    path = f"/_sim/users/{user['user_id']}/request-payment"
    outcome = await desk.control.post(path, desk.sheet(client, json.loads(text)["prepay_id"]))
    assert outcome["result"] == "paid"
    notice = told(client, *await desk.arrived("TRANSACTION.SUCCESS"))
    assert notice["resource"]["transaction_id"] == outcome["transaction_id"]
    assert notice["resource"]["attach"] == "课程|42"
    for wanted in ({"out_trade_no": NUMBER}, {"transaction_id": outcome["transaction_id"]}):
        status, text = await asyncio.to_thread(partial(client.query, **wanted))
        assert (status, json.loads(text)["trade_state"]) == (200, "SUCCESS")
    status, text = await asyncio.to_thread(
        lambda: client.refund(
            out_refund_no="R1",
            amount={"refund": 4950, "total": 9900, "currency": "CNY"},
            transaction_id=outcome["transaction_id"],
        )
    )
    assert (status, json.loads(text)["status"]) == (200, "PROCESSING")
    notice = told(client, *await desk.arrived("REFUND.SUCCESS"))
    assert notice["resource"]["refund_status"] == "SUCCESS"
    status, text = await asyncio.to_thread(lambda: client.query_refund("R1"))
    assert (status, json.loads(text)["amount"]["refund"]) == (200, 4950)


async def test_the_sync_client_closes(desk: Desk) -> None:
    client = await asyncio.to_thread(lambda: WeChatPay(**desk.options(public_key=True)))
    user = await desk.control.user()
    payer = {"openid": user["openids"][desk.appid]}
    await asyncio.to_thread(
        lambda: client.pay(
            description="书法课", out_trade_no=NUMBER, amount={"total": 1}, payer=payer
        )
    )
    status, _ = await asyncio.to_thread(lambda: client.close(NUMBER))
    assert status == 204
    status, text = await asyncio.to_thread(lambda: client.query(out_trade_no=NUMBER))
    assert (status, json.loads(text)["trade_state"]) == (200, "CLOSED")


@pytest.mark.parametrize("public_key", [True, False])
async def test_the_async_client_pays_and_refunds(desk: Desk, public_key: bool) -> None:
    if not public_key:
        await desk.control.post("/_sim/switches", {"signing": "certificate"})
    options = desk.options(public_key=public_key, kind=AsyncType.MINIPROG)
    async with AsyncWeChatPay(**options) as client:
        user = await desk.control.user()
        status, text = await client.pay(
            description="书法课",
            out_trade_no=NUMBER,
            amount={"total": 9900},
            payer={"openid": user["openids"][desk.appid]},
        )
        assert status == 200, text
        path = f"/_sim/users/{user['user_id']}/request-payment"
        sheet = desk.sheet(client, json.loads(text)["prepay_id"])
        outcome = await desk.control.post(path, sheet)
        status, text = await client.refund(
            out_refund_no="R1",
            amount={"refund": 1, "total": 9900, "currency": "CNY"},
            transaction_id=outcome["transaction_id"],
        )
        assert status == 200, text
        headers, raw = await desk.arrived("REFUND.SUCCESS")
        notice = told(client, headers, raw)
        assert notice["resource"]["out_refund_no"] == "R1"


async def test_the_sync_client_handles_a_complaint(desk: Desk, tmp_path: Path) -> None:
    client = await asyncio.to_thread(lambda: WeChatPay(**desk.options(public_key=True)))

    async def ask(method: Any, *args: Any, **given: Any) -> Any:
        status, text = await asyncio.to_thread(partial(method, *args, **given))
        assert status in {200, 204}, text
        return json.loads(text) if text and isinstance(text, str) else text

    await ask(client.complaint_notification_create, desk.receiver.url)
    user = await desk.control.user()
    payer = {"openid": user["openids"][desk.appid]}
    order = {"description": "书法课", "out_trade_no": NUMBER, "amount": {"total": 9900}}
    prepay_id = (await ask(client.pay, payer=payer, **order))["prepay_id"]
    base = f"/_sim/users/{user['user_id']}"
    paid = await desk.control.post(f"{base}/request-payment", desk.sheet(client, prepay_id))
    wish = {"transaction_id": paid["transaction_id"], "phone": "13900001111"}
    number = (await desk.control.post(f"{base}/complain", wish))["complaint_id"]
    notice = told(client, *await desk.arrived("COMPLAINT.CREATE"))
    assert notice["resource"]["complaint_id"] == number
    seen = await ask(client.complaint_detail_query, number)
    assert client.decrypt(seen["payer_phone"]) == "13900001111"
    picture = tmp_path / "proof.png"
    picture.write_bytes(b"\x89PNG some bytes")
    media_id = (await ask(client.complaint_image_upload, str(picture)))["media_id"]
    await ask(client.complaint_response, number, "已沟通", response_images=[media_id])
    await ask(client.complaint_complete, number)
    history = await ask(client.complaint_history_query, number)
    assert [step["operate_type"] for step in history["data"]] == [
        "USER_CREATE_COMPLAINT",
        "MERCHANT_RESPONSE",
        "MERCHANT_CONFIRM_COMPLETE",
    ]


async def test_the_sync_client_downloads_a_bill(desk: Desk) -> None:
    client = await asyncio.to_thread(lambda: WeChatPay(**desk.options(public_key=True)))
    await desk.control.post("/_sim/switches", {"request_tolerance_s": 10 * 86400})
    user = await desk.control.user()
    payer = {"openid": user["openids"][desk.appid]}
    _, text = await asyncio.to_thread(
        lambda: client.pay(
            description="书法课", out_trade_no=NUMBER, amount={"total": 9900}, payer=payer
        )
    )
    path = f"/_sim/users/{user['user_id']}/request-payment"
    await desk.control.post(path, desk.sheet(client, json.loads(text)["prepay_id"]))
    now = datetime.fromisoformat((await desk.control.get("/_sim/clock"))["now"])
    day = now.astimezone(timezone(timedelta(hours=8))).date()
    await desk.control.advance(2 * 86400)
    status, text = await asyncio.to_thread(lambda: client.trade_bill(str(day), tar_type="GZIP"))
    assert status == 200, text
    _, packed = await asyncio.to_thread(
        lambda: client.download_bill(json.loads(text)["download_url"])
    )
    assert f"`{NUMBER}," in gzip.decompress(packed).decode()


async def test_the_sync_client_follows_a_rotated_certificate(desk: Desk) -> None:
    await desk.control.post("/_sim/switches", {"signing": "certificate"})
    client = await asyncio.to_thread(lambda: WeChatPay(**desk.options(public_key=False)))
    await desk.control.post("/_sim/rotate", {"what": "certificate", "retire": True})
    user = await desk.control.user()
    payer = {"openid": user["openids"][desk.appid]}
    order = {"description": "书法课", "out_trade_no": NUMBER, "amount": {"total": 1}}
    status, text = await asyncio.to_thread(partial(client.pay, payer=payer, **order))
    assert (status, "prepay_id" in json.loads(text)) == (200, True)
