"""Which answers WeChat can show, and which make it say the service is unavailable."""

import pytest

from wechat_simulator.weixin.crypto import Seal
from wechat_simulator.weixin.envelopes import Format, Value, render
from wechat_simulator.weixin.passive_replies import AbnormalReplyError, Expected, Mode, read_answer

SEAL = Seal("token", "B" * 43, "wx1")
TEXT: dict[str, Value] = {
    "ToUserName": "openid",
    "FromUserName": "gh_1",
    "CreateTime": 1,
    "MsgType": "text",
    "Content": "你好",
}


def expected(mode: Mode = "plain", form: Format = "xml", articles: int = 1) -> Expected:
    return Expected(mode, form, SEAL, "openid", "gh_1", articles)


def sealed(form: Format = "xml", **changes: Value) -> bytes:
    encrypted = SEAL.encrypt(render({**TEXT}, form), b"0123456789abcdef")
    fields: dict[str, Value] = {
        "Encrypt": encrypted,
        "MsgSignature": SEAL.sign("9", "n", encrypted),
        "TimeStamp": 9,
        "Nonce": "n",
    }
    return render({**fields, **changes}, form)


@pytest.mark.parametrize("mode", ["plain", "compat", "secure"])
def test_success_and_nothing_are_silent_in_every_mode(mode: Mode) -> None:
    assert read_answer(b"success", expected(mode)).word == "success"
    assert read_answer(b"", expected(mode)).word is None
    assert read_answer(b"", expected(mode)).fields is None


@pytest.mark.parametrize("form", ["xml", "json"])
def test_a_text_in_clear_is_shown_in_plain_mode(form: Format) -> None:
    answer = read_answer(render(TEXT, form), expected(form=form))
    assert answer.fields is not None
    assert answer.fields["Content"] == "你好"


@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize("mode", ["compat", "secure"])
def test_a_sealed_text_is_opened(mode: Mode, form: Format) -> None:
    answer = read_answer(sealed(form), expected(mode, form))
    assert answer.fields is not None
    assert answer.fields["Content"] == "你好"


def test_compat_mode_takes_a_reply_in_clear() -> None:
    assert read_answer(render(TEXT, "xml"), expected("compat")).fields is not None


@pytest.mark.parametrize(
    ("body", "mode"),
    [
        (render(TEXT, "xml"), "secure"),
        (sealed(), "plain"),
        (sealed(MsgSignature="0" * 40), "secure"),
        (sealed(TimeStamp=10), "secure"),
        (sealed(Encrypt="AAAA"), "secure"),
        (render(TEXT, "json"), "plain"),
        (b'"success"', "plain"),
        (b"Success", "plain"),
        (b"<html>502</html>", "plain"),
        (render({**TEXT, "ToUserName": "gh_1", "FromUserName": "openid"}, "xml"), "plain"),
        (render({**TEXT, "ToUserName": "somebody"}, "xml"), "plain"),
        (render({**TEXT, "CreateTime": "now"}, "xml"), "plain"),
        (render({**TEXT, "Content": ""}, "xml"), "plain"),
        (render({**TEXT, "Content": "字" * 683}, "xml"), "plain"),
        (render({**TEXT, "MsgType": "link"}, "xml"), "plain"),
        (render({**TEXT, "MsgType": "image"}, "xml"), "plain"),
        (render({**TEXT, "MsgType": "image", "Image": "x"}, "xml"), "plain"),
        (render({**TEXT, "MsgType": "news", "ArticleCount": 1}, "xml"), "plain"),
    ],
)
def test_abnormal_answers(body: bytes, mode: Mode) -> None:
    with pytest.raises(AbnormalReplyError):
        read_answer(body, expected(mode))


def test_an_injected_tag_is_not_a_second_field() -> None:
    """A text that closes the CDATA section adds tags: two Contents make the field a list."""
    body = render(TEXT, "xml").replace("你好".encode(), b"a]]></Content><Content><![CDATA[b")
    with pytest.raises(AbnormalReplyError):
        read_answer(body, expected())


def test_articles_beyond_the_occasion_are_cut() -> None:
    items: list[Value] = [
        {"Title": str(n), "Description": "", "PicUrl": "", "Url": "u"} for n in range(3)
    ]
    news: dict[str, Value] = {
        **TEXT,
        "MsgType": "news",
        "ArticleCount": 3,
        "Articles": {"item": items},
    }
    one = read_answer(render(news, "xml"), expected()).fields
    many = read_answer(render(news, "xml"), expected(articles=8)).fields
    assert one is not None
    assert many is not None
    assert [len(fields["Articles"]["item"]) for fields in (one, many)] == [1, 3]  # type: ignore[call-overload,index]


def test_hand_over_to_the_desk_needs_no_content() -> None:
    body = render({**TEXT, "MsgType": "transfer_customer_service"}, "xml")
    assert read_answer(body, expected()).fields is not None
