"""The switches of this side: numbers WeChat has changed, and points no page settles."""

from __future__ import annotations

from wechat_simulator.switches import Switch

_MANY = 10**9

# path → calls per minute, calls per Beijing day; the counts are per app (per user for login)
API_LIMITS: dict[str, list[int]] = {
    "/sns/jscode2session": [100, _MANY],
    "/cgi-bin/token": [_MANY, 2000],
    "/cgi-bin/stable_token": [10_000, 500_000],
    "/cgi-bin/message/template/send": [_MANY, 100_000],
    "/cgi-bin/message/custom/send": [_MANY, 500_000],
    "/cgi-bin/message/subscribe/send": [_MANY, 10_000_000],
    "/cgi-bin/user/info": [_MANY, 5_000_000],
    "/cgi-bin/qrcode/create": [_MANY, 100_000],
    "/wxa/resetusersessionkey": [60_000, _MANY],
    "/wxa/msg_sec_check": [4000, 2_000_000],
    "/wxa/getwxacodeunlimit": [5000, _MANY],
    "/wxa/generatescheme": [6000, 500_000],
    "/wxa/generate_urllink": [6000, 500_000],
}

SWITCHES: tuple[Switch, ...] = (
    Switch("api_limits", API_LIMITS, "calls per minute and per day by path [N for some]"),
    Switch(name="caller_ip_allowed", default=True, meaning="false: the token calls answer 40164"),
    Switch("foreign_token_errcode", 40001, "answer to a token of the other kind of app [N]"),
    Switch(
        name="open_platform_bound",
        default=True,
        meaning="both apps bound to one Open Platform account: unionid",
    ),
    Switch("session_key_min_life_s", 600, "a wx.login sooner than this keeps the key [N]"),
    Switch("session_key_life_s", 3 * 86400, "a key unused for this long dies [N]"),
)
