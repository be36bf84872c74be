import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from urllib.parse import urlsplit

import pytest
from pymongo import MongoClient
from pymongo.errors import AutoReconnect

from store.embedded.lock import DirectoryLock
from store.embedded.mongo import EmbeddedMongo, EmbeddedMongoError, free_port, running_uri

ROOT = Path(__file__).parents[2]


def write(uri: str, value: str) -> None:
    with MongoClient[dict[str, str]](uri, w="majority") as client:
        client["kept"]["things"].insert_one({"_id": value})


def read(uri: str) -> list[str]:
    with MongoClient[dict[str, str]](uri) as client:
        return sorted(thing["_id"] for thing in client["kept"]["things"].find())


def holds(uri: str, values: list[str]) -> bool:
    """Whether the database answers, with these values in it."""
    try:
        return read(uri) == values
    except AutoReconnect:
        return False


def mongod_pid(directory: Path) -> int:
    return int((directory / "data" / "mongod.lock").read_text())


def parent_of(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("PPid:"))


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def eventually(is_so: Callable[[], bool], timeout_s: float = 30.0) -> bool:
    deadline = monotonic() + timeout_s
    while not is_so() and monotonic() < deadline:
        sleep(0.02)
    return is_so()


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a directory that is removed at once: a database takes a hundred megabytes."""
    with TemporaryDirectory(prefix="xianxue-mongo-") as name:
        yield Path(name)
        DirectoryLock(Path(name)).release()  # waits for whatever still runs in there


@pytest.fixture
def owner(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Return a process of its own session that owns an embedded MongoDB, and the address it printed."""
    program = [sys.executable, "-m", "tests.store.owner_program", str(folder)]
    with subprocess.Popen(  # noqa: S603 - our own program
        program, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
        process.kill()
        process.wait()


def test_it_is_a_replica_set_with_transactions_and_keeps_its_data(folder: Path) -> None:
    with EmbeddedMongo(folder) as uri, MongoClient[dict[str, str]](uri) as client:
        write(uri, "first")
        with client.start_session() as session, session.start_transaction():
            client["kept"]["things"].insert_one({"_id": "second"}, session=session)
        assert running_uri(folder) == uri
    assert running_uri(folder) is None
    with EmbeddedMongo(folder) as uri:
        assert read(uri) == ["first", "second"]


async def test_it_opens_and_closes_without_blocking_the_loop(folder: Path) -> None:
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.01)
            beats += 1

    heart = asyncio.create_task(beat())
    async with EmbeddedMongo(folder):
        pid = mongod_pid(folder)
    heart.cancel()
    assert beats > 5
    assert gone(pid)


async def test_giving_up_while_it_starts_leaves_nothing_running(folder: Path) -> None:
    async def own() -> None:
        async with EmbeddedMongo(folder):
            await asyncio.sleep(60)

    owning = asyncio.create_task(own())
    assert await asyncio.to_thread(eventually, (folder / "mongod.log").exists)
    owning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await owning
    async with EmbeddedMongo(folder) as uri:
        assert read(uri) == []


def test_a_killed_owner_takes_mongod_along_and_the_next_finds_the_data(
    owner: tuple[subprocess.Popen[str], str], folder: Path
) -> None:
    process, uri = owner
    write(uri, "kept")
    mongod = mongod_pid(folder)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    with EmbeddedMongo(folder) as again:
        assert gone(mongod)
        assert read(again) == ["kept"]


def test_a_killed_owner_is_nobody_to_join_though_its_mongod_still_ends(
    owner: tuple[subprocess.Popen[str], str], folder: Path
) -> None:
    process, uri = owner
    assert running_uri(folder) == uri
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, but its parent has not asked yet
    assert running_uri(folder) is None


def test_an_owner_that_is_just_starting_is_waited_for(folder: Path) -> None:
    program = [sys.executable, "-m", "tests.store.owner_program", str(folder)]
    with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        assert process.stdout is not None
        assert eventually((folder / "owner.lock").exists)
        assert running_uri(folder) == process.stdout.readline().strip()
        process.kill()
    assert running_uri(folder) is None


