"""Lists come in pages: what is on one, and where the next begins."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list; `next` is the cursor of the following one, empty at the end."""

    items: list[T]
    next: str


def page_of(found: list[T], limit: int, key: Callable[[T], str]) -> Page[T]:
    """Make a page of what a store found for it: one that is not full is the last."""
    return Page(found, key(found[-1]) if len(found) == limit else "")
