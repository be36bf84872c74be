"""What is pushed to a learner: each value must fit the type of its subscribe-message field."""

TEXTS: dict[str, tuple[str, str]] = {}
