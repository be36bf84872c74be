"""The typed fields of a subscribe message: one value that does not fit makes WeChat refuse them all.

A field is named by its type and a number: `thing1`, `amount2`. Source: "发送订阅消息", table of value limits,
developers.weixin.qq.com/miniprogram/dev/server/API/mp-message-management/subscribe-message/api_sendmessage
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from models.refusals import named

MOST_CHINESE_IN_A_NAME = 10
CHINESE = "㐀-䶿一-鿿"


@dataclass(frozen=True)
class Limit:
    """What WeChat takes in a field of one type.

    `allowed` are the characters of a pattern's brackets, `tail` stands for what was cut off. Words lose their tail;
    anything else would say something else when cut.
    """

    most: int | None = None
    allowed: str = ""
    whole: str = ".+"
    are_words: bool = False
    tail: str = ""
    instead_of_nothing: str = "-"

    def kept(self, value: str) -> str:
        """Return what a value may keep of its characters, on one line."""
        line = _one_line(value)
        return re.sub(f"[^{self.allowed}]", "", line).strip() if self.allowed else line


WORDS = Limit(20, are_words=True, tail="…")
LIMITS: Mapping[str, Limit] = {
    "thing": WORDS,
    "name": Limit(20, r"\D", are_words=True, instead_of_nothing="某某"),
    "phrase": Limit(5, CHINESE, are_words=True, instead_of_nothing="无"),
    "number": Limit(32, "0-9.", r"-?[0-9.]+", instead_of_nothing="0"),
    "letter": Limit(32, "A-Za-z", r"[A-Za-z]+", instead_of_nothing="N"),
    "symbol": Limit(5, whole=r"[^\w\s]+"),
    "character_string": Limit(32, "!-~ ", r"[!-~ ]+"),
    "time": Limit(whole=r".*[0-9]{1,2}:[0-9]{2}.*"),
    "date": Limit(whole=r".*[0-9]{1,4}.*"),
    "amount": Limit(whole=r"[^\d\s.-]?[0-9]{1,10}(\.[0-9]+)?元?"),
    "phone_number": Limit(17, r"0-9+()#*\- ", r"[0-9+()#*\- ]+"),
    "car_number": Limit(8),
}


def field_type(field: str) -> str:
    """Return the type of a field: `thing1` is a `thing`."""
    return field.rstrip("0123456789")


def fit(field: str, value: str) -> str:
    """Make one value fit its field. Amounts and times pass as they are: cut, they would say something else."""
    limit = _limit(field)
    kept = limit.kept(value)
    most = _most(limit, field, kept)
    if most is not None and len(kept) > most:
        kept = kept[: most - len(limit.tail)] + limit.tail
    return kept or limit.instead_of_nothing


def sendable(field: str, value: str) -> str:
    """Take the last look before a value leaves; raises Declined push_content_rejected for one that cannot be sent."""
    limit, line = _limit(field), _one_line(value)
    most = _most(limit, field, line)
    sent = line[:most] if limit.are_words else line
    if not re.fullmatch(limit.whole, sent) or (most is not None and len(sent) > most):
        raise named("push_content_rejected", field=field)
    return sent


def _limit(field: str) -> Limit:
    return LIMITS.get(field_type(field), WORDS)


def _most(limit: Limit, field: str, value: str) -> int | None:
    if field_type(field) == "name" and re.search(f"[{CHINESE}]", value):
        return MOST_CHINESE_IN_A_NAME
    return limit.most


def _one_line(value: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in value).split())
