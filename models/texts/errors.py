"""What a named refusal tells the person who asked: what happened, and what to do next."""

TEXTS: dict[str, tuple[str, str]] = {
    "internal": (
        "系统出了点问题，我们已记录，请稍后再试。",
        "Something broke on our side and was recorded. Please try again later.",
    ),
}
