"""Fitting values to the typed fields of a subscribe message: one that does not fit makes WeChat refuse them all.

Source: "订阅消息参数值内容限制说明", https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
A field is named by its type and a number: `thing1`, `amount2`.
"""

import re
from collections.abc import Callable
from unicodedata import category

ELLIPSIS = "…"
MOST_NAME, MOST_NAME_WITH_CHINESE = 20, 10
_CHINESE = re.compile("[㐀-䶿一-鿿]")


def field_type(field: str) -> str:
    """Return the type of a field: `thing1` is a `thing`."""
    return field.rstrip("0123456789")


def fit(field: str, value: str) -> str:
    """Make one value fit its field. Amounts and times pass as they are: cut, they would say something else."""
    kind = field_type(field)
    clean = " ".join("".join(" " if category(char) == "Cc" else char for char in value).split())
    return _FITTERS.get(kind, _clipped(MOST_NAME))(clean) or _EMPTY.get(kind, "-")


def _clipped(longest: int) -> Callable[[str], str]:
    def clip(value: str) -> str:
        return value if len(value) <= longest else value[: longest - 1] + ELLIPSIS

    return clip


def _only(allowed: str, longest: int) -> Callable[[str], str]:
    others = re.compile(f"[^{allowed}]")
    return lambda value: others.sub("", value).strip()[:longest]


def _name(value: str) -> str:
    letters = "".join(char for char in value if not char.isdigit())
    return letters[: MOST_NAME_WITH_CHINESE if _CHINESE.search(letters) else MOST_NAME]


def _as_it_is(value: str) -> str:
    return value


_FITTERS: dict[str, Callable[[str], str]] = {
    "thing": _clipped(20),
    "number": _only("0-9.", 32),
    "letter": _only("A-Za-z", 32),
    "character_string": _only("!-~", 32),
    "time": _as_it_is,
    "date": _as_it_is,
    "amount": _as_it_is,
    "phone_number": _only("0-9+() -", 17),
    "name": _name,
    "phrase": _only("㐀-䶿一-鿿", 5),
}

_EMPTY = {"number": "0", "letter": "N", "phrase": "无", "name": "某某"}
"""An empty value is refused too."""
