"""The door for pushes of Official Account and Mini Program."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from typing import Any

import pytest
import xmltodict
from pydantic import ValidationError
from wechatpy.crypto import PrpCrypto, WeChatCrypto

from models.errors import InvalidInput, NotAuthenticated
from models.messages import Grant, Incoming, IncomingKind, Reply
from tests.wechat.vectors import sample
from wechat.config import AppConfig, PushFormat, PushMode
from wechat.oa.protocol import Door, signature

TOKEN, KEY, APPID = "AAAAA", "A" * 43, "wxba5fad812f8e6fb9"
ACCOUNT = "gh_97417a04a28d"
PUBLISHED_AT = datetime.fromtimestamp(1714112445, UTC)
PUBLISHED_QUERY = {
    "signature": "6c5c811b55cc85e0e1b54100749188c20beb3f5d",
    "timestamp": "1714112445",
    "nonce": "415670741",
    "openid": "o9AgO5Kd5ggOC-bXrbNODIiE3bGY",
    "encrypt_type": "aes",
    "msg_signature": "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3",
}
"""developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push, secure mode."""

NOW = datetime(2026, 3, 2, 4, 5, 6, tzinfo=UTC)


def app(
    *, mode: PushMode = PushMode.SECURE, form: PushFormat = PushFormat.XML, token: str = TOKEN, key: str = KEY
) -> AppConfig:
    return AppConfig(
        appid=APPID, secret="s", token=token, encoding_aes_key=key, original_id=ACCOUNT, mode=mode, format=form
    )


SECURE = Door(app())
PLAIN = Door(app(mode=PushMode.PLAIN, key=""))


@dataclass
class Push:
    """What WeChat sends: the query and the body."""

    query: dict[str, str]
    body: bytes


TEXT = {
    "ToUserName": ACCOUNT,
    "FromUserName": "o1",
    "CreateTime": int(NOW.timestamp()),
    "MsgType": "text",
    "Content": "我的课程",
    "MsgId": 23456789012345678,
}


def xml(fields: dict[str, Any]) -> bytes:
    rendered: str = xmltodict.unparse({"xml": fields}, full_document=False)
    return rendered.encode()


def secure(body: bytes, at: datetime = NOW, *, as_json: bool = False, appid: str = APPID) -> Push:
    timestamp = str(int(at.timestamp()))
    key = WeChatCrypto(TOKEN, KEY, APPID).key
    encrypted = PrpCrypto(key).encrypt(body, appid).decode()
    proof = sha1("".join(sorted([TOKEN, timestamp, "n0nce", encrypted])).encode()).hexdigest()  # noqa: S324 - WeChat's
    fields = {"ToUserName": ACCOUNT, "Encrypt": encrypted}
    sent = json.dumps(fields).encode() if as_json else xml(fields)
    return Push(
        {"timestamp": timestamp, "nonce": "n0nce", "encrypt_type": "aes", "msg_signature": proof, "signature": "x"},
        sent,
    )


def plain(body: bytes, at: datetime = NOW) -> Push:
    timestamp = str(int(at.timestamp()))
    return Push({"timestamp": timestamp, "nonce": "n0nce", "signature": signature(TOKEN, timestamp, "n0nce")}, body)


def opened(fields: dict[str, Any], *, as_json: bool = False) -> Incoming:
    body = json.dumps(fields, ensure_ascii=False).encode() if as_json else xml(fields)
    push = secure(body, as_json=as_json)
    return SECURE.open(push.query, push.body, NOW)


def event(name: str, **more: Any) -> dict[str, Any]:
    base = {key: value for key, value in TEXT.items() if key not in {"Content", "MsgId"}}
    return base | {"MsgType": "event", "Event": name} | more


def test_the_published_address_check_is_answered_with_the_bare_echostr() -> None:
    query = {
        "signature": "f464b24fc39322e44b38aa78f5edd27bd1441696",
        "timestamp": "1714036504",
        "nonce": "1514711492",
        "echostr": "4375120948345356249",
    }
    assert SECURE.echo(query) == "4375120948345356249"
    with pytest.raises(NotAuthenticated, match="wechat_signature_invalid"):
        SECURE.echo(query | {"nonce": "1"})
    with pytest.raises(InvalidInput):
        SECURE.echo(query | {"echostr": "<script>"})


def test_the_published_plain_signature_fits() -> None:
    assert signature(TOKEN, "1714037059", "486452656") == "899cf89e464efb63f54ddac96b0a0a235f53aa78"


def test_the_published_secure_push_is_opened_and_addressed_to_us() -> None:
    incoming = SECURE.open(PUBLISHED_QUERY, sample("oa_secure_push.json"), PUBLISHED_AT)
    assert incoming.kind is IncomingKind.OTHER
    assert (incoming.account, incoming.appid) == (ACCOUNT, APPID)
    assert incoming.openid == "o9AgO5Kd5ggOC-bXrbNODIiE3bGY"


def test_the_published_reply_is_sealed_to_the_same_bytes() -> None:
    door = Door(app(form=PushFormat.JSON), prefix=lambda: "707722b803182950")
    envelope = door.envelope('{"demo_resp":"good luck"}', "1713424427", "415670741")
    assert json.loads(envelope) == {
        "Encrypt": "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==",
        "MsgSignature": "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1",
        "TimeStamp": 1713424427,
        "Nonce": "415670741",
    }


@pytest.mark.parametrize("as_json", [False, True])
def test_a_text_is_read_from_xml_and_json_alike(as_json: bool) -> None:  # noqa: FBT001 - a parameter of the test
    incoming = opened(TEXT, as_json=as_json)
    assert incoming.kind is IncomingKind.TEXT
    assert (incoming.openid, incoming.text, incoming.sent_at) == ("o1", "我的课程", NOW)


def test_the_formats_give_the_same_key_for_the_same_message() -> None:
    assert opened(TEXT).key == opened(TEXT, as_json=True).key
    assert opened(TEXT).key == opened(TEXT | {"CreateTime": str(TEXT["CreateTime"])}, as_json=True).key


def test_a_message_id_shared_by_two_users_is_two_messages() -> None:
    assert opened(TEXT).key != opened(TEXT | {"FromUserName": "o2"}).key


def test_events_are_told_apart_by_all_that_differs() -> None:
    click = event("CLICK", EventKey="MY_COURSES")
    keys = {
        opened(click).key,
        opened(click | {"EventKey": "HELP"}).key,
        opened(event("VIEW", EventKey="MY_COURSES")).key,
        opened(click | {"CreateTime": 1}).key,
        opened(click | {"FromUserName": "o2"}).key,
    }
    assert len(keys) == 5
    assert opened(click).key in keys


@pytest.mark.parametrize(
    ("fields", "kind", "event_key"),
    [
        (event("CLICK", EventKey="MY_COURSES"), IncomingKind.MENU_CLICK, "MY_COURSES"),
        (event("subscribe", EventKey=""), IncomingKind.FOLLOW, ""),
        (event("subscribe", EventKey="qrscene_bind7", Ticket="t"), IncomingKind.FOLLOW, "bind7"),
        (event("unsubscribe"), IncomingKind.UNFOLLOW, ""),
        (event("SCAN", EventKey="bind7", Ticket="t"), IncomingKind.SCAN, "bind7"),
        (event("LOCATION", Latitude="1.5"), IncomingKind.OTHER, ""),
        (event("TEMPLATESENDJOBFINISH", MsgID=1, Status="success"), IncomingKind.OTHER, ""),
        (TEXT | {"MsgType": "voice", "MediaId": "m"}, IncomingKind.OTHER, ""),
        (TEXT | {"bizmsgmenuid": "101"}, IncomingKind.TEXT, "101"),
    ],
)
def test_events_and_messages_have_kinds(fields: dict[str, Any], kind: IncomingKind, event_key: str) -> None:
    incoming = opened(fields)
    assert (incoming.kind, incoming.event_key) == (kind, event_key)


ACCEPT = {"TemplateId": "T1", "SubscribeStatusString": "accept", "PopupScene": "0"}
REJECT = {"TemplateId": "T2", "SubscribeStatusString": "reject", "PopupScene": "0"}
BOTH = (Grant(template_id="T1", status="accept"), Grant(template_id="T2", status="reject"))


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize(
    ("fields", "grants"),
    [
        (event("subscribe_msg_popup_event", SubscribeMsgPopupEvent={"List": [ACCEPT, REJECT]}), BOTH),
        (event("subscribe_msg_popup_event", SubscribeMsgPopupEvent={"List": ACCEPT}), BOTH[:1]),
        (event("subscribe_msg_popup_event", List=[ACCEPT, REJECT]), BOTH),
        (event("subscribe_msg_popup_event", List=ACCEPT), BOTH[:1]),
        (event("subscribe_msg_change_event", SubscribeMsgChangeEvent={"List": REJECT}), BOTH[1:]),
        (event("subscribe_msg_change_event", SubscribeMsgPopupEvent={"List": REJECT}), BOTH[1:]),
        (
            event("subscribe_msg_sent_event", SubscribeMsgSentEvent={"List": {"TemplateId": "T1", "ErrorCode": "0"}}),
            (Grant(template_id="T1", status="sent"),),
        ),
        (
            event("subscribe_msg_sent_event", List={"TemplateId": "T1", "MsgID": "9", "ErrorCode": 4}),
            (Grant(template_id="T1", status="failed"),),
        ),
        (event("subscribe_msg_popup_event"), ()),
    ],
)
def test_subscribe_events_are_read_whether_one_or_many(
    fields: dict[str, Any],
    grants: tuple[Grant, ...],
    as_json: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    incoming = opened(fields, as_json=as_json)
    assert incoming.kind is IncomingKind.SUBSCRIBE_GRANTS
    assert incoming.grants == grants


def test_the_plain_signature_alone_proves_nothing_about_the_body() -> None:
    push = secure(xml(TEXT))
    timestamp = push.query["timestamp"]
    only_plain = {"timestamp": timestamp, "nonce": "n0nce", "signature": signature(TOKEN, timestamp, "n0nce")}
    with pytest.raises(NotAuthenticated):
        SECURE.open(only_plain, push.body, NOW)
    with pytest.raises(NotAuthenticated):
        SECURE.open(only_plain | {"msg_signature": only_plain["signature"]}, xml(TEXT), NOW)


@pytest.mark.parametrize("missing", ["timestamp", "nonce", "msg_signature"])
def test_a_push_without_its_proof_is_refused(missing: str) -> None:
    push = secure(xml(TEXT))
    with pytest.raises(NotAuthenticated):
        SECURE.open({k: v for k, v in push.query.items() if k != missing}, push.body, NOW)


def test_a_changed_ciphertext_is_refused() -> None:
    push = secure(xml(TEXT))
    with pytest.raises(NotAuthenticated):
        SECURE.open(push.query, push.body.replace(b"<Encrypt>", b"<Encrypt>A"), NOW)


@pytest.mark.parametrize("seconds", [-601, 601])
def test_a_push_ten_minutes_off_is_stale(seconds: int) -> None:
    push = secure(xml(TEXT))
    with pytest.raises(NotAuthenticated, match="wechat_timestamp_stale"):
        SECURE.open(push.query, push.body, NOW + timedelta(seconds=seconds))
    SECURE.open(push.query, push.body, NOW + timedelta(seconds=seconds - seconds // abs(seconds)))


@pytest.mark.parametrize(
    "push",
    [
        secure(xml(TEXT), appid="wx_of_somebody_else"),
        secure(xml(TEXT | {"ToUserName": "gh_somebody_else"})),
        secure(xml({k: v for k, v in TEXT.items() if k != "MsgType"})),
        secure(xml({k: v for k, v in TEXT.items() if k != "FromUserName"})),
        secure(xml(TEXT | {"CreateTime": "yesterday"})),
        secure(xml(TEXT | {"CreateTime": "9" * 30})),
        secure(b""),
        secure(b"<xml></xml>"),
        secure(b"<other/>"),
        secure(b"not xml"),
        secure(b"[1]", as_json=True),
        secure(b'<!DOCTYPE x [<!ENTITY a "b">]><xml><MsgType>&a;</MsgType></xml>'),
    ],
)
def test_what_is_signed_and_makes_no_sense_is_unreadable(push: Push) -> None:
    with pytest.raises(InvalidInput, match="wechat_content_unreadable"):
        SECURE.open(push.query, push.body, NOW)


@pytest.mark.parametrize("garbage", ["AAAA", "not base64!", "A" * 64, "é"])
def test_garbage_under_a_good_signature_is_unreadable(garbage: str) -> None:
    timestamp = str(int(NOW.timestamp()))
    query = {"timestamp": timestamp, "nonce": "n", "msg_signature": signature(TOKEN, timestamp, "n", garbage)}
    with pytest.raises(InvalidInput, match="wechat_content_unreadable"):
        SECURE.open(query, json.dumps({"Encrypt": garbage}).encode(), NOW)


@pytest.mark.parametrize("body", [b"", b"<xml>", b"{", b'{"Encrypt": 5}', b"\xff\xfe", b"<xml><Encrypt/></xml>"])
def test_a_body_with_nothing_encrypted_cannot_be_proven(body: bytes) -> None:
    timestamp = str(int(NOW.timestamp()))
    query = {"timestamp": timestamp, "nonce": "n", "msg_signature": "é"}
    with pytest.raises(NotAuthenticated):
        SECURE.open(query, body, NOW)


def test_plain_mode_reads_what_it_is_configured_to_trust() -> None:
    push = plain(xml(TEXT))
    assert PLAIN.open(push.query, push.body, NOW).text == "我的课程"
    with pytest.raises(NotAuthenticated):
        PLAIN.open(push.query | {"signature": "0" * 40}, push.body, NOW)


def test_compat_mode_trusts_only_the_encrypted_half_and_answers_in_clear() -> None:
    compat = Door(app(mode=PushMode.COMPAT))
    push = secure(xml(TEXT))
    with_clear_fields = push.body.replace(b"<xml>", b"<xml><Content>forged</Content>")
    incoming = compat.open(push.query, with_clear_fields, NOW)
    assert incoming.text == "我的课程"
    assert b"<Encrypt>" not in compat.seal(incoming, Reply(text="好"), NOW, "n")


def test_a_door_without_its_secrets_stays_shut() -> None:
    push = secure(xml(TEXT))
    with pytest.raises(NotAuthenticated):
        Door(app(token="")).open(push.query, push.body, NOW)
    with pytest.raises(NotAuthenticated):
        Door(app(token="", key="")).echo({"signature": signature("", "", "")})


@pytest.mark.parametrize("changes", [{"key": ""}, {"key": "short"}, {"key": "!" * 43}])
def test_secrets_that_cannot_work_are_refused_at_once(changes: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        app(**changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", list(PushFormat))
def test_a_sealed_reply_opens_again_for_the_one_who_wrote(form: PushFormat) -> None:
    door = Door(app(form=form))
    body = door.seal(opened(TEXT), Reply(text="第 3 节已确认 <b> & ]]> 完"), NOW, "nonce7")
    envelope = json.loads(body) if form is PushFormat.JSON else xmltodict.parse(body)["xml"]
    assert envelope["Nonce"] == "nonce7"
    proof, stamp = envelope["MsgSignature"], str(envelope["TimeStamp"])
    inner = WeChatCrypto(TOKEN, KEY, APPID).decrypt_message(envelope, proof, stamp, "nonce7")
    fields = json.loads(inner) if form is PushFormat.JSON else xmltodict.parse(inner)["xml"]
    assert (fields["ToUserName"], fields["FromUserName"], fields["MsgType"]) == ("o1", ACCOUNT, "text")
    assert int(fields["CreateTime"]) == int(NOW.timestamp())
    assert fields["Content"] == "第 3 节已确认 <b> & ]]> 完"


def test_a_reply_cannot_break_out_of_its_field() -> None:
    sealed = PLAIN.seal(opened(TEXT), Reply(text="a]]></Content><MsgType>x</MsgType>"), NOW, "n")
    assert xmltodict.parse(sealed)["xml"]["Content"] == "a]]></Content><MsgType>x</MsgType>"
    assert xmltodict.parse(sealed)["xml"]["MsgType"] == "text"


def test_two_seals_of_one_reply_differ() -> None:
    incoming, reply = opened(TEXT), Reply(text="好")
    assert SECURE.seal(incoming, reply, NOW, "n") != SECURE.seal(incoming, reply, NOW, "n")


def test_no_reply_is_success_in_every_mode() -> None:
    for door in (SECURE, PLAIN):
        assert door.seal(opened(TEXT), Reply(), NOW, "n") == b"success"
