"""The last look at a subscribe message before it leaves: one field that does not fit and WeChat refuses it all.

The type of a field is its name without the digits (`thing3`). Source: "发送订阅消息", table of value limits,
developers.weixin.qq.com/miniprogram/dev/server/API/mp-message-management/subscribe-message/api_sendmessage
"""

import re
from collections.abc import Mapping

from models.refusals import named

CLIPPED_LENGTHS: Mapping[str, int] = {"thing": 20, "name": 20, "phrase": 5}
"""Free text loses its tail rather than the whole message its way."""

CHINESE_NAME_LENGTH = 10

PATTERNS: Mapping[str, re.Pattern[str]] = {
    "number": re.compile(r"-?[0-9.]{1,32}"),
    "letter": re.compile(r"[A-Za-z]{1,32}"),
    "symbol": re.compile(r"[^\w\s]{1,5}"),
    "character_string": re.compile(r"[!-~ ]{1,32}"),
    "time": re.compile(r".*[0-9]{1,2}:[0-9]{2}.*"),
    "date": re.compile(r".*[0-9]{1,4}.*"),
    "amount": re.compile(r"[^\d\s.-]?[0-9]{1,10}(\.[0-9]+)?元?"),
    "phone_number": re.compile(r"[0-9+()#*\- ]{1,17}"),
    "car_number": re.compile(r".{1,8}"),
}


def message_data(values: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Write the fields as WeChat wants them; raises Declined push_content_rejected naming one that cannot be sent."""
    return {name: {"value": _fitting(name, value)} for name, value in values.items()}


def _fitting(name: str, value: str) -> str:
    kind = name.rstrip("0123456789")
    clean = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    fitted = clean[: _length(kind, clean)]
    pattern = PATTERNS.get(kind)
    if not fitted or (pattern and not pattern.fullmatch(fitted)):
        raise named("push_content_rejected", field=name)
    return fitted


def _length(kind: str, value: str) -> int | None:
    if kind == "name" and not value.isascii():
        return CHINESE_NAME_LENGTH
    return CLIPPED_LENGTHS.get(kind)
