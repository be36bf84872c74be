"""One plain line a fact: who did what, about how much money, and what happens next."""

TEXTS: dict[str, tuple[str, str]] = {}
