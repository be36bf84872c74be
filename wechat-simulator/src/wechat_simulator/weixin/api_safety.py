"""Content check and risk rank of the Mini Program.

Sources: the pages 文本内容安全识别 (msg_sec_check) and 获取用户安全等级 (getuserriskrank). Both
want a user who used the Mini Program within two hours. Which words are bad is a switch: the real
models are not published.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from wechat_simulator.surface import Answer, Route, json_answer
from wechat_simulator.weixin.caller import ApiCall, ok, posting, refusal
from wechat_simulator.weixin.traits import Traits

if TYPE_CHECKING:
    from wechat_simulator.users import User

RECENT = timedelta(hours=2)
MAX_CHARS = 2500
NORMAL, ADVERTISEMENT = 100, 10001
_CHECK_SCENES, _RISK_SCENES = {1, 2, 3, 4}, {0, 1, 2}


async def _check(call: ApiCall) -> Answer:
    content = call.body.get("content")
    if not isinstance(content, str) or not content:
        raise refusal(44004)
    if call.body.get("version") != 2:  # noqa: PLR2004 - the number is the page's own
        return _first_version(call, content)
    if call.body.get("scene") not in _CHECK_SCENES:
        raise refusal(40129)
    if len(content) > MAX_CHARS:
        raise refusal(45002)
    _recent_user(call)
    texts = [
        content,
        *(str(call.body.get(name, "")) for name in ("title", "nickname", "signature")),
    ]
    keyword, label = _worst(call, texts)
    suggest = _suggest(label)
    detail: list[dict[str, Any]] = [_row("content_model", suggest, label, prob=90)]
    if keyword is not None:
        detail.append(_row("keyword", suggest, label, keyword=keyword, level=20))
    return ok(
        trace_id=call.world.ids.hex("trace", 32),
        result={"suggest": suggest, "label": label},
        detail=detail,
    )


def _first_version(call: ApiCall, content: str) -> Answer:
    """Answer as the frozen version 1: 87014 for bad content."""
    if _worst(call, [content])[0] is not None:
        raise refusal(87014)
    return ok()


def _worst(call: ApiCall, texts: list[str]) -> tuple[str | None, int]:
    """Return the first bad word and its label (switch `content_words`)."""
    words = call.world.switches.values["content_words"]
    found = next((word for word in words if any(word in text for text in texts)), None)
    return found, NORMAL if found is None else int(words[found])


def _suggest(label: int) -> str:
    if label == NORMAL:
        return "pass"
    return "review" if label == ADVERTISEMENT else "risky"


def _row(strategy: str, suggest: str, label: int, **more: Any) -> dict[str, Any]:
    return {"strategy": strategy, "errcode": 0, "suggest": suggest, "label": label, **more}


async def _risk(call: ApiCall) -> Answer:
    body = call.body
    if not body.get("appid"):
        raise refusal(41002)
    if body["appid"] != call.app.appid:
        raise refusal(40013)
    if body.get("scene") not in _RISK_SCENES:
        raise refusal(40129)
    if not body.get("client_ip"):
        raise refusal(40035)
    user = _recent_user(call)
    rank = call.world.part(Traits).of(user.user_id).risk_rank
    # "unoin_id" is WeChat's own spelling; it is the number of this query, not the unionid
    number = call.world.ids.number("risk_query")
    return json_answer(
        {"errcode": 0, "errmsg": "getuserriskrank succ", "risk_rank": rank, "unoin_id": number}
    )


def _recent_user(call: ApiCall) -> User:
    """Return the user of the body; 43104 for another app's openid, 61010 when not seen lately."""
    openid = call.body.get("openid")
    user = call.world.users.by_openid(call.app.appid, str(openid)) if openid else None
    if user is None:
        known = {one for u in call.world.users.users.values() for one in u.openids.values()}
        raise refusal(43104 if openid in known else 40003)
    if not _seen_lately(call, user):
        raise refusal(61010)
    return user


def _seen_lately(call: ApiCall, user: User) -> bool:
    """Whether the user ran wx.login in this app within two hours; newest codes come first."""
    since = call.world.now() - RECENT
    for code in reversed(call.world.users.codes.values()):
        if code.created_at < since:
            return False
        if (code.user_id, code.appid) == (user.user_id, call.app.appid):
            return True
    return False


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    return (
        *posting("/wxa/msg_sec_check", _check, "miniprogram"),
        *posting("/wxa/getuserriskrank", _risk, "miniprogram"),
    )
