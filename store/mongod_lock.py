"""One owner a data directory: a lock the kernel drops when the owner, its guard and its mongod are all gone."""

import os
import sys
from contextlib import suppress
from json import JSONDecodeError, dumps, loads
from pathlib import Path
from time import monotonic, sleep

from store.mongod_problem import EmbeddedMongoError

if sys.platform != "win32":
    import fcntl

LOCK_NAME = "owner.lock"

LEAVING_S = 3.0
"""How long to wait for an owner that still lives: it may be on its way out."""

LEFT_BEHIND_S = 40.0
"""How long to wait for the mongod of a dead owner: it is shutting down."""


def take_lock(directory: Path) -> int:
    """Lock the directory and give the descriptor that holds the lock; pass it on to whoever must keep it too.

    Raises EmbeddedMongoError when another process keeps it.
    """
    descriptor = os.open(directory / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    began = monotonic()
    while not _try_lock(descriptor):
        holder = _read_holder(directory)
        patience_s = LEAVING_S if _is_alive(holder.get("pid")) else LEFT_BEHIND_S
        if monotonic() - began > patience_s:
            os.close(descriptor)
            raise EmbeddedMongoError(_in_use_sentence(directory, holder))
        sleep(0.05)
    write_holder(descriptor, uri="")
    return descriptor


def write_holder(descriptor: int, uri: str) -> None:
    """Write who holds the lock, and under which address the database can be reached."""
    text = dumps({"pid": os.getpid(), "uri": uri}).encode()
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text, 0)


def running_uri(directory: Path) -> str | None:
    """Give the address of the embedded MongoDB some other process runs on this directory, None when none does."""
    with suppress(FileNotFoundError):
        descriptor = os.open(directory / LOCK_NAME, os.O_RDWR)
        try:
            return None if _try_lock(descriptor) else str(_read_holder(directory).get("uri", "")) or None
        finally:
            os.close(descriptor)
    return None


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read_holder(directory: Path) -> dict[str, object]:
    with suppress(OSError, JSONDecodeError):
        holder = loads((directory / LOCK_NAME).read_text())
        if isinstance(holder, dict):
            return holder
    return {}


def _is_alive(pid: object) -> bool:
    if not isinstance(pid, int):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _in_use_sentence(directory: Path, holder: dict[str, object]) -> str:
    advice = f"stop it, or set mongo.uri to {holder['uri']}" if holder.get("uri") else "stop it first"
    return f"The embedded MongoDB in {directory} is in use by process {holder.get('pid', 'unknown')}: {advice}."
