"""Well-formed and ill-formed customer-service messages."""

import pytest

from wechat_simulator.weixin.custom_messages import AppKind, fault

TEXT = {"touser": "o", "msgtype": "text", "text": {"content": "你好"}}
MENU = {"head_content": "ok?", "list": [{"id": "1", "content": "yes"}], "tail_content": ""}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("miniprogram", TEXT),
        ("official_account", TEXT),
        (
            "miniprogram",
            {
                "msgtype": "link",
                "link": dict.fromkeys(("title", "description", "url", "thumb_url"), "x"),
            },
        ),
        ("miniprogram", {"msgtype": "image", "image": {"media_id": "m"}}),
        ("official_account", {"msgtype": "msgmenu", "msgmenu": MENU}),
        ("official_account", {"msgtype": "news", "news": {"articles": [{"title": "t"}]}}),
        (
            "official_account",
            {
                "msgtype": "miniprogrampage",
                "miniprogrampage": dict.fromkeys(
                    ("title", "appid", "pagepath", "thumb_media_id"), "x"
                ),
            },
        ),
    ],
)
def test_accepted(kind: AppKind, body: dict[str, object]) -> None:
    assert fault(kind, body, 2048) is None


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("miniprogram", {"touser": "o"}, 40008),
        ("miniprogram", {"msgtype": ["text"]}, 40008),
        ("miniprogram", {"msgtype": "voice", "voice": {"media_id": "m"}}, 40008),
        ("official_account", {"msgtype": "link", "link": {}}, 40008),
        ("miniprogram", {"msgtype": "text"}, 44004),
        ("miniprogram", {"msgtype": "text", "text": {"content": ""}}, 44004),
        ("miniprogram", {"msgtype": "text", "text": {"content": " \n"}}, 44004),
        ("miniprogram", {"msgtype": "text", "text": {"content": 5}}, 40035),
        ("miniprogram", {"msgtype": "text", "text": {"content": "字" * 683}}, 45002),
        ("miniprogram", {"msgtype": "image", "image": "m"}, 40035),
        ("miniprogram", {"msgtype": "image", "image": {}}, 40007),
        ("official_account", {"msgtype": "news", "news": {"articles": [{}, {}]}}, 45008),
        ("official_account", {"msgtype": "msgmenu", "msgmenu": {"list": [{"id": "1"}]}}, 40035),
        ("official_account", {"msgtype": "msgmenu", "msgmenu": {"list": "yes"}}, 40035),
    ],
)
def test_refused(kind: AppKind, body: dict[str, object], code: int) -> None:
    assert fault(kind, body, 2048) == code


def test_length_is_counted_in_bytes() -> None:
    assert (
        fault("miniprogram", {"msgtype": "text", "text": {"content": "字" * 682 + "ab"}}, 2048)
        is None
    )
