"""Which values the fields of a subscribe message take; a field's prefix is its type.

Source: the table "订阅消息参数值内容限制说明" of …/subscribe-message/api_sendmessage. Where the
page is silent the stricter reading is taken, so that nothing passes here that WeChat would refuse.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

_FIELD = re.compile(r"([a-z]+(?:_[a-z]+)*)[0-9]+")
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"

# most characters of a value, for the types whose rule is not one pattern
_LONGEST = {
    "thing": 20,
    "number": 32,
    "symbol": 5,
    "car_number": 8,
    "name": 20,
    "name with Chinese": 10,
}
_POINTS_OF_A_PERIOD = 2

_CLOCK = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?"
_YEAR, _MONTH, _DAY = r"[0-9]{4}", r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12][0-9]|3[01])"
_DATE = (
    rf"(?:{_YEAR}年{_MONTH}月{_DAY}日|{_YEAR}年{_MONTH}月|{_MONTH}月{_DAY}日"
    rf"|{_YEAR}(?P<s>[-/.]){_MONTH}(?P=s){_DAY}|{_YEAR}[-/.]{_MONTH}|{_MONTH}[-/.]{_DAY})"
)
_TIME_POINT = re.compile(rf"(?:{_DATE} ?)?{_CLOCK}")
_DATE_POINT = re.compile(rf"{_DATE}(?: ?{_CLOCK})?")
_FULL_DATE = re.compile(rf"({_YEAR})[年\-/.]({_MONTH})[月\-/.]({_DAY})(?![0-9])")


def field_type(field: str) -> str | None:
    """`thing3` → `thing`; None for a name that is no field of a template."""
    match = _FIELD.fullmatch(field)
    return match[1] if match and match[1] in _RULES else None


def is_value(field: str, value: str, enums: Mapping[str, Sequence[str]] | None = None) -> bool:
    """Whether the value may stand in the field; `enums` lists the words of enum fields."""
    kind = field_type(field)
    if kind is None or not value or any(unicodedata.category(char) == "Cc" for char in value):
        return False
    if kind in {"enum", "const"}:
        return value in (enums or {}).get(field, ())
    return _RULES[kind](value)


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def _is_number(value: str) -> bool:
    return (
        len(value) <= _LONGEST["number"] and re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", value) is not None
    )


def _is_car_number(value: str) -> bool:
    plate = re.fullmatch(rf"[{_HAN}]?[A-Za-z0-9]+[{_HAN}]?", value)
    return len(value) <= _LONGEST["car_number"] and plate is not None


def _is_symbol(value: str) -> bool:
    """Symbols are what is neither Chinese, letter, digit nor space."""
    return len(value) <= _LONGEST["symbol"] and all(
        unicodedata.category(char)[0] in "PS" for char in value
    )


def _is_amount(value: str) -> bool:
    """At most one currency sign, up to ten digits, decimals, and 元 at the end if wanted."""
    number = value[1:] if unicodedata.category(value[0]) == "Sc" else value
    return re.fullmatch(r"[0-9]{1,10}(?:\.[0-9]+)?元?", number) is not None


def _is_name(value: str) -> bool:
    """Twenty letters or symbols, ten in all once one of them is Chinese; digits are neither."""
    if any(char.isdigit() for char in value):
        return False
    has_han = re.search(f"[{_HAN}]", value) is not None
    return len(value) <= _LONGEST["name with Chinese" if has_han else "name"]


def _is_period(point: re.Pattern[str]) -> Callable[[str], bool]:
    """One point, or two joined by `~`; a full date must exist in the calendar."""

    def check(value: str) -> bool:
        parts = [part.strip(" ") for part in value.split("~")]
        return len(parts) <= _POINTS_OF_A_PERIOD and all(
            point.fullmatch(part) and _exists(part) for part in parts
        )

    return check


def _exists(point: str) -> bool:
    match = _FULL_DATE.match(point)
    if match is None:
        return True
    year, month, day = (int(group) for group in match.groups())
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return day <= (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


_RULES: dict[str, Callable[[str], bool]] = {
    "thing": lambda value: len(value) <= _LONGEST["thing"],
    "number": _is_number,
    "letter": _matches(r"[A-Za-z]{1,32}"),
    "symbol": _is_symbol,
    "character_string": _matches(r"[!-~]{1,32}"),
    "time": _is_period(_TIME_POINT),
    "date": _is_period(_DATE_POINT),
    "amount": _is_amount,
    "phone_number": _matches(r"[0-9+\-() ]{1,17}"),
    "car_number": _is_car_number,
    "name": _is_name,
    "phrase": _matches(f"[{_HAN}]{{1,5}}"),
    "enum": bool,
    "const": bool,
}
