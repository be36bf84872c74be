"""The core: clock, worlds, credentials, signatures, control plane."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import ClientError, ClientSession

from wechat_simulator.clock import VirtualClock

if TYPE_CHECKING:
    from merchant_client import Control, PayClient

UNKNOWN = "/v3/payscore/no-such-thing"


async def test_due_events_fire_in_order_at_their_own_moment() -> None:
    seen: list[tuple[str, datetime]] = []

    async def fire(kind: str, payload: dict[str, Any]) -> None:
        await asyncio.sleep(0)
        seen.append((kind, clock.now()))
        if payload:
            clock.at(clock.now(), "child", {})

    clock = VirtualClock(fire, running=False)
    start = clock.now()
    clock.at(start + timedelta(seconds=2), "second", {})
    clock.at(start + timedelta(seconds=1), "first", {"more": True})
    clock.at(start + timedelta(seconds=9), "never", {})
    await clock.advance_by(5)
    assert [kind for kind, _ in seen] == ["first", "child", "second"]
    assert [(at - start).seconds for _, at in seen] == [1, 1, 2]
    assert clock.now() == start + timedelta(seconds=5)
    assert [event.kind for event in clock.pending()] == ["never"]


async def test_a_running_clock_fires_by_itself_and_keeps_running_when_moved() -> None:
    fired = asyncio.Event()

    async def fire(_kind: str, _payload: dict[str, Any]) -> None:
        fired.set()

    clock = VirtualClock(fire)
    clock.start()
    clock.at(clock.now() + timedelta(milliseconds=30), "soon", {})
    await asyncio.wait_for(fired.wait(), 5)
    before = clock.now()
    await clock.advance_by(3600)
    assert clock.running
    assert clock.now() >= before + timedelta(hours=1)
    await clock.stop()


async def test_an_event_cut_off_by_a_stop_is_pending_again() -> None:
    begun = asyncio.Event()

    async def fire(_kind: str, _payload: dict[str, Any]) -> None:
        begun.set()
        await asyncio.sleep(60)

    clock = VirtualClock(fire)
    clock.start()
    clock.at(clock.now(), "slow", {})
    await asyncio.wait_for(begun.wait(), 5)
    assert clock.pending() == []
    await clock.stop()
    assert [event.kind for event in clock.pending()] == ["slow"]


async def test_the_clock_answers_its_time_and_refuses_the_past(control: Control) -> None:
    first = await control.get("/_sim/clock")
    await control.advance(60)
    second = await control.get("/_sim/clock")
    moved = datetime.fromisoformat(second["now"]) - datetime.fromisoformat(first["now"])
    assert (moved, second["running"]) == (timedelta(seconds=60), False)
    status, _ = await control.call("POST", "/_sim/clock", {"to": first["now"]})
    assert status == 400
    status, _ = await control.call("POST", "/_sim/clock", {"to": "yesterday"})
    assert status == 400


async def test_credentials_hold_what_the_consoles_would_show(control: Control) -> None:
    shown = await control.get("/_sim/credentials")
    assert [app["kind"] for app in shown["apps"]] == ["miniprogram", "official_account"]
    titles = [template["title"] for template in shown["apps"][0]["templates"]]
    assert titles == ["扣款成功通知", "上课确认提醒", "课程结束通知"]
    assert [m["kind"] for m in shown["merchants"]] == ["direct", "direct", "partner"]
    for merchant in shown["merchants"]:
        assert len(merchant["api_v3_key"]) == len(merchant["api_v2_key"]) == 32
        kinds = {service["kind"] for service in merchant["services"]}
        assert kinds == {"no_confirm", "need_confirm", "plan"}
        assert all(len(service["service_id"]) == 32 for service in merchant["services"])
    assert [s["authorized"] for s in shown["merchants"][2]["sub_merchants"]] == [True, True]
    assert shown["platform"]["public_key_id"].startswith("PUB_KEY_ID_")


async def test_unsigned_and_wrongly_signed_requests_are_refused(pay: PayClient) -> None:
    cases: list[tuple[dict[str, Any], int]] = [
        ({"mchid": "1999999999"}, 271302144),
        ({"serial_no": "ABC"}, 270924332),
        ({"skew": 302}, 268443699),
        ({"skew": -302}, 268443699),
        ({"message": b"other"}, 270924332),
    ]
    for oddity, numeric in cases:
        wire = await pay.call("GET", UNKNOWN, **oddity)
        assert (wire.status, wire.json["code"], wire.numeric) == (401, "SIGN_ERROR", numeric)
    async with pay.http.get(pay.control.url + UNKNOWN) as answer:
        assert answer.status == 401
        pay.verify(answer.headers, await answer.read())


async def test_a_right_signature_reaches_the_routes_and_errors_are_signed(pay: PayClient) -> None:
    wire = await pay.call("GET", UNKNOWN + "?a=%7C%2A&b=%E8%AF%BE", skew=-290)
    assert (wire.status, wire.json["code"]) == (404, "RESOURCE_NOT_EXISTS")
    assert wire.headers["Wechatpay-Serial"].startswith("PUB_KEY_ID_")


async def test_answers_are_signed_with_the_key_the_request_names(pay: PayClient) -> None:
    for serial in pay.platform:
        pay.serial = serial
        wire = await pay.call("GET", UNKNOWN)
        assert wire.headers["Wechatpay-Serial"] == serial


async def test_worlds_are_apart_by_header_and_by_port(control: Control) -> None:
    other = await control.post("/_sim/worlds", {"name": "w-b", "seed": 7})
    assert other["name"] == "w-b"
    await control.user(nickname="only in the default world")
    async with control.http.get(other["url"] + "/_sim/ledger") as answer:
        assert (await answer.json())["balances"] == {}
    headers = {"X-Sim-World": "w-b"}
    async with control.http.get(control.url + "/_sim/ledger", headers=headers) as answer:
        assert (await answer.json())["balances"] == {}
    assert list((await control.get("/_sim/ledger"))["balances"].values()) == [1_000_000]
    status, _ = await control.call("DELETE", "/_sim/worlds/w-b")
    assert status == 204
    async with control.http.get(control.url + "/_sim/ledger", headers=headers) as answer:
        assert answer.status == 404


async def test_worlds_opened_at_the_same_moment_have_ports_of_their_own(control: Control) -> None:
    names = [f"at-once-{n}" for n in range(8)]
    opened = await asyncio.gather(*(control.post("/_sim/worlds", {"name": n}) for n in names))
    assert len({each["port"] for each in opened}) == len(names)
    for n, each in enumerate(opened):
        for _ in range(n):
            await control.http.post(each["url"] + "/_sim/users", json={})
    for n, each in enumerate(opened):
        async with control.http.get(each["url"] + "/_sim/ledger") as answer:
            assert len((await answer.json())["balances"]) == n


async def test_a_connection_kept_open_to_a_closed_world_reaches_no_other(control: Control) -> None:
    other = await control.post("/_sim/worlds", {"name": "short-lived"})
    async with ClientSession() as kept:
        async with kept.get(other["url"] + "/_sim/clock") as answer:
            assert answer.status == 200
        await control.call("DELETE", "/_sim/worlds/short-lived")
        with suppress(ClientError):
            async with kept.get(other["url"] + "/_sim/clock") as answer:
                assert answer.status == 404


async def test_reset_makes_the_world_fresh_and_keeps_its_keys(control: Control) -> None:
    before = await control.get("/_sim/credentials")
    await control.user()
    await control.post("/_sim/reset")
    assert await control.get("/_sim/credentials") == before
    assert (await control.get("/_sim/ledger"))["balances"] == {}


async def test_a_user_has_one_unionid_and_an_openid_per_app(control: Control) -> None:
    user = await control.user(score=560, balance_fen=5)
    assert len(set(user["openids"].values())) == len(user["openids"]) >= 2
    shown = await control.get(f"/_sim/users/{user['user_id']}")
    assert (shown["score"], shown["balance_fen"]) == (560, 5)
    code = await control.post(f"/_sim/users/{user['user_id']}/login")
    assert len(code["code"]) == 32
    path = f"/_sim/users/{user['user_id']}/top-up"
    assert await control.post(path, {"amount_fen": 10}) == {"balance_fen": 15}
    assert (await control.call("GET", "/_sim/users/nobody"))[0] == 404


async def test_switches_are_named_and_checked(control: Control) -> None:
    assert (await control.get("/_sim/switches"))["signing"] == "public_key"
    assert (await control.post("/_sim/switches", {"signing": "certificate"}))["signing"]
    for wrong in ({"signing": "sm2"}, {"no_such_switch": 1}, {"request_tolerance_s": "long"}):
        assert (await control.call("POST", "/_sim/switches", wrong))[0] == 400


async def test_every_answer_is_dated_by_the_worlds_clock(control: Control) -> None:
    await control.post("/_sim/clock", {"to": "2031-05-06T07:08:09Z"})
    for path in ("/", "/v3/certificates", "/_sim/clock"):
        async with control.http.head(control.url + path) as answer:
            assert answer.headers["Date"] == "Tue, 06 May 2031 07:08:09 GMT"
