"""Why the embedded mongod cannot run, told in one sentence a person can act on."""

import re
from json import JSONDecodeError, loads

OWN_MONGODB = "or set mongo.uri to the address of a MongoDB of your own"

PORT_TAKEN_EXIT = 48
"""mongod's exit code when its port cannot be bound (mongod exit codes, ExitCode::netError)."""

_LIBRARY = re.compile(r"error while loading shared libraries: (\S+?):")
_SIGILL_EXIT = 128 + 4


class EmbeddedMongoError(Exception):
    """The embedded MongoDB cannot be used here; the message is one sentence saying why and what helps."""


def exit_sentence(code: int, log: str, log_path: str) -> str:
    """Explain why mongod stopped, from its exit code and what it wrote."""
    if library := _LIBRARY.search(log):
        return (
            f"The embedded MongoDB needs {library[1]}, which this system lacks: install it"
            f" (libcurl.so.4 is libcurl4 on Debian and Ubuntu, libcurl on Fedora), {OWN_MONGODB}."
        )
    if "GLIBC_" in log or "GLIBCXX_" in log:
        return f"The embedded MongoDB needs a newer C library than this system has: use a newer system, {OWN_MONGODB}."
    if code == _SIGILL_EXIT:
        return f"The embedded MongoDB needs a processor with AVX (or ARMv8.2-A): use another machine, {OWN_MONGODB}."
    said = _last_complaint(log) or "no reason given"
    return f"The embedded MongoDB ended with exit code {code} ({said}); its log is {log_path}."


def _last_complaint(log: str) -> str:
    """Return the last error or fatal line of mongod's JSON log, or its last plain line."""
    plain, complaint = "", ""
    for line in log.splitlines():
        try:
            entry = loads(line)
        except JSONDecodeError:
            plain = line.strip() or plain
            continue
        if entry.get("s") in {"E", "F"}:
            complaint = _in_short(entry)
    return complaint or plain


def _in_short(entry: dict[str, object]) -> str:
    attributes = entry.get("attr")
    detail = attributes.get("error") or attributes.get("reason") if isinstance(attributes, dict) else None
    return f"{entry.get('msg')}: {detail}" if detail else str(entry.get("msg"))
