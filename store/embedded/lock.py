"""One owner a data directory, told by locks the kernel drops with the processes that hold them.

`owner.lock` is held by the owner alone and says who it is and under which address the database answers; it is free
the instant the owner is dead. `mongod.keep` is held by owner, guard and mongod together; it is free when the last of
them is gone, so whoever gets both has the directory to itself.
"""

import os
import sys
from contextlib import suppress
from json import JSONDecodeError, dumps, loads
from pathlib import Path
from time import monotonic, sleep

from store.embedded.problem import EmbeddedMongoError

if sys.platform != "win32":
    import fcntl

OWNER_LOCK = "owner.lock"
KEEP_LOCK = "mongod.keep"

LEAVING_S = 3.0
"""How long to wait for an owner that still lives: it may be on its way out."""

LEFT_BEHIND_S = 40.0
"""How long to wait for the mongod of a dead owner: it is shutting down."""

STARTING_S = 15.0
"""How long to wait for an owner that has no address yet, or no longer."""

LOOK_EVERY_S = 0.05


class DirectoryLock:
    """Our hold on a directory."""

    def __init__(self, directory: Path) -> None:
        """Take it; raises EmbeddedMongoError when another process has it, OSError when it cannot be used."""
        self._owner = _open(directory / OWNER_LOCK)
        self.keep = _open(directory / KEEP_LOCK)
        try:
            self._wait_for_both(directory)
        except BaseException:
            self.release()
            raise

    def announce(self, uri: str) -> None:
        """Write who holds the directory, and under which address the database answers (none: "")."""
        text = dumps({"pid": os.getpid(), "uri": uri}).encode()
        os.ftruncate(self._owner, 0)
        os.pwrite(self._owner, text, 0)

    def release(self) -> None:
        """Let go."""
        os.close(self.keep)
        os.close(self._owner)

    def _wait_for_both(self, directory: Path) -> None:
        if not _lock_within(self._owner, LEAVING_S):
            raise EmbeddedMongoError(_in_use_sentence(directory))
        self.announce("")
        if not _lock_within(self.keep, LEFT_BEHIND_S):
            message = f"The embedded MongoDB in {directory} is still shutting down: end its mongod, or wait."
            raise EmbeddedMongoError(message)


def running_uri(directory: Path, *, patience_s: float = STARTING_S) -> str | None:
    """Return the address of the embedded MongoDB some process runs on this directory, None when none does.

    Waits (blocking) for one that is just starting or stopping. Who joins a database this way loses it when its owner
    ends.
    """
    deadline = monotonic() + patience_s
    while not _is_free(directory / OWNER_LOCK):
        if uri := _read_holder(directory).get("uri"):
            return str(uri)
        if monotonic() > deadline:
            return None
        sleep(LOOK_EVERY_S)
    return None


def still_runs(directory: Path, uri: str) -> bool:
    """Say whether the process that runs the embedded MongoDB at this address still does."""
    return not _is_free(directory / OWNER_LOCK) and _read_holder(directory).get("uri") == uri


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _lock_within(descriptor: int, patience_s: float) -> bool:
    deadline = monotonic() + patience_s
    while not _try_lock(descriptor):
        if monotonic() > deadline:
            return False
        sleep(LOOK_EVERY_S)
    return True


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_free(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        return _try_lock(descriptor)
    finally:
        os.close(descriptor)


def _read_holder(directory: Path) -> dict[str, object]:
    with suppress(OSError, JSONDecodeError):
        holder = loads((directory / OWNER_LOCK).read_text())
        if isinstance(holder, dict):
            return holder
    return {}


def _in_use_sentence(directory: Path) -> str:
    holder = _read_holder(directory)
    advice = f"stop it, or set mongo.uri to {holder['uri']}" if holder.get("uri") else "stop it first"
    return f"The embedded MongoDB in {directory} is in use by process {holder.get('pid', 'unknown')}: {advice}."
