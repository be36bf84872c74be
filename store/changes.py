"""What has to be written so that a stored document becomes the one in hand: only the paths that changed.

The two are dumps of one model, so mappings have the fields of their model; why this is safe is told in
docs/decisions/0011.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard

from store.mongo import Document


def changed_paths(before: Mapping[str, Any], after: Mapping[str, Any]) -> Document:
    """Return dotted path to new value for every place where `after` differs, no path inside another."""
    return {path: value for key in after for path, value in _differences(key, before.get(key, _NOTHING), after[key])}


_NOTHING = object()


def _differences(path: str, before: object, after: object) -> Iterator[tuple[str, Any]]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict) and _has_the_same_plain_keys(before, after):
        for key in after:
            yield from _differences(f"{path}.{key}", before[key], after[key])
    elif _is_list(before) and _is_list(after) and 0 < len(before) <= len(after):
        for index, value in enumerate(after):
            was = before[index] if index < len(before) else _NOTHING
            yield from _differences(f"{path}.{index}", was, value)
    else:
        yield path, after


def _has_the_same_plain_keys(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether every key can be a step of a path; a mapping that gained, lost or oddly named one is written whole."""
    return before.keys() == after.keys() and all(key and "." not in key and key[0] != "$" for key in after)


def _is_list(value: object) -> TypeGuard[Sequence[Any]]:
    """Whether this is stored as an array. One that was empty is written whole: a document may not have it yet."""
    return isinstance(value, list | tuple)
