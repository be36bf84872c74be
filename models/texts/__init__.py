"""The one message catalogue: every sentence a person reads, Chinese first, English beside it."""

from collections.abc import Mapping
from string import Formatter

from models.texts import bot, errors, facts, push

CATALOGUE: Mapping[str, tuple[str, str]] = {
    **{f"error.{key}": pair for key, pair in errors.TEXTS.items()},
    **{f"fact.{key}": pair for key, pair in facts.TEXTS.items()},
    **{f"bot.{key}": pair for key, pair in bot.TEXTS.items()},
    **{f"push.{key}": pair for key, pair in push.TEXTS.items()},
}


class _Lenient(Formatter):
    """A value nobody passed is left out rather than turning a sentence into a crash."""

    def get_value(self, key: int | str, args: object, kwargs: Mapping[str, object]) -> object:  # type: ignore[override]
        return kwargs.get(str(key), "")


def say(key: str, language: str = "zh_CN", **values: object) -> str:
    """Give the catalogue's sentence under `key` ("error.course_closed") in `language`, with its values filled in.

    A language beginning with "en" gets the English sentence, any other the Chinese one. Raises KeyError for an unknown key.
    """
    chinese, english = CATALOGUE[key]
    return _Lenient().vformat(english if language.lower().startswith("en") else chinese, (), values)
