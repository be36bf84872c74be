"""The WeCom group robot over HTTP."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from merchant_client import Control

TEXT = {"msgtype": "text", "text": {"content": "今日扣款 3 笔", "mentioned_list": ["@all"]}}
IMAGE = b"\xff\xd8 picture"


async def robot(control: Control) -> Any:
    return (await control.get("/_sim/robots"))["robots"][0]


async def test_a_message_reaches_the_group(control: Control) -> None:
    path = (await robot(control))["path"]
    assert await control.post(path, TEXT) == {"errcode": 0, "errmsg": "ok"}
    assert (await robot(control))["messages"][0]["content"] == TEXT


async def test_twenty_a_minute_for_each_robot(control: Control) -> None:
    path = (await robot(control))["path"]
    codes = [(await control.post(path, TEXT))["errcode"] for _ in range(21)]
    assert codes == [0] * 20 + [45009]
    other = await control.post("/_sim/robots")
    assert (await control.post(other["path"], TEXT))["errcode"] == 0
    await control.advance(60)
    assert (await control.post(path, TEXT))["errcode"] == 0


async def test_an_unknown_key(control: Control) -> None:
    answer = await control.post("/cgi-bin/webhook/send?key=nobody", TEXT)
    assert answer["errcode"] == 93000
    assert "devtool/query?e=93000" in answer["errmsg"]


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"msgtype": "text", "text": {"content": "a" * 2048}}, 0),
        ({"msgtype": "text", "text": {"content": "课" * 683}}, 40058),
        ({"msgtype": "text", "text": {"content": ""}}, 44004),
        ({"msgtype": "text"}, 44004),
        ({"msgtype": "markdown", "markdown": {"content": "a" * 4097}}, 40058),
        ({"msgtype": "markdown_v2", "markdown_v2": {"content": "# 表"}}, 0),
        ({"msgtype": "fax", "fax": {}}, 40008),
        ({}, 40008),
        ([], 47001),
        ({"msgtype": "image", "image": {"base64": "eA==", "md5": "0"}}, 40058),
        (
            {
                "msgtype": "image",
                "image": {
                    "base64": base64.b64encode(IMAGE).decode(),
                    "md5": hashlib.md5(IMAGE, usedforsecurity=False).hexdigest(),
                },
            },
            0,
        ),
        ({"msgtype": "news", "news": {"articles": []}}, 40058),
        ({"msgtype": "news", "news": {"articles": [{"title": "t"}]}}, 40058),
        ({"msgtype": "news", "news": {"articles": [{"title": "t", "url": "u"}]}}, 0),
        ({"msgtype": "file", "file": {}}, 40007),
        ({"msgtype": "template_card", "template_card": {"card_type": "text_notice"}}, 0),
        ({"msgtype": "template_card", "template_card": {}}, 40058),
    ],
)
async def test_messages(control: Control, body: Any, errcode: int) -> None:
    path = (await robot(control))["path"]
    assert (await control.post(path, body))["errcode"] == errcode
