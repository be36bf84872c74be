"""WeChat's refusals in its own words, and the tables that turn each into one of ours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from models.errors import XianxueError
from models.refusals import named

_NUMERIC_TAIL = re.compile(r"-(\d+)$")
_RID = re.compile(r"rid: ([0-9a-f-]+)")


@dataclass
class VendorError(Exception):
    """What WeChat said: HTTP status, its code (an errcode as text on api.weixin.qq.com), and how to find it again.

    It is the `__cause__` of the error the services see; its message is for logs, never for learners.
    """

    status: int
    code: str
    message: str = ""
    request_id: str = ""

    def __str__(self) -> str:
        return f"{self.status} {self.code or '-'} {self.message} [{self.request_id or '-'}]"

    @property
    def numeric(self) -> int:
        """Return the number after the last hyphen of Request-ID, 0 when there is none.

        Source: pay.weixin.qq.com/docs/merchant/development/interface-rules/basic-rules.html
        """
        tail = _NUMERIC_TAIL.search(self.request_id)
        return int(tail.group(1)) if tail else 0


PAY_NUMBERS: Mapping[int, str] = {
    271317510: "wechat_not_found",
    271316574: "wechat_deduction_failed",
    271302262: "wechat_state",
    271302333: "wechat_state",
    271302332: "wechat_state",
    271316657: "wechat_state",
    271316592: "wechat_state",
    271316754: "wechat_in_progress",
    271316598: "wechat_request_changed",
    268498688: "wechat_request_changed",
    271302144: "wechat_no_permission",
    271302149: "wechat_no_permission",
    268503786: "wechat_no_permission",
    268435472: "wechat_too_frequent",
    271300099: "wechat_assessment_declined",
    271299627: "wechat_overdue_orders",
    268560785: "wechat_payment_limited",
    270924332: "wechat_credentials_rejected",
    268443699: "wechat_credentials_rejected",
    271316656: "wechat_amount_above_cap",
    271316637: "wechat_request_rejected",
    268435464: "wechat_request_rejected",
}
"""The tails of Request-ID, the most exact word there is: they win over the code."""

GENERAL_NUMBERS = frozenset({271302262, 268435464, 271300099})
"""Numbers of many meanings (state illegal, value out of range, assessment declined): the message is more exact."""

PAY_PHRASES: tuple[tuple[str, str], ...] = (
    ("进行中订单过多", "wechat_too_many_orders"),
    ("逾期", "wechat_overdue_orders"),
    ("青少年", "wechat_payment_limited"),
    ("综合评估未通过", "wechat_assessment_declined"),
    ("未完成订单", "wechat_orders_unfinished"),
    ("正在扣款", "wechat_in_progress"),
    ("收款结果不明", "wechat_in_progress"),
    ("重入", "wechat_request_changed"),
    ("风险金额超过", "wechat_amount_above_cap"),
    ("可退金额", "wechat_request_rejected"),
    ("订单状态", "wechat_state"),
)
"""PARAM_ERROR and INVALID_REQUEST cover very different things; where no number tells, the message must. In order."""

_VAGUE = frozenset({"PARAMERROR", "INVALIDREQUEST"})

PAY_CODES: Mapping[str, str] = {
    # Pay Score
    "PARAM_ERROR": "wechat_request_rejected",
    "INVALID_REQUEST": "wechat_request_rejected",
    "INVALID_ORDER_STATE": "wechat_state",
    "ORDER_CANCELED": "wechat_state",
    "ORDER_DONE": "wechat_state",
    "TRADE_ERROR": "wechat_deduction_failed",
    "SIGN_ERROR": "wechat_credentials_rejected",
    "NO_AUTH": "wechat_no_permission",
    "ORDER_NOT_EXIST": "wechat_not_found",
    "FREQUENCY_LIMITED": "wechat_too_frequent",
    "RATELIMIT_EXCEED": "wechat_too_frequent",
    "RATELIMIT_EXCEEDED": "wechat_too_frequent",
    "SYSTEM_ERROR": "wechat_unavailable",
    # refunds
    "USER_ACCOUNT_ABNORMAL": "wechat_account_abnormal",
    "NOT_ENOUGH": "wechat_merchant_balance_short",
    "MCH_NOT_EXISTS": "wechat_no_permission",
    "RESOURCE_NOT_EXISTS": "wechat_not_found",
    "REQUEST_BLOCKED": "wechat_request_blocked",
    # ordinary payments
    "APPID_MCHID_NOT_MATCH": "wechat_no_permission",
    "OUT_TRADE_NO_USED": "wechat_request_changed",
    "RULE_LIMIT": "wechat_request_blocked",
    "ACCOUNT_ERROR": "wechat_account_abnormal",
    "ORDER_CLOSED": "wechat_state",
    "ORDER_PAID": "wechat_state",
    "USER_PAYING": "wechat_in_progress",
    "OPENID_MISMATCH": "wechat_request_rejected",
}
"""Documented codes; older pages spell some of them without underscores, so they are compared without."""

_BY_BARE_CODE = {code.replace("_", ""): ours for code, ours in PAY_CODES.items()}

TOO_MANY_REQUESTS, FIRST_SERVER_ERROR, UNAUTHORIZED = 429, 500, 401

API_CODES: Mapping[int, str] = {
    -1: "wechat_unavailable",
    # who we are: stable_token, jscode2session and every call with a token
    40001: "wechat_credentials_rejected",
    40002: "wechat_credentials_rejected",
    40013: "wechat_credentials_rejected",
    40014: "wechat_credentials_rejected",
    40125: "wechat_credentials_rejected",
    40243: "wechat_credentials_rejected",
    41001: "wechat_credentials_rejected",
    41002: "wechat_credentials_rejected",
    41004: "wechat_credentials_rejected",
    42001: "wechat_credentials_rejected",
    43002: "wechat_credentials_rejected",
    50004: "wechat_credentials_rejected",
    50007: "wechat_credentials_rejected",
    40164: "wechat_address_refused",
    89503: "wechat_address_refused",
    89506: "wechat_address_refused",
    89507: "wechat_address_refused",
    45009: "wechat_too_frequent",
    45011: "wechat_too_frequent",
    # logging in
    40029: "login_code_invalid",
    41008: "login_code_invalid",
    40163: "login_code_used",
    40226: "wechat_user_blocked",
    # messages to one user
    43101: "push_not_subscribed",
    43108: "wechat_too_frequent",
    45015: "push_window_closed",
    45047: "push_window_closed",
    43004: "push_not_following",
    48002: "push_not_following",
    70000: "push_minor_protected",
    40003: "push_receiver_unknown",
    40036: "push_template_rejected",
    40037: "push_template_rejected",
    43107: "push_template_rejected",
    41030: "push_content_rejected",
    44004: "push_content_rejected",
    45002: "push_content_rejected",
    45008: "push_content_rejected",
    45168: "push_content_rejected",
    47001: "push_content_rejected",
    47003: "push_content_rejected",
    45109: "push_not_permitted",
    48001: "push_not_permitted",
}


def pay_code(error: VendorError) -> str:
    """Find our code for a refusal of WeChat Pay: by number, by what the message says, by code, by HTTP status."""
    bare, by_number = error.code.replace("_", ""), PAY_NUMBERS.get(error.numeric)
    if by_number and error.numeric not in GENERAL_NUMBERS:
        return by_number
    by_phrase = next((ours for phrase, ours in PAY_PHRASES if bare in _VAGUE and phrase in error.message), None)
    return by_phrase or by_number or _BY_BARE_CODE.get(bare) or _by_status(error)


def refuse_payment(error: VendorError) -> XianxueError:
    """Build our error for a refusal of WeChat Pay; raise it `from` the vendor's."""
    return named(pay_code(error), request_id=error.request_id)


def refuse_call(error: VendorError, exceptions: Mapping[int, str] | None = None) -> XianxueError:
    """Build our error for an errcode of api.weixin.qq.com; `exceptions` are the codes this one call means otherwise.

    An errcode nobody knows is a call WeChat did not carry out: push_not_permitted for us to look at.
    """
    number = int(error.code)
    ours = (exceptions or {}).get(number) or API_CODES.get(number, "push_not_permitted")
    return named(ours, errcode=number, request_id=error.request_id)


def request_id_in(errmsg: str) -> str:
    """Find the request id in an errmsg ("…, rid: 66454a60-46a8a44b-5f4417e6"); empty when there is none."""
    found = _RID.search(errmsg)
    return found.group(1) if found else ""


def _by_status(error: VendorError) -> str:
    if error.status == TOO_MANY_REQUESTS:
        return "wechat_too_frequent"
    if error.status >= FIRST_SERVER_ERROR:
        return "wechat_unavailable"
    if not error.code:
        return "wechat_unreadable"
    return "wechat_credentials_rejected" if error.status == UNAUTHORIZED else "wechat_request_rejected"
