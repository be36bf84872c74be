"""Reading a request's fields as WeChat Pay does: length, charset and type, else PARAM_ERROR."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from wechat_simulator import param_words
from wechat_simulator.errors import WeChatPayError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wechat_simulator.surface import Call

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_BASIC_PLANE = "\uffff"
_HUGE = 10**15


class Fields:
    """A JSON object of a request; ``pointer`` says where it stands, for the error's detail.

    Null counts as absent. Text is limited in characters, and to the 1–3-byte part of UTF-8.

    Source: "基本规则", pay.weixin.qq.com/docs/merchant/development/interface-rules/basic-rules.html
    """

    def __init__(self, plain: Mapping[str, Any], pointer: str = "", location: str = "body") -> None:
        self._plain = plain
        self._pointer = pointer
        self._location = location

    @classmethod
    def body(cls, call: Call) -> Fields:
        """Return the fields of a JSON body."""
        return cls(call.json())

    @classmethod
    def query(cls, call: Call) -> Fields:
        """Return the fields of a query string."""
        return cls(call.query, location="query")

    def error(self, name: str, issue: str, numeric: int | None = None) -> WeChatPayError:
        """Return PARAM_ERROR for the field ``name`` that breaks a rule of the business."""
        message = f"参数错误: {self._pointer}/{name} {issue}"
        return self._refusal(name, message, issue, self._plain.get(name), numeric)

    def _worded(self, name: str, message: str, value: Any = None) -> WeChatPayError:
        value = self._plain.get(name) if value is None else value
        return self._refusal(name, message, message.rpartition("，")[2], value)

    def _refusal(
        self, name: str, message: str, issue: str, value: Any, numeric: int | None = None
    ) -> WeChatPayError:
        detail = {
            "field": f"{self._pointer}/{name}",
            "value": "" if value is None else value,
            "issue": issue,
            "location": self._location,
        }
        return WeChatPayError(400, "PARAM_ERROR", message, numeric=numeric, detail=detail)

    def _source(self, name: str) -> str:
        return f"/{self._location}{self._pointer}/{name}"

    def missing(self, name: str) -> WeChatPayError:
        """Return PARAM_ERROR for a required field that is absent."""
        return self._worded(name, param_words.missing(self._source(name)))

    def _unfit(self, name: str, wanted: str) -> WeChatPayError:
        return self._worded(name, param_words.unfit(self._source(name), wanted))

    def _check_text(self, name: str, value: str, limit: int, pattern: str | None) -> None:
        source, unit = self._source(name), "字符数" if not value.isascii() else "字节数"
        if len(value) > limit:
            message = param_words.too_long(source, unit, len(value), limit)
            raise self._worded(name, message, len(value))
        if not value.isascii() and max(value) > _BASIC_PLANE:
            raise self.error(name, "含有不支持的4字节字符")
        if pattern is not None and re.fullmatch(pattern, value) is None:
            raise self._worded(name, param_words.unmatched(source, pattern))

    def has(self, name: str) -> bool:
        """Return whether the field is there and not null."""
        return self._plain.get(name) is not None

    def forbid(self, name: str, why: str) -> None:
        """Refuse the request when the field is there."""
        if self.has(name):
            raise self.error(name, why)

    def maybe_text(self, name: str, limit: int, pattern: str | None = None) -> str | None:
        """Return a text of at most ``limit`` characters, None when absent or empty."""
        value = self._plain.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise self._unfit(name, "字符串")
        self._check_text(name, value, limit, pattern)
        return value

    def text(self, name: str, limit: int, pattern: str | None = None) -> str:
        """Return a required text."""
        value = self.maybe_text(name, limit, pattern)
        if value is None:
            raise self.missing(name)
        return value

    def word(self, name: str, choices: tuple[str, ...]) -> str:
        """Return a required text that is one of ``choices``."""
        value = self.text(name, 64)
        if value not in choices:
            raise self._worded(name, param_words.not_one_of(self._source(name), choices))
        return value

    def maybe_integer(self, name: str, low: int = 0, high: int = _HUGE) -> int | None:
        """Return an integer between ``low`` and ``high``, None when absent."""
        value = self._plain.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._unfit(name, "64 位有符号整数")
        if not low <= value <= high:
            message = param_words.out_of_range(self._source(name), value, low, high)
            raise self._worded(name, message)
        return value

    def integer(self, name: str, low: int = 0, high: int = _HUGE) -> int:
        """Return a required integer."""
        value = self.maybe_integer(name, low, high)
        if value is None:
            raise self.missing(name)
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a boolean."""
        value = self._plain.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self._unfit(name, "布尔值")
        return value

    def maybe_child(self, name: str) -> Fields | None:
        """Return a nested object, None when absent."""
        value = self._plain.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self._unfit(name, "对象")
        return Fields(value, f"{self._pointer}/{name}", self._location)

    def child(self, name: str) -> Fields:
        """Return a required nested object."""
        value = self.maybe_child(name)
        if value is None:
            raise self.missing(name)
        return value

    def texts(self, name: str, most: int, limit: int) -> list[str]:
        """Return a list of at most ``most`` texts; absent counts as empty."""
        value = self._plain.get(name)
        value = [] if value is None else value
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._unfit(name, "字符串数组")
        if len(value) > most:
            message = param_words.wrong_count(self._source(name), len(value), 0, most)
            raise self._worded(name, message, len(value))
        for item in value:
            self._check_text(name, item, limit, None)
        return value

    def children(self, name: str, low: int, high: int) -> list[Fields]:
        """Return a list of objects of ``low`` to ``high`` elements; absent counts as empty."""
        value = self._plain.get(name)
        value = [] if value is None else value
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self._unfit(name, "对象数组")
        if not low <= len(value) <= high:
            message = param_words.wrong_count(self._source(name), len(value), low, high)
            raise self._worded(name, message, len(value))
        pointer = f"{self._pointer}/{name}"
        return [Fields(v, f"{pointer}/{n}", self._location) for n, v in enumerate(value)]

    def maybe_notify_url(self, limit: int = 255) -> str | None:
        """Return ``notify_url``: https (http on loopback only), no query string."""
        value = self.maybe_text("notify_url", limit)
        if value is None:
            return None
        parts = urlsplit(value)
        local = parts.scheme == "http" and parts.hostname in _LOOPBACK
        if not (parts.scheme == "https" or local) or not parts.hostname:
            raise self.error("notify_url", "应为https地址")
        if "?" in value or "#" in value:
            raise self.error("notify_url", "不允许携带参数")
        return value

    def notify_url(self, limit: int = 255) -> str:
        """Return the required ``notify_url``."""
        value = self.maybe_notify_url(limit)
        if value is None:
            raise self.missing("notify_url")
        return value
