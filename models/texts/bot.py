"""What the Official Account's bot says."""

TEXTS: dict[str, tuple[str, str]] = {}
