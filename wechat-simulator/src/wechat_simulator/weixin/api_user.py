"""Followers of the Official Account: user/info, user/info/batchget, user/get.

Source: /doc/service/api/usermanage/userinfo/api_userinfo. Nickname, avatar and language are no
longer given (notice of 27 Dec 2021).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator.surface import Answer, Route, json_answer
from wechat_simulator.weixin.caller import ApiCall, getting, posting, refusal
from wechat_simulator.weixin.traits import Traits

if TYPE_CHECKING:
    from wechat_simulator.users import User

BATCH, PAGE = 100, 10_000
LANGUAGES = {"zh_CN", "zh_TW", "en", ""}


async def _info(call: ApiCall) -> Answer:
    query = call.call.query
    if query.get("lang", "") not in LANGUAGES:
        raise refusal(40035)
    return json_answer(_shown(call, call.receiver(query.get("openid"))))


async def _batch(call: ApiCall) -> Answer:
    wanted = call.body.get("user_list")
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= BATCH:
        raise refusal(40035)
    openids = [entry.get("openid") if isinstance(entry, dict) else None for entry in wanted]
    return json_answer(
        {"user_info_list": [_shown(call, call.receiver(openid)) for openid in openids]}
    )


def _shown(call: ApiCall, user: User) -> dict[str, Any]:
    """Show a follower; of someone who does not follow, only the ids."""
    openid = user.openids[call.app.appid]
    union = {"unionid": user.unionid} if call.world.switches.flag("open_platform_bound") else {}
    if not user.follows_oa:
        named = call.world.switches.flag("unionid_of_unfollowed")
        return {"subscribe": 0, "openid": openid, **(union if named else {})}
    trait = call.world.part(Traits).of(user.user_id)
    trait.followed_at = trait.followed_at or call.world.now()
    return {
        "subscribe": 1,
        "openid": openid,
        "subscribe_time": int(trait.followed_at.timestamp()),
        **union,
        "remark": "",
        "groupid": 0,
        "tagid_list": [],
        "subscribe_scene": trait.follow_scene,
        "qr_scene": trait.qr_scene,
        "qr_scene_str": trait.qr_scene_str,
    }


async def _followers(call: ApiCall) -> Answer:
    """List followers after `next_openid`, ten thousand at a time."""
    users = call.world.users.users.values()
    everyone = [user.openids[call.app.appid] for user in users if user.follows_oa]
    after = call.call.query.get("next_openid")
    if after and after not in everyone:
        raise refusal(40003)
    rest = everyone[everyone.index(after) + 1 :] if after else everyone
    page = rest[:PAGE]
    answer: dict[str, Any] = {"total": len(everyone), "count": len(page)}
    if page:
        answer["data"] = {"openid": page}
    return json_answer({**answer, "next_openid": page[-1] if page else ""})


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    return (
        *getting("/cgi-bin/user/info", _info, "official_account"),
        *posting("/cgi-bin/user/info/batchget", _batch, "official_account"),
        *getting("/cgi-bin/user/get", _followers, "official_account"),
    )
