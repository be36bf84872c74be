"""What parents read is Chinese in Chinese, and names no code of ours."""

import re
from collections.abc import Callable

import pytest

from models.order import Order
from models.texts import CATALOGUE
from services.timeline import describe
from tests.fakes.histories import HISTORIES

FOR_LEARNERS = ("fact.", "bot.", "push.")
VALUE = re.compile(r"\{\w+\}")
NUMBER = re.compile(r"[A-Z0-9]{10,}(-\w+)?|42-\S+")
"""Our order and receipt numbers, and WeChat's transactions: written as they are."""

ENGLISH = re.compile(r"[A-Za-z_]{2,}")


@pytest.mark.parametrize("key", [key for key in CATALOGUE if key.startswith(FOR_LEARNERS)])
def test_no_chinese_sentence_has_english_in_it(key: str) -> None:
    chinese, _ = CATALOGUE[key]
    assert not ENGLISH.findall(VALUE.sub("", chinese))


@pytest.mark.parametrize("history", HISTORIES)
def test_no_line_of_a_timeline_shows_a_code(history: Callable[[], Order]) -> None:
    for fact in history().facts:
        line = NUMBER.sub("", describe(fact, "zh_CN"))
        assert not ENGLISH.findall(line), line
        assert "{" not in line
        assert "None" not in line
