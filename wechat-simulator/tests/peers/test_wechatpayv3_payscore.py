"""The PyPI client wechatpayv3, unchanged but for the address, runs Pay Score against us.

It knows nothing of this simulator, signs with real time (so these worlds run on the real clock),
verifies every answer, and decodes our notices. Known path faults of its own are left aside:
direct-complete lacks ``/v3``, terminate by code lacks the leading slash.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.async_ import AsyncWeChatPay
from wechatpayv3.async_ import WeChatPayType as AsyncType

from merchant_client import Control, PayClient
from receiver import Receiver

if TYPE_CHECKING:
    from pathlib import Path

    from wechat_simulator.server import Simulator

BEIJING = timezone(timedelta(hours=8))
FUND = {"name": "ESTIMATE_ORDER_COST", "amount": 9900}


def digits(seconds: float = 0) -> str:
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    return moment.astimezone(BEIJING).strftime("%Y%m%d%H%M%S")


class Peer:
    """One of the client's two faces behind one awaitable call that answers (status, JSON)."""

    def __init__(self, client: Any) -> None:
        self.client = client

    async def call(self, name: str, **arguments: Any) -> tuple[int, Any]:
        method = getattr(self.client, f"payscore_{name}")
        if isinstance(self.client, WeChatPay):
            status, text = await asyncio.to_thread(method, **arguments)
        else:
            status, text = await method(**arguments)
        return status, json.loads(text) if text else None

    async def decode(self, headers: Any, body: bytes) -> Any:
        found = self.client.callback(headers, body)
        return await found if asyncio.iscoroutine(found) else found


class Scene:
    """A merchant with its callback address, and a user who will authorise it."""

    def __init__(self, control: Control, pay: PayClient, receiver: Receiver, user: Any) -> None:
        self.control = control
        self.receiver = receiver
        self.user = user
        self.pay = pay
        self.service_id = pay.service("no_confirm")
        self.openid: str = user["openids"][pay.appid]

    async def arrival(self, event: str) -> tuple[dict[str, str], bytes]:
        for _ in range(200):
            if event in self.receiver.events():
                found = self.receiver.arrivals[self.receiver.events().index(event)]
                return dict(found.headers), found.raw
            await asyncio.sleep(0.02)
        raise AssertionError(f"{event} never came")

    async def authorize(self, peer: Peer) -> None:
        status, answer = await peer.call(
            "permission", service_id=self.service_id, authorization_code="PEER-1"
        )
        assert status == 200
        view = {"businessType": "wxpayScoreEnable", "extraData": answer}
        await self.control.post(f"/_sim/users/{self.user['user_id']}/view", view)

    async def order(self, peer: Peer, number: str) -> Any:
        status, answer = await peer.call(
            "create",
            out_order_no=number,
            service_id=self.service_id,
            service_introduction="英语口语课",
            time_range={"start_time": digits()},
            risk_fund=FUND,
            openid=self.openid,
            need_user_confirm=False,
        )
        assert status == 200, answer
        return answer

    async def complete(self, peer: Peer, number: str) -> Any:
        status, answer = await peer.call(
            "complete",
            out_order_no=number,
            service_id=self.service_id,
            post_payments=[{"name": "课时费", "amount": 9900}],
            total_amount=9900,
            time_range={"start_time": digits(-2), "end_time": digits(-1)},
        )
        assert status == 200, answer
        return answer


@pytest.fixture
async def scene(sim: Simulator) -> AsyncIterator[Scene]:
    async with Control(sim.url) as control:
        credentials = await control.get("/_sim/credentials")
        await control.post("/_sim/switches", {"deduction_delay_s": 0})
        user = await control.user()
        async with PayClient(control, credentials, "1900000001") as pay, Receiver(pay) as got:
            yield Scene(control, pay, got, user)


