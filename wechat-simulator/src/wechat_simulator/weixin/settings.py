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

# act of the user → messages, seconds (…/customer/message/api_sendcustommessage and the Mini
# Program's customer-message page); payment is "unlimited" on the page of the service account
CUSTOMER_SERVICE_WINDOWS: dict[str, dict[str, list[int]]] = {
    "official_account": {
        "message": [5, 48 * 3600],
        "click": [3, 60],
        "follow": [3, 60],
        "scan": [3, 60],
        "payment": [_MANY, 48 * 3600],
    },
    "miniprogram": {"message": [5, 48 * 3600], "enter": [2, 60]},
}

SWITCHES: tuple[Switch, ...] = (
    Switch("push_tries", 3, "sends of one pushed message, the first included [N]"),
    Switch("push_timeout_s", 5, "real seconds a developer's server has to answer a push"),
    Switch(
        "push_retry_stamp",
        "fresh",
        "whether a repeated push has a new timestamp and nonce [N]",
        ("fresh", "same"),
    ),
    Switch(
        name="create_time_as_text",
        default=False,
        meaning="CreateTime is a string in JSON pushes, as seen in the field",
    ),
    Switch(
        name="subscribe_lists_always_arrays",
        default=False,
        meaning="false: a List of one entry is the bare object in JSON pushes",
    ),
    Switch(
        name="msg_id_repeats_between_users",
        default=False,
        meaning="each user's messages are numbered from the same start, as seen in the field",
    ),
    Switch(
        "customer_service_windows",
        CUSTOMER_SERVICE_WINDOWS,
        "by kind of app and act of the user: messages allowed, seconds",
    ),
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
