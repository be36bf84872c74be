"""What each surface of WeChat answers when it refuses, and what the control plane answers."""

from __future__ import annotations

from typing import Any

# Tail of Request-ID where WeChat publishes a number for the case:
# "支付分排障手册", github.com/wechatpay-apiv3/wechatpay-skills.
_NUMERIC = {
    "PARAM_ERROR": 268435464,
    "INVALID_REQUEST": 271302262,
    "INVALID_ORDER_STATE": 271302262,
    "ORDER_CANCELED": 271302333,
    "ORDER_DONE": 271302262,
    "TRADE_ERROR": 271316574,
    "SIGN_ERROR": 270924332,
    "NO_AUTH": 268503786,
    "ORDER_NOT_EXIST": 271317510,
    "FREQUENCY_LIMITED": 268435472,
}


class WeChatPayError(Exception):
    """A refusal of api.mch.weixin.qq.com: HTTP status, code, message, number, optional detail."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        numeric: int | None = None,
        detail: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.code = code
        self.message = message
        self.numeric = _NUMERIC.get(code, 268435456) if numeric is None else numeric
        self.detail = detail

    def body(self) -> dict[str, Any]:
        """Return the JSON object of the answer.

        Source: "基本规则",
        pay.weixin.qq.com/docs/merchant/development/interface-rules/basic-rules.html
        """
        plain: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.detail is not None:
            plain["detail"] = self.detail
        return plain


def param_error(field: str, issue: str, value: Any = None) -> WeChatPayError:
    """Return the 400 for a body field; ``field`` is a JSON pointer like ``/risk_fund/amount``."""
    value = "" if value is None else value
    detail = {"field": field, "value": value, "issue": issue, "location": "body"}
    return WeChatPayError(400, "PARAM_ERROR", f"参数错误: {field} {issue}", detail=detail)


class ApiError(Exception):
    """A refusal of api.weixin.qq.com: HTTP 200 with ``errcode`` and ``errmsg``."""

    def __init__(self, errcode: int, errmsg: str, *, extra: dict[str, Any] | None = None) -> None:
        super().__init__(f"{errcode} {errmsg}")
        self.errcode = errcode
        self.errmsg = errmsg
        self.extra = extra or {}


class ControlError(Exception):
    """The control plane was asked for something impossible; ``errcode`` defaults to the status."""

    def __init__(self, message: str, *, status: int = 400, errcode: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.errcode = status if errcode is None else errcode
        self.message = message
