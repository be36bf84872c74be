"""Log lines a machine can search: JSON with an action, ids as fields, and no secret."""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

SECRET = re.compile(
    r"((?:access_token|secret|js_code|key|token|signature|paySign|Authorization)[\"']?\s*[=:]\s*[\"']?(?:Bearer )?)"
    r"[^\s&\"',}]+",
    re.IGNORECASE,
)

OPENID = re.compile(r"(?<![\w-])o[\w-]{27}(?![\w-])", re.ASCII)
"""An openid or unionid: 28 characters, the first an o."""


def set_up_logs(level: str, form: str) -> None:
    """Send every log line, ours and the libraries', to stderr in one form."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_secrets,
    ]
    last: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if form == "console":
        last = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                last,
            ],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    # a tick that finds the one before still at work is skipped on purpose, and not worth a line
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def without_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Blot out what looks like a credential or an openid in any text, exception texts included (URLs carry tokens).

    Numbers of ours (orders, charges, learners) stay: they lead nowhere without a log-in. An openid stands for a person.
    """
    return {key: _blotted(value) for key, value in event.items()}


def _blotted(value: Any) -> Any:  # noqa: ANN401 - whatever a log line carries
    if isinstance(value, str):
        return OPENID.sub("o***", SECRET.sub(r"\1***", value))
    if isinstance(value, Mapping):
        return {key: _blotted(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_blotted(each) for each in value]
    return value