@pytest.fixture(params=["sync", "async", "sync with certificate"])
async def peer(request: pytest.FixtureRequest, scene: Scene, tmp_path: Path) -> AsyncIterator[Peer]:
    platform = (await scene.control.get("/_sim/credentials"))["platform"]
    options: dict[str, Any] = {
        "wechatpay_type": WeChatPayType.MINIPROG,
        "mchid": "1900000001",
        "private_key": scene.pay.merchant["private_key_pem"],
        "cert_serial_no": scene.pay.merchant["serial_no"],
        "appid": scene.pay.appid,
        "apiv3_key": scene.pay.merchant["api_v3_key"],
        "notify_url": scene.receiver.url,
    }
    if request.param == "sync with certificate":
        (tmp_path / "platform.pem").write_text(platform["certificate_pem"])
        options["cert_dir"] = str(tmp_path)
        await scene.control.post("/_sim/switches", {"signing": "certificate"})
    else:
        options["public_key"] = platform["public_key_pem"]
        options["public_key_id"] = platform["public_key_id"]
    if request.param == "async":
        options["wechatpay_type"] = AsyncType.MINIPROG
        async with AsyncWeChatPay(**options) as client:
            yield _at(client, scene)
    else:
        yield _at(WeChatPay(**options), scene)


def _at(client: Any, scene: Scene) -> Peer:
    client._core._gate_way = scene.control.url  # noqa: SLF001 - it has no setting for its address
    return Peer(client)


async def test_permissions_are_applied_for_asked_about_and_ended(peer: Peer, scene: Scene) -> None:
    names = {"service_id": scene.service_id}
    status, answer = await peer.call("permission_query", openid=scene.openid, **names)
    assert (status, answer["code"]) == (404, "ORDER_NOT_EXIST")
    await scene.authorize(peer)
    notice = await peer.decode(*await scene.arrival("PAYSCORE.USER_OPEN_SERVICE"))
    assert notice["resource"]["openid"] == scene.openid
    for question in ({"authorization_code": "PEER-1"}, {"openid": scene.openid}):
        status, answer = await peer.call("permission_query", **question, **names)
        assert (status, answer["authorization_state"]) == (200, "AVAILABLE")
    ended = await peer.call("permission_terminate", reason="退课", openid=scene.openid, **names)
    assert ended == (204, None)
    _, answer = await peer.call("permission_query", openid=scene.openid, **names)
    assert answer["authorization_state"] == "UNAVAILABLE"


async def test_an_order_is_created_completed_and_paid(peer: Peer, scene: Scene) -> None:
    await scene.authorize(peer)
    created = await scene.order(peer, "PEER-O-1")
    assert (created["state"], created["state_description"]) == ("DOING", "USER_CONFIRM")
    done = await scene.complete(peer, "PEER-O-1")
    assert done["state_description"] == "MCH_COMPLETE"
    notice = await peer.decode(*await scene.arrival("PAYSCORE.USER_PAID"))
    assert notice["event_type"] == "PAYSCORE.USER_PAID"
    status, asked = await peer.call("query", service_id=scene.service_id, out_order_no="PEER-O-1")
    assert (status, asked["state"]) == (200, "DONE")
    assert notice["resource"] == asked


async def test_orders_are_cancelled_lowered_pressed_for_and_synced(
    peer: Peer, scene: Scene
) -> None:
    await scene.authorize(peer)
    path = f"/_sim/users/{scene.user['user_id']}/top-up"
    await scene.control.post(path, {"amount_fen": -1_000_000})
    names = {"service_id": scene.service_id}
    await scene.order(peer, "PEER-O-1")
    status, _ = await peer.call("cancel", out_order_no="PEER-O-1", reason="停课", **names)
    assert status == 200
    await scene.order(peer, "PEER-O-2")
    await scene.complete(peer, "PEER-O-2")
    item = [{"name": "课时费", "amount": 5000}]
    status, lowered = await peer.call(
        "modify",
        out_order_no="PEER-O-2",
        post_payments=item,
        total_amount=5000,
        reason="少上一半",
        **names,
    )
    assert (status, lowered["collection"]["paying_amount"]) == (200, 5000)
    status, pressed = await peer.call("pay", out_order_no="PEER-O-2", **names)
    assert (status, pressed["code"]) == (403, "TRADE_ERROR")
    detail = {"paid_time": digits(-1)}
    status, synced = await peer.call("sync", out_order_no="PEER-O-2", detail=detail, **names)
    assert (status, synced["state"]) == (200, "DONE")


@pytest.mark.parametrize("kind", ["bad_signature", "signtest"])
async def test_the_peer_notices_a_wrongly_signed_answer(
    peer: Peer, scene: Scene, kind: str
) -> None:
    target = "POST /v3/payscore/permissions"
    await scene.control.post("/_sim/faults", {"target": target, "kind": kind})
    with pytest.raises(Exception, match="verify the signature"):
        await scene.authorize(peer)