@pytest.mark.skipif(sys.platform != "linux", reason="the death signal is Linux's")
@pytest.mark.usefixtures("owner")
def test_a_killed_guard_takes_mongod_along(folder: Path) -> None:
    mongod = mongod_pid(folder)
    os.kill(parent_of(mongod), signal.SIGKILL)
    assert eventually(lambda: gone(mongod))


def test_a_killed_mongod_leaves_a_stale_lock_that_does_not_matter(folder: Path) -> None:
    with EmbeddedMongo(folder, restarts=0) as uri:
        write(uri, "kept")
        mongod = mongod_pid(folder)
        os.kill(mongod, signal.SIGKILL)
        assert eventually(lambda: gone(mongod))
    assert mongod_pid(folder) == mongod
    with EmbeddedMongo(folder) as uri:
        assert read(uri) == ["kept"]


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: gone(pid))


def test_a_mongod_that_dies_is_started_again_where_it_was_with_its_data(folder: Path) -> None:
    with EmbeddedMongo(folder) as uri:
        for values in (["a"], ["a", "b"]):
            write(uri, values[-1])
            mongod = mongod_pid(folder)
            kill(mongod)
            assert eventually(partial(holds, uri, values))
            assert mongod_pid(folder) != mongod
            assert running_uri(folder) == uri
    assert running_uri(folder) is None


@pytest.mark.skipif(sys.platform != "linux", reason="the death signal is Linux's")
def test_a_guard_that_dies_is_started_again_with_its_mongod(folder: Path) -> None:
    with EmbeddedMongo(folder) as uri:
        write(uri, "kept")
        mongod = mongod_pid(folder)
        kill(parent_of(mongod))
        assert eventually(lambda: gone(mongod))
        assert eventually(lambda: holds(uri, ["kept"]))


def test_a_mongod_that_dies_again_and_again_is_given_up_with_a_reason(folder: Path) -> None:
    mongo = EmbeddedMongo(folder, restarts=1)
    with mongo as uri:
        write(uri, "kept")
        kill(mongod_pid(folder))
        assert eventually(lambda: holds(uri, ["kept"]))
        assert not mongo.lost.done()
        kill(mongod_pid(folder))
        assert "exit code 137" in mongo.lost.result(30)
        assert running_uri(folder, patience_s=0) is None
    with EmbeddedMongo(folder) as uri:
        assert read(uri) == ["kept"]


def has_port(squatter: socket.socket, port: int) -> bool:
    """Bind the port, unless that is done or not yet possible."""
    with suppress(OSError):
        squatter.bind(("127.0.0.1", port))
    return bool(squatter.getsockname()[1] == port)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_mongod_whose_port_was_taken_when_it_died_is_given_up(folder: Path) -> None:
    mongo = EmbeddedMongo(folder, start_timeout_s=5)
    with mongo as uri, socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        port = urlsplit(uri).port or 0
        mongod = mongod_pid(folder)
        guard = parent_of(mongod)
        os.kill(guard, signal.SIGSTOP)  # nobody notices the death before the port is taken
        os.kill(mongod, signal.SIGKILL)
        taken = eventually(lambda: has_port(squatter, port))
        squatter.listen()
        os.kill(guard, signal.SIGCONT)
        assert taken
        assert "cannot have its port" in mongo.lost.result(30)


def test_leaving_while_it_is_started_again_leaves_nothing_running(folder: Path) -> None:
    with EmbeddedMongo(folder) as uri:
        write(uri, "kept")
        kill(mongod_pid(folder))
    with EmbeddedMongo(folder) as again:
        assert read(again) == ["kept"]


def test_a_second_owner_is_told_who_has_the_directory_and_where_it_answers(
    owner: tuple[subprocess.Popen[str], str], folder: Path
) -> None:
    process, uri = owner
    with pytest.raises(EmbeddedMongoError, match=f"in use by process {process.pid}: .*{uri[:25]}"):
        EmbeddedMongo(folder).start()
    assert read(uri) == []


def test_a_port_taken_meanwhile_is_replaced_by_another(folder: Path, mongo_uri: str) -> None:
    taken = urlsplit(mongo_uri).port or 0
    ports = [free_port(), taken]
    with EmbeddedMongo(folder, choose_port=ports.pop) as uri:
        assert ports == []
        assert str(taken) not in uri


def test_stopping_what_never_started_is_harmless(folder: Path) -> None:
    EmbeddedMongo(folder).stop()
