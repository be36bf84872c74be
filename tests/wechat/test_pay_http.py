"""What goes over the wire to WeChat Pay, and which answers are believed."""

import asyncio
from datetime import timedelta

import pytest
from aiohttp import ClientSession, web

from models.charge import ChannelState
from models.errors import OutsideFailure, XianxueError
from tests.wechat.conftest import channel, config
from tests.wechat.peer import (
    MERCHANT_SERIAL,
    NOW,
    PUBLIC_KEY_ID,
    CountingIds,
    FrozenClock,
    Peer,
    Received,
    Reply,
    answers,
    refuses,
)
from wechat.build import Wechat, open_wechat

ORDER = {"out_order_no": "X1-C", "state": "DOING", "state_description": "USER_CONFIRM"}


async def asked(wechat: Wechat) -> ChannelState | None:
    reading = await wechat.pay.query_service(channel(), "X1-C")
    return reading.state if reading else None


async def cancelled(wechat: Wechat) -> None:
    await wechat.pay.terminate_authorization(channel(), "o1", "学员申请")


def after(seconds: float, reply: Reply) -> Reply:
    async def late(request: web.Request, seen: Received) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return await reply(request, seen)

    return late


async def hang_up(request: web.Request, _: Received) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def test_a_request_is_signed_over_the_bytes_and_the_address_that_are_sent(wechat: Wechat, peer: Peer) -> None:
    peer.will(answers(status=204))
    await wechat.pay.terminate_authorization(channel(), "o/1 课+&", "学员 😀申请\n关闭")
    assert peer.last.target == "/v3/payscore/permissions/openid/o%2F1%20%E8%AF%BE%2B%26/terminate"
    assert peer.last.body["reason"] == "学员 申请 关闭"
    assert peer.last.authorization["serial_no"] == MERCHANT_SERIAL
    assert peer.last.authorization["mchid"] == "1900000001"
    assert peer.last.headers["Wechatpay-Serial"] == PUBLIC_KEY_ID
    assert peer.last.headers["Accept"] == "application/json"


async def test_query_values_are_escaped_once(wechat: Wechat, peer: Peer) -> None:
    peer.will(answers(ORDER | {"out_order_no": "X 1+C"}))
    await wechat.pay.query_service(channel(), "X 1+C")
    assert peer.last.target.endswith("&out_order_no=X%201%2BC")


async def test_a_verified_answer_is_believed(wechat: Wechat, peer: Peer) -> None:
    peer.will(answers(ORDER))
    assert await asked(wechat) is ChannelState.IN_SERVICE


async def test_an_answer_without_a_body_is_verified_too(wechat: Wechat, peer: Peer) -> None:
    peer.will(answers(status=204))
    await cancelled(wechat)
    peer.will(answers(status=204, signed=False))
    with pytest.raises(OutsideFailure, match="wechat_unverified"):
        await cancelled(wechat)


@pytest.mark.parametrize(
    "reply",
    [
        answers(ORDER, signed=False),
        answers(ORDER, key="somebody else"),
        answers(ORDER, at=NOW - timedelta(seconds=301)),
        answers(ORDER, **{"Wechatpay-Signature": "WECHATPAY/SIGNTEST/" + "A" * 320}),
        answers(ORDER, **{"Wechatpay-Serial": "PUB_KEY_ID_UNKNOWN"}),
        answers(ORDER, **{"Wechatpay-Timestamp": "0"}),
    ],
    ids=["unsigned", "foreign_key", "stale", "probe", "unknown_serial", "altered"],
)
async def test_a_success_that_is_not_provably_wechats_is_an_unknown_outcome(
    wechat: Wechat, peer: Peer, reply: Reply
) -> None:
    peer.will(reply)
    with pytest.raises(OutsideFailure, match="wechat_unverified"):
        await asked(wechat)


async def test_after_a_signature_probe_asking_again_succeeds_at_once(wechat: Wechat, peer: Peer) -> None:
    peer.will(answers(ORDER, **{"Wechatpay-Signature": "WECHATPAY/SIGNTEST/x"}), answers(ORDER))
    assert await asked(wechat) is ChannelState.IN_SERVICE


async def test_a_command_with_an_unproven_answer_is_not_repeated_by_itself(wechat: Wechat, peer: Peer) -> None:
    peer.will(answers(status=204, key="somebody else"))
    with pytest.raises(OutsideFailure, match="wechat_unverified"):
        await cancelled(wechat)
    assert len(peer.received) == 1


