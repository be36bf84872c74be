"""One run of mongod on a data directory and a port, behind its guard."""

import socket
import subprocess
import sys
from pathlib import Path
from threading import Event
from time import monotonic

from store.embedded import guard as guard_program
from store.embedded import replica_set
from store.embedded.problem import PORT_TAKEN_EXIT, EmbeddedMongoError, exit_sentence

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

LOOK_EVERY_S = 0.01


class PortTakenError(Exception):
    """Somebody else bound the port between our choosing it and mongod's binding it."""


class Mongod:
    """A mongod that was started; `become_primary` waits until it takes writes, `wait` until it is gone."""

    def __init__(self, binary: Path, directory: Path, port: int, *, keep: int, leaving: Event) -> None:
        """Start it, holding the lock `keep`, in a session of its own, so that Ctrl-C reaches its owner alone."""
        self.port = port
        self._data = directory / "data"
        self._log = directory / "mongod.log"
        self._leaving = leaving
        if self._log.exists():
            self._log.replace(self._log.with_suffix(".log.1"))
        guard = [sys.executable, "-I", "-S", str(Path(guard_program.__file__))]
        mongod = [str(binary), f"--dbpath={self._data}", f"--port={port}", *SETTINGS]
        with self._log.open("wb") as output:
            self._guard = subprocess.Popen(  # noqa: S603 - our own program with our own arguments
                [*guard, *mongod],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(keep,),
                start_new_session=True,
            )

    def become_primary(self, within_s: float) -> None:
        """Wait until it takes writes; raises PortTakenError, or EmbeddedMongoError when it died or we are to stop."""
        deadline = monotonic() + within_s

        def pause() -> None:
            self._pause()
            if monotonic() > deadline:
                message = f"The embedded MongoDB was not ready within {within_s:g} s; see {self._log}."
                raise EmbeddedMongoError(message)

        while not _accepts(self.port):
            pause()
        if not replica_set.serves(self.port, self._data):
            raise PortTakenError
        replica_set.become_primary(self.port, pause)

    def wait(self) -> int:
        """Wait until it has ended; gives its exit code."""
        return self._guard.wait()

    def why_it_ended(self) -> str:
        """Say why it ended, from its exit code and what it wrote."""
        return exit_sentence(self.wait(), self._log.read_text(errors="replace"), str(self._log))

    def stop(self) -> None:
        """Let it shut down cleanly and wait for it; its data stays."""
        if self._guard.stdin is not None:
            self._guard.stdin.close()
        self._guard.wait()

    def _pause(self) -> None:
        code = self._guard.poll()
        if code == PORT_TAKEN_EXIT:
            raise PortTakenError
        if code is not None:
            raise EmbeddedMongoError(self.why_it_ended())
        if self._leaving.wait(LOOK_EVERY_S):
            message = "The embedded MongoDB was told to stop while it was starting."
            raise EmbeddedMongoError(message)


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
    except OSError:
        return False
    return True
