"""The one catalogue, and what is said when it has no sentence."""

import pytest

from models.texts import CATALOGUE, say, say_error


@pytest.mark.parametrize(("language", "place"), [("zh_CN", 0), ("en", 1), ("EN_us", 1), ("fr", 0), ("", 0)])
def test_the_language_decides_and_chinese_is_for_everybody_else(language: str, place: int) -> None:
    assert say("bot.sorry", language) == CATALOGUE["bot.sorry"][place]


def test_an_error_is_told_in_its_own_words_with_its_values() -> None:
    assert say_error("lesson_not_taught", "en", {"lesson": 3}) == say("error.lesson_not_taught", "en", lesson=3)


def test_an_error_without_a_sentence_of_its_own_is_told_as_a_fault_of_ours() -> None:
    assert say_error("never_heard_of", "zh_CN", {}) == CATALOGUE["error.internal"][0]


def test_a_detail_may_bear_any_name_and_a_missing_one_is_left_out() -> None:
    assert say_error("lesson_not_taught", "en", {"key": 1, "language": "x", "code": 2})


def test_an_unknown_sentence_is_a_fault_of_the_caller() -> None:
    with pytest.raises(KeyError):
        say("bot.never_heard_of")
