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

# labels of msg_sec_check: 10001 advertisement, 20002 pornography, 20003 abuse, 20006 crime,
# 20008 fraud
CONTENT_WORDS: dict[str, int] = {
    "加微信": 10001,
    "色情": 20002,
    "滚蛋": 20003,
    "赌博": 20006,
    "刷单": 20008,
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
        "change_event_holder",
        "SubscribeMsgChangeEvent",
        "XML element around the entries of subscribe_msg_change_event [X]",
        ("SubscribeMsgChangeEvent", "SubscribeMsgPopupEvent"),
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
    Switch(
        "allowance_used_up_errcode",
        45047,
        "answer when the allowance of an open window is used up [X]",
        (45047, 45015),
    ),
    Switch("custom_text_max_bytes", 2048, "longest customer-service text, UTF-8 bytes [N]"),
    Switch("subscribe_popup_max_templates", 5, "templates in one pop-up; 3 in older pages [X]"),
    Switch("subscribe_send_ms", 3, "real milliseconds a send holds its receiver (43108)"),
    Switch("sent_event_delay_s", 1, "virtual seconds until the result of a send is pushed [N]"),
    Switch("content_words", CONTENT_WORDS, "bad words and their labels; 10001 is for review"),
    Switch("robot_messages_per_minute", 20, "messages per minute of one WeCom group robot"),
    Switch("long_term_templates", [], "ids of templates whose accept stands until withdrawn"),
    Switch("template_enums", {}, "by template id and field: the words an enum field takes"),
    Switch(
        name="extra_template_keys_allowed",
        default=False,
        meaning="false: a key the template does not have answers 47003 [N]",
    ),
    Switch("released_pages", [], "pages of the released Mini Program; empty: any page exists"),
    Switch(
        "template_values",
        "typed",
        "whether template messages follow the typed rules of subscribe messages [N]",
        ("typed", "free"),
    ),
    Switch(
        "template_job_status",
        "success",
        "Status of TEMPLATESENDJOBFINISH; anything but success is not shown to the user",
        ("success", "failed:user block", "failed: system failed", "failed:freq limit"),
    ),
    Switch(
        name="unionid_of_unfollowed",
        default=False,
        meaning="user/info gives the unionid of someone who does not follow [N]",
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