@pytest.mark.parametrize("body", [b"[1]", b"hello"])
async def test_a_verified_success_that_is_no_json_object_is_an_unknown_outcome(
    wechat: Wechat, peer: Peer, body: bytes
) -> None:
    peer.will(answers(body))
    with pytest.raises(OutsideFailure, match="wechat_unreadable"):
        await cancelled(wechat)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (answers(b"<html>502 Bad Gateway</html>", status=502, signed=False), "wechat_unavailable"),
        (answers(b"<html>nginx</html>", status=404, signed=False), "wechat_unreadable"),
        (answers(b"<html>login</html>", status=302, signed=False, Location="http://127.0.0.1:1/"), "wechat_unreadable"),
        (answers({"code": "ORDER_NOT_EXIST"}, status=404, key="somebody else"), "wechat_unverified"),
        (answers(b"", status=500, signed=False), "wechat_unavailable"),
        (answers({"code": "SYSTEM_ERROR"}, status=503), "wechat_unavailable"),
        (answers({"code": "SIGN_ERROR", "detail": [{}]}, status=401, signed=False), "wechat_credentials_rejected"),
        (hang_up, "wechat_silent"),
    ],
)
async def test_whatever_a_gateway_says_is_never_taken_for_an_answer(
    wechat: Wechat, peer: Peer, reply: Reply, code: str
) -> None:
    peer.will(reply)
    with pytest.raises(OutsideFailure, match=code):
        await asked(wechat)


async def test_an_unsigned_refusal_in_wechats_shape_is_believed(wechat: Wechat, peer: Peer) -> None:
    peer.will(answers({"code": "ORDER_NOT_EXIST", "message": "订单不存在"}, status=404, signed=False))
    assert await asked(wechat) is None


@pytest.mark.parametrize("busy", [refuses(429, "FREQUENCY_LIMITED"), refuses(500, "SYSTEM_ERROR")])
async def test_what_wechat_did_not_carry_out_is_repeated_at_once_with_the_same_bytes(
    wechat: Wechat, peer: Peer, busy: Reply
) -> None:
    peer.will(busy, busy, answers(status=204))
    await cancelled(wechat)
    assert len({seen.raw for seen in peer.received}) == 1
    assert len({seen.authorization["nonce_str"] for seen in peer.received}) == 3


async def test_quick_repeats_end_after_three(wechat: Wechat, peer: Peer) -> None:
    peer.will(refuses(429, "RATELIMIT_EXCEEDED"))
    with pytest.raises(OutsideFailure) as caught:
        await asked(wechat)
    assert caught.value.code == "wechat_too_frequent"
    assert caught.value.detail["retry_helps"] is True
    assert len(peer.received) == 4


async def test_a_refusal_is_not_repeated(wechat: Wechat, peer: Peer) -> None:
    peer.will(refuses(400, "INVALID_REQUEST", "综合评估未通过", 271300099))
    with pytest.raises(XianxueError, match="wechat_assessment_declined"):
        await asked(wechat)
    assert len(peer.received) == 1


async def test_silence_after_a_question_is_asked_about_again(peer: Peer, clock: FrozenClock) -> None:
    peer.will(after(1, answers(ORDER)), answers(ORDER))
    async with (
        ClientSession() as session,
        open_wechat(config(peer.address, read_s=0.1, connect_s=0.1), session, clock, CountingIds()) as wechat,
    ):
        assert await asked(wechat) is ChannelState.IN_SERVICE


async def test_silence_after_a_command_leaves_its_outcome_unknown(peer: Peer, clock: FrozenClock) -> None:
    peer.will(after(1, answers(status=204)))
    async with (
        ClientSession() as session,
        open_wechat(config(peer.address, read_s=0.1, connect_s=0.1), session, clock, CountingIds()) as wechat,
    ):
        with pytest.raises(OutsideFailure, match="wechat_silent"):
            await cancelled(wechat)
    assert len(peer.received) == 1


async def test_nobody_listening_is_unreachable(clock: FrozenClock, unused_tcp_port: int) -> None:
    async with (
        ClientSession() as session,
        open_wechat(config(f"http://127.0.0.1:{unused_tcp_port}"), session, clock, CountingIds()) as wechat,
    ):
        with pytest.raises(OutsideFailure, match="wechat_unreachable"):
            await cancelled(wechat)


async def test_an_answer_signed_while_the_clock_moved_on_is_fresh(
    wechat: Wechat, peer: Peer, clock: FrozenClock
) -> None:
    async def a_day_passes(request: web.Request, seen: Received) -> web.StreamResponse:
        clock.at = NOW + timedelta(days=1)
        return await answers(ORDER, at=NOW + timedelta(hours=3))(request, seen)

    peer.will(a_day_passes)
    assert await asked(wechat) is ChannelState.IN_SERVICE


async def test_one_merchant_has_so_many_calls_under_way_and_no_more(peer: Peer, clock: FrozenClock) -> None:
    under_way, most = 0, 0

    async def counting(request: web.Request, seen: Received) -> web.StreamResponse:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1
        return await answers(ORDER)(request, seen)

    peer.will(counting)
    async with (
        ClientSession() as session,
        open_wechat(config(peer.address, calls_per_merchant=3), session, clock, CountingIds()) as wechat,
    ):
        await asyncio.gather(*(asked(wechat) for _ in range(12)))
    assert most == 3
