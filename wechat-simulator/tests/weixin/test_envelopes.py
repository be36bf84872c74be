"""Rendering and the defensive reading of XML and JSON bodies."""

import orjson
import pytest

from wechat_simulator.weixin.envelopes import MAX_BYTES, EnvelopeError, parse, render


def test_xml_puts_text_in_cdata_and_numbers_bare() -> None:
    assert render({"ToUserName": "gh_1", "CreateTime": 5}, "xml") == (
        b"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><CreateTime>5</CreateTime></xml>"
    )


def test_xml_repeats_the_tag_of_a_list() -> None:
    body = render({"Popup": {"List": [{"T": "a"}, {"T": "b"}]}}, "xml")
    assert body.count(b"<List>") == 2
    assert parse(body, "xml") == {"Popup": {"List": [{"T": "a"}, {"T": "b"}]}}


def test_json_keeps_real_characters() -> None:
    assert "课".encode() in render({"Content": "课"}, "json")


@pytest.mark.parametrize(
    "text", ["]]>", "a]]>b]]>c", "<b>&amp;</b>", "课程 💡", "]]]]>>", " padded "]
)
def test_any_text_survives_the_xml_round_trip(text: str) -> None:
    assert parse(render({"Content": text}, "xml"), "xml") == {"Content": text}


def test_layout_between_elements_is_not_content() -> None:
    body = b"<xml>\n  <Content>\n <![CDATA[ hello ]]>\n </Content>\n <Time>7</Time>\n</xml>\n"
    assert parse(body, "xml") == {"Content": " hello ", "Time": "7"}


def test_json_numbers_are_read_as_text() -> None:
    assert parse(b'{"CreateTime": 5, "List": [{"MsgID": "7"}], "Empty": null}', "json") == {
        "CreateTime": "5",
        "List": [{"MsgID": "7"}],
        "Empty": "",
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<xml></xml>",
        b"<xml>",
        b"hello",
        b'{"a": 1}',
        b"<html><body/></html>",
        b'<!DOCTYPE xml [<!ENTITY a "b">]><xml><Content>&a;</Content></xml>',
        b"<xml><Content>&a;</Content></xml>",
        b"<xml>" + b"<a>" * 20 + b"</a>" * 20 + b"</xml>",
        b"<xml><Content>" + b"x" * MAX_BYTES + b"</Content></xml>",
        b"\xff\xfe<xml>",
    ],
)
def test_unfit_xml_is_refused(body: bytes) -> None:
    with pytest.raises(EnvelopeError):
        parse(body, "xml")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'"success"', b"<xml><a>1</a></xml>", b'{"a":', b"\xff"]
)
def test_unfit_json_is_refused(body: bytes) -> None:
    with pytest.raises(EnvelopeError):
        parse(body, "json")


def test_deep_json_is_refused_by_the_reader() -> None:
    with pytest.raises(EnvelopeError):
        parse(b'{"a":' * 5000 + b"1" + b"}" * 5000, "json")


def test_json_render_is_plain_json() -> None:
    assert orjson.loads(render({"List": {"T": "a"}}, "json")) == {"List": {"T": "a"}}
