"""Shapes of pushed messages and events in both formats."""

from typing import Any

import pytest

from wechat_simulator.weixin.envelopes import parse, render
from wechat_simulator.weixin.pushes import Dialect, Push, UnknownPushError, event_body, message_body

ACCEPT = {"TemplateId": "t1", "SubscribeStatusString": "accept", "PopupScene": 0}
REJECT = {"TemplateId": "t2", "SubscribeStatusString": "reject", "PopupScene": 0}


def event(**given: object) -> Push:
    return Push("gh_1", "o1", 1714112445, "event", event_body(given))


def message(kind: str = "text", **given: object) -> Push:
    return Push("gh_1", "o1", 1714112445, kind, message_body(kind, given, 2**62))


def test_a_text_message_in_both_formats() -> None:
    push = message(Content="课程")
    xml = render(push.spoken(Dialect("xml")), "xml").decode()
    assert "<CreateTime>1714112445</CreateTime>" in xml
    assert f"<MsgId>{2**62}</MsgId>" in xml
    assert parse(xml.encode(), "xml") == parse(render(push.spoken(Dialect("json")), "json"), "json")
    assert push.spoken(Dialect("json"))["MsgId"] == 2**62


@pytest.mark.parametrize(
    "kind", ["image", "voice", "video", "shortvideo", "location", "link", "miniprogrampage"]
)
def test_every_message_type_has_its_fields(kind: str) -> None:
    fields = message(kind).spoken(Dialect("xml"))
    assert fields["MsgType"] == kind
    assert len(fields) > 6
    assert parse(render(fields, "xml"), "xml")["MsgId"] == str(2**62)


def test_create_time_may_be_text_in_json_only() -> None:
    assert message().spoken(Dialect("json", time_as_text=True))["CreateTime"] == "1714112445"
    assert message().spoken(Dialect("xml", time_as_text=True))["CreateTime"] == 1714112445


def test_one_entry_is_an_object_and_two_are_an_array_in_json() -> None:
    one: Any = event(Event="subscribe_msg_popup_event", List=[ACCEPT]).spoken(Dialect("json"))
    two: Any = event(Event="subscribe_msg_popup_event", List=[ACCEPT, REJECT]).spoken(
        Dialect("json")
    )
    assert one["List"]["TemplateId"] == "t1"
    assert [entry["TemplateId"] for entry in two["List"]] == ["t1", "t2"]
    always: Any = event(Event="subscribe_msg_popup_event", List=[ACCEPT]).spoken(
        Dialect("json", lists="array")
    )
    assert len(always["List"]) == 1


@pytest.mark.parametrize(
    ("name", "holder"),
    [
        ("subscribe_msg_popup_event", "SubscribeMsgPopupEvent"),
        ("subscribe_msg_change_event", "SubscribeMsgChangeEvent"),
        ("subscribe_msg_sent_event", "SubscribeMsgSentEvent"),
    ],
)
def test_in_xml_the_entries_stand_in_their_holder(name: str, holder: str) -> None:
    fields = parse(
        render(event(Event=name, List=[ACCEPT, REJECT]).spoken(Dialect("xml")), "xml"), "xml"
    )
    assert [entry["TemplateId"] for entry in fields[holder]["List"]] == ["t1", "t2"]  # type: ignore[call-overload,index]


@pytest.mark.parametrize(
    ("given", "act", "shows"),
    [
        ({"Event": "subscribe"}, "follow", True),
        ({"Event": "unsubscribe"}, None, False),
        ({"Event": "SCAN", "EventKey": "5"}, "scan", True),
        ({"Event": "CLICK", "EventKey": "k"}, "click", True),
        ({"Event": "VIEW", "EventKey": "u"}, None, False),
        ({"Event": "user_enter_tempsession"}, "enter", False),
        ({"Event": "TEMPLATESENDJOBFINISH", "MsgID": "5"}, None, False),
    ],
)
def test_what_an_event_means_for_the_allowance(
    given: dict[str, object], act: str | None, *, shows: bool
) -> None:
    push = event(**given)
    assert (push.act, push.shows_reply) == (act, shows)


def test_a_menu_message_click_counts_as_a_click() -> None:
    assert message(Content="满意", bizmsgmenuid="101").act == "click"
    assert message(Content="满意").act == "message"


def test_articles_allowed_in_a_reply() -> None:
    assert message().articles == 1
    assert event(Event="subscribe").articles == 8


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"Event": ""},
        {"Event": 5},
        {"Event": "CLICK"},
        {"Event": "SCAN"},
        {"Event": "subscribe_msg_sent_event"},
    ],
)
def test_events_that_cannot_be(given: dict[str, object]) -> None:
    with pytest.raises(UnknownPushError):
        event_body(given)


def test_messages_that_cannot_be() -> None:
    with pytest.raises(UnknownPushError):
        message_body("event", {}, 1)
