"""Content check and risk rank over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from merchant_client import Control
    from weixin_client import Weixin

CHECK, RISK = "/wxa/msg_sec_check", "/wxa/getuserriskrank"


async def visitor(mp: Weixin, control: Control) -> Any:
    user = await control.user()
    await control.post(f"/_sim/users/{user['user_id']}/login", {"appid": mp.appid})
    return user


def text(mp: Weixin, user: Any, content: str = "老师讲得很好", **changes: Any) -> dict[str, Any]:
    body = {"content": content, "version": 2, "scene": 2, "openid": user["openids"][mp.appid]}
    return {**body, **changes}


def query(mp: Weixin, user: Any, **changes: Any) -> dict[str, Any]:
    openid = user["openids"][mp.appid]
    body = {"appid": mp.appid, "openid": openid, "scene": 0, "client_ip": "127.0.0.1"}
    return {**body, **changes}


@pytest.mark.parametrize(
    ("content", "suggest", "label"),
    [("老师讲得很好", "pass", 100), ("请加微信聊", "review", 10001), ("网络赌博", "risky", 20006)],
)
async def test_texts_are_judged(
    mp: Weixin, control: Control, content: str, suggest: str, label: int
) -> None:
    user = await visitor(mp, control)
    answer = await mp.post(CHECK, text(mp, user, content))
    assert answer["result"] == {"suggest": suggest, "label": label}
    assert all(row["errcode"] == 0 for row in answer["detail"])
    assert len(answer["trace_id"]) == 32


async def test_a_nickname_counts_too(mp: Weixin, control: Control) -> None:
    user = await visitor(mp, control)
    answer = await mp.post(CHECK, text(mp, user, nickname="赌博大王"))
    assert answer["result"]["suggest"] == "risky"


async def test_version_one_answers_87014(mp: Weixin) -> None:
    assert (await mp.post(CHECK, {"content": "赌博"}))["errcode"] == 87014
    assert (await mp.post(CHECK, {"content": "你好"}))["errcode"] == 0


async def test_a_user_not_seen_for_two_hours(mp: Weixin, control: Control) -> None:
    user = await visitor(mp, control)
    await control.advance(2 * 3600)
    await mp.renew()
    assert (await mp.post(CHECK, text(mp, user)))["errcode"] == 0
    await control.advance(1)
    assert (await mp.post(CHECK, text(mp, user)))["errcode"] == 61010
    assert (await mp.post(RISK, query(mp, user)))["errcode"] == 61010
    stranger = await control.user()
    assert (await mp.post(CHECK, text(mp, stranger)))["errcode"] == 61010


async def test_refused_checks(mp: Weixin, oa: Weixin, control: Control) -> None:
    user = await visitor(mp, control)
    for changes, errcode in (
        ({"content": ""}, 44004),
        ({"content": "课" * 2501}, 45002),
        ({"scene": 9}, 40129),
        ({"openid": user["openids"][oa.appid]}, 43104),
        ({"openid": "nobody"}, 40003),
    ):
        assert (await mp.post(CHECK, text(mp, user, **changes)))["errcode"] == errcode
    assert (await mp.get(CHECK))["errcode"] == 43002


async def test_the_rank_is_what_was_set(mp: Weixin, control: Control) -> None:
    user = await visitor(mp, control)
    await control.post(f"/_sim/users/{user['user_id']}/traits", {"risk_rank": 3})
    answer = await mp.post(RISK, query(mp, user))
    assert (answer["errcode"], answer["risk_rank"], "unoin_id" in answer) == (0, 3, True)


async def test_refused_rank_queries(mp: Weixin, oa: Weixin, control: Control) -> None:
    user = await visitor(mp, control)
    for changes, errcode in (
        ({"appid": ""}, 41002),
        ({"appid": oa.appid}, 40013),
        ({"scene": 5}, 40129),
        ({"client_ip": ""}, 40035),
        ({"openid": user["openids"][oa.appid]}, 43104),
    ):
        assert (await mp.post(RISK, query(mp, user, **changes)))["errcode"] == errcode


async def test_traits_that_cannot_be(mp: Weixin, control: Control) -> None:
    user = await visitor(mp, control)
    path = f"/_sim/users/{user['user_id']}/traits"
    for wish in ({"risk_rank": "3"}, {"mood": 1}, {"login_blocked": 1}):
        assert (await control.call("POST", path, wish))[0] == 400
