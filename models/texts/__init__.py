"""The one message catalogue: every sentence a person reads, Chinese first, English beside it."""

from collections.abc import Mapping

from models.texts import bot, errors, exceptions, facts, push, refusals

_LEARNER = ".learner"

CATALOGUE: Mapping[str, tuple[str, str]] = {
    **{f"refusal.{key}": pair for key, pair in refusals.TEXTS.items()},
    # whoever asked is told the learner's sentence
    **{f"error.{key.removesuffix(_LEARNER)}": pair for key, pair in refusals.TEXTS.items() if key.endswith(_LEARNER)},
    **{f"error.{key}": pair for key, pair in errors.TEXTS.items()},
    **{f"fact.{key}": pair for key, pair in facts.TEXTS.items()},
    **{f"bot.{key}": pair for key, pair in bot.TEXTS.items()},
    **{f"push.{key}": pair for key, pair in push.TEXTS.items()},
    **{f"exception.{key}": pair for key, pair in exceptions.TEXTS.items()},
}


class _Values(dict[str, object]):
    """A value nobody passed is left out rather than turning a sentence into a crash."""

    def __missing__(self, key: str) -> str:
        return ""


def say(key: str, language: str = "zh_CN", **values: object) -> str:
    """Return the catalogue's sentence under `key` ("fact.order_placed") in `language`, with its values filled in.

    A language beginning with "en" gets the English sentence, any other the Chinese one. Raises KeyError for an
    unknown key.
    """
    return _filled(key, language, values)


def say_error(code: str, language: str, detail: Mapping[str, object]) -> str:
    """Return the sentence whoever asked is told for an error; a code without one of its own is told as `internal`."""
    key = f"error.{code}"
    return _filled(key if key in CATALOGUE else "error.internal", language, detail)


def _filled(key: str, language: str, values: Mapping[str, object]) -> str:
    chinese, english = CATALOGUE[key]
    return (english if language.lower().startswith("en") else chinese).format_map(_Values(values))
