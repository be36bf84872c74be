"""Subscribe messages, notifications and template messages over HTTP, with their events."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from people import event, inbox, subscribe

if TYPE_CHECKING:
    from developer import Developer
    from merchant_client import Control
    from weixin_client import Weixin

SEND, BIZSEND = "/cgi-bin/message/subscribe/send", "/cgi-bin/message/subscribe/bizsend"
TEMPLATE = "/cgi-bin/message/template/send"
DATA = {
    "thing1": {"value": "豌豆思维 20 节课"},
    "amount2": {"value": "￥100.00"},
    "time3": {"value": "2026-03-01 12:00"},
    "thing4": {"value": "本次扣款成功"},
}
OA_DATA = {name: DATA[name] for name in ("thing1", "amount2", "time3")}


def message(app: Weixin, user: Any, title: str = "扣款成功通知", **changes: Any) -> dict[str, Any]:
    body = {"touser": user["openids"][app.appid], "template_id": app.template(title), "data": DATA}
    return {**body, **changes}


async def code(app: Weixin, path: str, body: Any) -> int:
    return int((await app.post(path, body))["errcode"])


async def test_one_accept_allows_one_message(mp: Weixin, control: Control) -> None:
    user = await control.user()
    body = message(mp, user, page="pages/orders?no=1", miniprogram_state="formal", lang="zh_CN")
    assert await code(mp, SEND, body) == 43101
    answer = await subscribe(control, user, mp.template("扣款成功通知"))
    assert answer["results"] == {mp.template("扣款成功通知"): "accept"}
    sent = await mp.post(SEND, body)
    assert (sent["errcode"], sent["errmsg"], isinstance(sent["msgid"], int)) == (0, "ok", True)
    assert await code(mp, SEND, body) == 43101
    shown = (await inbox(control, user))[0]
    assert (shown["via"], shown["content"]["title"]) == ("subscribe", "扣款成功通知")
    assert shown["content"]["data"] == DATA
    assert shown["content"]["page"] == "pages/orders?no=1"


async def test_accepts_add_up_and_a_refusal_grants_nothing(mp: Weixin, control: Control) -> None:
    user = await control.user()
    for decision in ("accept", "accept", "reject"):
        await subscribe(control, user, mp.template("扣款成功通知"), decision=decision)
    codes = [await code(mp, SEND, message(mp, user)) for _ in range(3)]
    assert codes == [0, 0, 43101]


async def test_switching_off_voids_the_grants_and_is_pushed(
    mp: Weixin, mp_server: Developer, control: Control
) -> None:
    await mp_server.configure(form="json")
    user = await control.user()
    wish = {"template_ids": [mp.template("扣款成功通知")]}
    await subscribe(control, user, *wish["template_ids"])
    await control.post(f"/_sim/users/{user['user_id']}/unsubscribe", wish)
    assert await code(mp, SEND, message(mp, user)) == 43101
    popup, change = mp_server.messages
    assert popup["Event"] == "subscribe_msg_popup_event"
    assert popup["List"]["SubscribeStatusString"] == "accept"
    assert popup["List"]["PopupScene"] == "0"
    assert change["Event"] == "subscribe_msg_change_event"
    assert change["List"]["SubscribeStatusString"] == "reject"


async def test_the_result_of_a_send_is_pushed(
    mp: Weixin, mp_server: Developer, control: Control
) -> None:
    await mp_server.configure()
    user = await control.user()
    await subscribe(control, user, mp.template("扣款成功通知"), mp.template("课程结束通知"))
    sent = await mp.post(SEND, message(mp, user))
    await control.advance(1)
    popup, result = mp_server.messages
    assert len(popup["SubscribeMsgPopupEvent"]["List"]) == 2
    entry = result["SubscribeMsgSentEvent"]["List"]
    assert (entry["MsgID"], entry["ErrorCode"]) == (str(sent["msgid"]), "0")


async def test_a_long_term_template_stays_open(mp: Weixin, control: Control) -> None:
    template_id = mp.template("扣款成功通知")
    await control.post("/_sim/switches", {"long_term_templates": [template_id]})
    user = await control.user()
    await subscribe(control, user, template_id)
    assert [await code(mp, SEND, message(mp, user)) for _ in range(4)] == [0] * 4


@pytest.mark.parametrize(
    ("changes", "errmsg"),
    [
        ({"data": "{}"}, "argument invalid!"),
        ({"data": {**DATA, "thing1": {"value": ""}}}, "data.thing1.value is emtpy"),
        ({"data": {"thing1": DATA["thing1"]}}, "data.amount2.value is emtpy"),
        ({"data": {**DATA, "thing1": "课"}}, "data.thing1.value is emtpy"),
        ({"data": {**DATA, "thing4": {"value": "课" * 21}}}, "data.thing4.value invalid"),
        ({"data": {**DATA, "time3": {"value": "soon"}}}, "data.time3.value invalid"),
        ({"data": {**DATA, "thing9": {"value": "x"}}}, "data.thing9 invalid"),
        ({"miniprogram_state": "release"}, "miniprogram_state"),
        ({"lang": "de_DE"}, "lang"),
    ],
)
async def test_arguments_that_are_refused_by_name(
    mp: Weixin, control: Control, changes: dict[str, Any], errmsg: str
) -> None:
    user = await control.user()
    await subscribe(control, user, mp.template("扣款成功通知"))
    answer = await mp.post(SEND, message(mp, user, **changes))
    assert answer["errcode"] == 47003
    assert errmsg in answer["errmsg"]
    assert await code(mp, SEND, message(mp, user)) == 0


async def test_numbers_are_taken_as_text_values(mp: Weixin, control: Control) -> None:
    user = await control.user()
    await subscribe(control, user, mp.template("扣款成功通知"))
    data = {**DATA, "amount2": {"value": 99.5}}
    assert await code(mp, SEND, message(mp, user, data=data)) == 0


async def test_openids_templates_and_pages_of_others(
    mp: Weixin, oa: Weixin, control: Control
) -> None:
    user = await control.user()
    foreign = message(mp, user, touser=user["openids"][oa.appid])
    assert await code(mp, SEND, foreign) == 40003
    other = message(mp, user, template_id=oa.template("扣款通知"))
    assert await code(mp, SEND, other) == 40037
    await control.post("/_sim/switches", {"released_pages": ["pages/index"]})
    assert await code(mp, SEND, message(mp, user, page="pages/none?a=1")) == 41030
    assert await code(mp, SEND, message(mp, user, page="pages/index?a=1")) == 43101
    assert await code(oa, SEND, message(mp, user)) == 40001


async def test_parallel_sends_to_one_user_collide(mp: Weixin, control: Control) -> None:
    await control.post("/_sim/switches", {"subscribe_send_ms": 50})
    users = [await control.user() for _ in range(2)]
    for user in (*users, users[0]):
        await subscribe(control, user, mp.template("扣款成功通知"))
    bodies = [message(mp, user) for user in (users[0], users[0], users[1])]
    codes = await asyncio.gather(*(code(mp, SEND, body) for body in bodies))
    assert sorted(codes[:2]) == [0, 43108]
    assert codes[2] == 0
    assert await code(mp, SEND, bodies[0]) == 0


async def test_pop_ups_that_cannot_be(mp: Weixin, control: Control) -> None:
    user = await control.user()
    path = f"/_sim/users/{user['user_id']}/subscribe"
    ids = [mp.template("扣款成功通知"), mp.template("课程结束通知")]
    await control.post("/_sim/switches", {"long_term_templates": ids[:1]})
    for wish, errcode in (
        ({"template_ids": ["nonsense"]}, 20001),
        ({"template_ids": []}, 20001),
        ({"template_ids": ids}, 20002),
    ):
        assert (await control.call("POST", path, wish))[1]["errcode"] == errcode
    await control.post("/_sim/switches", {"subscribe_popup_max_templates": 1})
    await control.post("/_sim/switches", {"long_term_templates": []})
    assert (await control.call("POST", path, {"template_ids": ids}))[1]["errcode"] == 20003


async def test_a_notification_of_the_account_needs_its_own_grant(
    oa: Weixin, oa_server: Developer, control: Control
) -> None:
    await oa_server.configure()
    user = await control.user(follows_oa=False)
    body = message(oa, user, "扣款通知", data=OA_DATA, page="https://example.com/")
    assert await code(oa, BIZSEND, body) == 43101
    await subscribe(control, user, oa.template("扣款通知"), appid=oa.appid)
    assert await code(oa, BIZSEND, {**body, "miniprogram": {"pagepath": "x"}}) == 47003
    assert await code(oa, BIZSEND, body) == 0
    await control.advance(1)
    events = [m["Event"] for m in oa_server.messages]
    assert events == ["subscribe_msg_popup_event", "subscribe_msg_sent_event"]
    entry = oa_server.messages[0]["SubscribeMsgPopupEvent"]["List"]
    assert entry["PopupScene"] == "1"


async def test_a_template_message_goes_to_followers_and_reports_its_job(
    oa: Weixin, oa_server: Developer, control: Control
) -> None:
    await oa_server.configure()
    user = await control.user()
    body = message(oa, user, "扣款通知", data=OA_DATA, url="https://example.com/")
    sent = await oa.post(TEMPLATE, body)
    await control.advance(1)
    finished = oa_server.messages[0]
    assert finished["Event"] == "TEMPLATESENDJOBFINISH"
    assert (finished["MsgID"], finished["Status"]) == (str(sent["msgid"]), "success")
    assert (await inbox(control, user))[0]["via"] == "template"
    await event(control, user, "unsubscribe")
    assert await code(oa, TEMPLATE, body) == 43004


async def test_a_template_job_may_fail(oa: Weixin, oa_server: Developer, control: Control) -> None:
    await oa_server.configure()
    await control.post("/_sim/switches", {"template_job_status": "failed:user block"})
    user = await control.user()
    assert await code(oa, TEMPLATE, message(oa, user, "扣款通知", data=OA_DATA)) == 0
    await control.advance(1)
    assert oa_server.messages[0]["Status"] == "failed:user block"
    assert await inbox(control, user) == []


async def test_the_same_client_message_is_sent_once(oa: Weixin, control: Control) -> None:
    user = await control.user()
    body = message(oa, user, "扣款通知", data=OA_DATA, client_msg_id="order-1-paid")
    first, second = await oa.post(TEMPLATE, body), await oa.post(TEMPLATE, body)
    assert first["msgid"] == second["msgid"]
    assert len(await inbox(control, user)) == 1


async def test_refused_template_messages(oa: Weixin, control: Control) -> None:
    user = await control.user()
    body = message(oa, user, "扣款通知", data=OA_DATA)
    assert await code(oa, TEMPLATE, {**body, "template_id": "x" * 43}) == 40037
    assert await code(oa, TEMPLATE, {**body, "touser": "nobody"}) == 40003
    assert await code(oa, TEMPLATE, {**body, "data": {"thing1": {"value": "x"}}}) == 47003
    await control.post("/_sim/switches", {"template_values": "free"})
    assert await code(oa, TEMPLATE, {**body, "data": {"first": {"value": "x"}}}) == 0
    assert await code(oa, TEMPLATE, {**body, "data": "x"}) == 47001
