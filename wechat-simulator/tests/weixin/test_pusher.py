"""Pushes over HTTP: verification, modes, retries, replies, and what the user sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from people import event, fault, inbox, say

if TYPE_CHECKING:
    from developer import Developer
    from merchant_client import Control

UNAVAILABLE = "该公众号暂时无法提供服务，请稍后再试"


@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize("mode", ["plain", "compat", "secure"])
async def test_a_text_arrives_in_every_mode_and_format(
    oa_server: Developer, control: Control, mode: str, form: str
) -> None:
    assert await oa_server.configure(mode, form) == {"verified": True}
    user = await control.user()
    answer = await say(control, user, "你好 <b>&]]>")
    assert (answer["status"], answer["reply"], answer["tries"]) == (200, "success", 1)
    message = oa_server.messages[0]
    assert message["Content"] == "你好 <b>&]]>"
    assert message["ToUserName"] == oa_server.app["original_id"]
    assert message["FromUserName"] == user["openids"][oa_server.app["appid"]]
    assert oa_server.queries[0]["openid"] == message["FromUserName"]
    assert ("encrypt_type" in oa_server.queries[0]) is (mode != "plain")
    assert isinstance(message["CreateTime"], int if form == "json" else str)


@pytest.mark.parametrize("mode", ["plain", "compat", "secure"])
async def test_a_passive_reply_made_by_wechatpy_is_shown(
    oa_server: Developer, control: Control, mode: str
) -> None:
    await oa_server.configure(mode)
    user = await control.user()
    oa_server.answers = ["第3节已确认"]
    answer = await say(control, user)
    assert answer["reply"]["MsgType"] == "text"
    assert answer["reply"]["Content"] == "第3节已确认"
    shown = (await inbox(control, user))[0]
    assert (shown["via"], shown["appid"]) == ("passive", oa_server.app["appid"])
    assert shown["content"]["Content"] == "第3节已确认"


async def test_success_and_an_empty_body_show_nothing(
    oa_server: Developer, control: Control
) -> None:
    await oa_server.configure()
    user = await control.user()
    oa_server.answers = [b"success", b""]
    answers = [await say(control, user) for _ in range(2)]
    assert [a["reply"] for a in answers] == ["success", None]
    assert not any(a["service_unavailable"] for a in answers)
    assert await inbox(control, user) == []


@pytest.mark.parametrize("body", [b'{"ok": true}', b"SUCCESS", b"<html/>", b"<xml><a>1</a></xml>"])
async def test_an_unusable_answer_is_not_retried_and_the_user_sees_it(
    oa_server: Developer, control: Control, body: bytes
) -> None:
    await oa_server.configure()
    user = await control.user()
    oa_server.answers = [body]
    answer = await say(control, user)
    assert (answer["service_unavailable"], answer["tries"]) == (True, 1)
    assert (await inbox(control, user))[0]["content"]["Content"] == UNAVAILABLE


async def test_a_slow_server_gets_the_same_message_three_times(
    oa_server: Developer, control: Control
) -> None:
    await oa_server.configure()
    await control.post("/_sim/switches", {"push_timeout_s": 0.2})
    user = await control.user()
    oa_server.answers = [0.5, 0.5, 0.5]
    answer = await say(control, user)
    assert (answer["tries"], answer["status"], answer["service_unavailable"]) == (3, None, True)
    assert len({message["MsgId"] for message in oa_server.messages}) == 1
    assert len({query["nonce"] for query in oa_server.queries}) == 3
    assert len(await inbox(control, user)) == 1


async def test_a_retry_may_carry_the_same_stamp(oa_server: Developer, control: Control) -> None:
    await oa_server.configure()
    await control.post("/_sim/switches", {"push_retry_stamp": "same"})
    oa_server.answers = [500]
    assert (await say(control, await control.user()))["tries"] == 2
    assert len({query["nonce"] for query in oa_server.queries}) == 1


async def test_a_server_that_recovers_answers_the_second_send(
    oa_server: Developer, control: Control
) -> None:
    await oa_server.configure()
    user = await control.user()
    oa_server.answers = [502, "回来了"]
    answer = await say(control, user)
    assert (answer["tries"], answer["reply"]["Content"]) == (2, "回来了")
    pushes = (await control.get("/_sim/pushes"))["pushes"]
    assert [entry["status"] for entry in pushes[0]["tries"]] == [502, 200]


async def test_without_a_server_nothing_is_pushed(control: Control) -> None:
    answer = await say(control, await control.user())
    assert (answer["status"], answer["tries"], answer["service_unavailable"]) == (None, 0, False)


async def test_verification_wants_the_bare_echostr(oa_server: Developer, control: Control) -> None:
    path = f"/_sim/apps/{oa_server.app['appid']}/server"
    for echo in (b"", b"success", b'"123"'):
        oa_server.echo = echo
        status, body = await control.call("POST", path, {"url": oa_server.url})
        assert status == 400
        assert "verification failed" in body["errmsg"]
    status, _ = await control.call("POST", path, {"url": "http://127.0.0.1:9/"})
    assert status == 400
    for wish in (
        {"url": "ftp://x"},
        {"url": oa_server.url, "mode": "x"},
        {"url": oa_server.url, "format": "y"},
    ):
        status, _ = await control.call("POST", path, wish)
        assert status == 400
    assert (await control.call("GET", path))[0] == 404
    oa_server.echo = None
    await oa_server.configure("compat", "json")
    shown = await control.get(path)
    assert shown == {"url": oa_server.url, "mode": "compat", "format": "json"}
    assert (await control.call("DELETE", path))[0] == 204


async def test_following_and_unfollowing(oa_server: Developer, control: Control) -> None:
    await oa_server.configure()
    user = await control.user(follows_oa=False)
    path = f"/_sim/users/{user['user_id']}"
    assert (await control.call("POST", f"{path}/say", {"text": "hi"}))[0] == 409
    await event(control, user, "subscribe", EventKey="qrscene_bind-1", Ticket="t")
    assert (await control.get(path))["follows_oa"] is True
    assert (await say(control, user))["tries"] == 1
    oa_server.answers = [b"bad"]
    answer = await event(control, user, "unsubscribe")
    assert answer["service_unavailable"] is False
    assert (await control.get(path))["follows_oa"] is False
    assert [m.get("Event") for m in oa_server.messages] == ["subscribe", None, "unsubscribe"]
    assert oa_server.messages[0]["EventKey"] == "qrscene_bind-1"


async def test_clicks_are_answered_and_views_are_not(
    oa_server: Developer, control: Control
) -> None:
    await oa_server.configure()
    user = await control.user()
    oa_server.answers = ["菜单", "链接"]
    await event(control, user, "CLICK", EventKey="MY_COURSES")
    await event(control, user, "VIEW", EventKey="https://example.com/", MenuId="5")
    assert [m["content"]["Content"] for m in await inbox(control, user)] == ["菜单"]


async def test_a_mini_program_shows_no_passive_reply_but_shows_failure(
    mp_server: Developer, control: Control
) -> None:
    await mp_server.configure()
    user = await control.user()
    mp_server.answers = ["自动回复", b"abnormal"]
    first = await say(control, user, appid=mp_server.app["appid"])
    assert first["reply"]["Content"] == "自动回复"
    assert await inbox(control, user) == []
    await say(control, user, appid=mp_server.app["appid"])
    assert "小程序客服" in (await inbox(control, user))[0]["content"]["Content"]


async def test_other_messages_than_text(oa_server: Developer, control: Control) -> None:
    await oa_server.configure()
    user = await control.user()
    path = f"/_sim/users/{user['user_id']}/say"
    await control.post(path, {"MsgType": "location", "Label": "教室"})
    await control.post(path, {"MsgType": "text", "text": "满意", "bizmsgmenuid": "101"})
    assert oa_server.messages[0]["Label"] == "教室"
    assert oa_server.messages[1]["bizmsgmenuid"] == "101"
    for wish in ({"MsgType": "fax"}, {"text": ""}, {}):
        assert (await control.call("POST", path, wish))[0] == 400


async def test_message_ids_may_repeat_between_users(oa_server: Developer, control: Control) -> None:
    await oa_server.configure(form="json")
    one, two = await control.user(), await control.user()
    await say(control, one)
    await say(control, two)
    await control.post("/_sim/switches", {"msg_id_repeats_between_users": True})
    await say(control, one)
    await say(control, two)
    ids = [message["MsgId"] for message in oa_server.messages]
    assert ids[0] != ids[1]
    assert ids[2] == ids[3]
    assert len({message["FromUserName"] for message in oa_server.messages[2:]}) == 2


async def test_create_time_may_be_text(oa_server: Developer, control: Control) -> None:
    await oa_server.configure(form="json")
    await control.post("/_sim/switches", {"create_time_as_text": True})
    await say(control, await control.user())
    assert isinstance(oa_server.messages[0]["CreateTime"], str)


async def test_fault_lost_and_lost_once(oa_server: Developer, control: Control) -> None:
    await oa_server.configure()
    user = await control.user()
    await fault(control, "lost")
    assert (await say(control, user))["tries"] == 0
    assert oa_server.messages == []
    await fault(control, "lost_once")
    assert (await say(control, user))["tries"] == 2
    assert len(oa_server.messages) == 1


async def test_fault_twice_brings_the_same_message_again(
    oa_server: Developer, control: Control
) -> None:
    await oa_server.configure()
    user = await control.user()
    await fault(control, "twice")
    oa_server.answers = ["一", "一"]
    assert (await say(control, user))["tries"] == 1
    assert len(oa_server.messages) == 2
    assert oa_server.messages[0]["MsgId"] == oa_server.messages[1]["MsgId"]
    assert len(await inbox(control, user)) == 1


async def test_fault_late_waits_for_virtual_time(oa_server: Developer, control: Control) -> None:
    await oa_server.configure()
    user = await control.user()
    await fault(control, "late", delay_s=90)
    assert (await say(control, user))["reason"] == "late"
    await control.advance(89)
    assert oa_server.messages == []
    await control.advance(1)
    assert len(oa_server.messages) == 1


async def test_fault_reordered_lets_the_next_message_pass(
    oa_server: Developer, control: Control
) -> None:
    await oa_server.configure()
    user = await control.user()
    await fault(control, "reordered")
    await say(control, user, "first")
    await say(control, user, "second")
    await control.advance(0)
    assert [message["Content"] for message in oa_server.messages] == ["second", "first"]


async def test_fault_reordered_ends_when_nothing_overtakes(
    oa_server: Developer, control: Control
) -> None:
    await oa_server.configure()
    await fault(control, "reordered")
    await say(control, await control.user())
    await control.advance(3600)
    assert len(oa_server.messages) == 1


async def test_fault_bad_signature_is_refused_and_then_sent_well(
    oa_server: Developer, control: Control
) -> None:
    await oa_server.configure()
    await fault(control, "bad_signature")
    answer = await say(control, await control.user())
    assert (oa_server.refused, answer["tries"], answer["status"]) == (1, 2, 200)


async def test_fault_stale_timestamp(oa_server: Developer, control: Control) -> None:
    await oa_server.configure()
    await fault(control, "stale_timestamp")
    user = await control.user()
    await say(control, user)
    await say(control, user)
    first, second = (int(query["timestamp"]) for query in oa_server.queries)
    assert second - first == 3600


async def test_faults_of_shape(oa_server: Developer, control: Control) -> None:
    await oa_server.configure(form="json")
    user = await control.user()
    await fault(control, "unknown_keys")
    await fault(control, "string_numbers")
    await say(control, user)
    await say(control, user)
    assert "SimUnknownKey" in oa_server.messages[0]
    assert isinstance(oa_server.messages[1]["CreateTime"], str)


async def test_faults_of_the_connection(oa_server: Developer, control: Control) -> None:
    await oa_server.configure()
    await control.post("/_sim/switches", {"push_timeout_s": 0.3})
    user = await control.user()
    await fault(control, "hang")
    assert (await say(control, user))["tries"] == 2
    await fault(control, "cut")
    oa_server.answers = [0.2]
    assert (await say(control, user))["tries"] == 2


async def test_a_fault_may_aim_at_one_event(oa_server: Developer, control: Control) -> None:
    await oa_server.configure()
    user = await control.user()
    await fault(control, "lost", "push:CLICK")
    await event(control, user, "CLICK", EventKey="k")
    await say(control, user)
    assert [message["MsgType"] for message in oa_server.messages] == ["text"]


@pytest.mark.parametrize("wish", [{}, {"Event": "CLICK"}, {"Event": "SCAN", "appid": "wx0"}])
async def test_events_that_cannot_be(control: Control, wish: dict[str, str]) -> None:
    user = await control.user()
    status, _ = await control.call("POST", f"/_sim/users/{user['user_id']}/event", wish)
    assert status == 400
