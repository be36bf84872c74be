"""Reading what people type: the same intent in many spellings."""

from unicodedata import normalize

AROUND = "。.!,、~“”\"'「」 "
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_UNITS = {"十": 10, "百": 100}


def normal(text: str) -> str:
    """Fold full-width signs, case and spaces, and drop the punctuation around it: `确认第３节。` is `确认第3节`."""
    return " ".join(normalize("NFKC", text).casefold().split()).strip(AROUND)


def number(text: str) -> int | None:
    """Read 7, 07, 七, 十二 or 二十三; None for anything else."""
    if text.isascii():
        return int(text) if text.isdigit() else None
    total, digit = 0, 0
    for char in text:
        if char in _UNITS:
            total, digit = total + (digit or 1) * _UNITS[char], 0
        elif char in _DIGITS and not digit:
            digit = _DIGITS[char]
        else:
            return None
    return total + digit


def looks_english(text: str) -> bool:
    """Whether somebody we do not know wrote in English."""
    return text.isascii() and any(char.isalpha() for char in text)
