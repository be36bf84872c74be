"""Keeps one mongod exactly as long as its owner lives. Run as a program of its own, with the standard library only.

    owner ──(stdin: a pipe nobody writes to)──▶ guard ──(PR_SET_PDEATHSIG on Linux)──▶ mongod

However the owner ends, kill -9 included, the kernel closes its end of the pipe; the guard reads end-of-file and
lets mongod shut down cleanly. If the guard itself is killed, Linux sends mongod SIGTERM. The owner does not set
the death signal itself: the kernel ties it to the *thread* that forked (prctl(2), PR_SET_PDEATHSIG), and running
Python between fork and exec is unsafe in a process with threads. The guard has one thread, so here both are sound.

Usage: python -I -S guard.py MONGOD ARGUMENT…   Exits with mongod's code (128 + n when signal n ended it).
"""

import ctypes
import os
import select
import signal
import subprocess
import sys

PR_SET_PDEATHSIG = 1
"""From linux/prctl.h."""

GRACE_S = 30.0
"""How long mongod may take to shut down; its journal keeps everything even if it must then be killed."""

PARENT_CHECK_S = 1.0
"""How often to look whether the owner is gone although a copy of its pipe lives on in a process it forked."""


def main(command: list[str]) -> int:
    """Run mongod until it ends, the owner ends, or we are told to stop."""
    owner = os.getppid()
    signals = _signals_as_bytes()
    try:
        mongod = subprocess.Popen(  # noqa: S603 - the command is the owner's own
            command,
            stdin=subprocess.DEVNULL,
            close_fds=False,  # the owner's lock on the data directory lives as long as mongod does
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one thread only
        )
    except OSError as problem:
        sys.stderr.write(f"{problem}\n")
        return 127
    while mongod.poll() is None and os.getppid() == owner:
        readable, _, _ = select.select([0, signals], [], [], PARENT_CHECK_S)
        if 0 in readable or (signals in readable and set(os.read(signals, 64)) - {signal.SIGCHLD}):
            break
    return _stop(mongod)


def _signals_as_bytes() -> int:
    """Turn the end of mongod and requests to stop into bytes on a pipe, so that one select waits for everything."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    return reading


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _stop(mongod: subprocess.Popen[bytes]) -> int:
    if mongod.poll() is None:
        mongod.terminate()
    try:
        code = mongod.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        mongod.kill()
        code = mongod.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
