"""Starting a program and waiting for the line with which it says that it is ready, and where it listens."""

import asyncio
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

LISTENING = re.compile(r"listening on (?P<address>http://\S+)")
WORKING = re.compile(r"working(?P<address>)")
MINIPROGRAM = Path(__file__).parents[2] / "miniprogram"
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 30


class StartError(RuntimeError):
    """A program did not come up; the message holds the end of what it said."""


@dataclass
class Running:
    """A program that listens, and the file its log goes to."""

    process: asyncio.subprocess.Process
    address: str
    log: Path

    async def kill(self) -> None:
        """Kill it outright, as a power cut would."""
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()

    async def stop(self) -> None:
        """Ask it to stop, and insist when it does not."""
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self.process.wait(), STOP_TIMEOUT_S)
            except TimeoutError:
                await self.kill()


@asynccontextmanager
async def running_worker(config: Path, log: Path) -> AsyncIterator[Running]:
    """Run a process of ours that only does jobs, until the block ends."""
    async with _stopping(await start("server", "work", "--config", str(config), log=log, ready=WORKING)) as program:
        yield program


@asynccontextmanager
async def running_simulator(log: Path, *options: str, port: int = 0) -> AsyncIterator[Running]:
    """Run the simulator until the block ends, on a free port unless one is given; its phone runs our Mini Program."""
    arguments = ("--port", str(port), "--miniprogram", str(MINIPROGRAM), *options)
    async with _stopping(await start("wechat_simulator", *arguments, log=log)) as program:
        yield program


@asynccontextmanager
async def _stopping(program: Running) -> AsyncIterator[Running]:
    try:
        yield program
    finally:
        await program.stop()


async def start_server(config: Path, log: Path, *options: str) -> Running:
    """Start our server."""
    return await start("server", "serve", "--config", str(config), *options, log=log)


async def start(*arguments: str, log: Path, ready: re.Pattern[str] = LISTENING) -> Running:
    """Start `python -m …` and wait until it says that it is ready; raises StartError with what else it said.

    What it writes on its standard error goes to the file `log`.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
    try:
        address = await asyncio.wait_for(_address(process, ready), START_TIMEOUT_S)
    except (TimeoutError, StartError) as silent:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
        message = f"{' '.join(arguments)} did not start:\n{said}"
        raise StartError(message) from silent
    except asyncio.CancelledError:  # whoever waited has gone: nobody would ever stop it
        with suppress(ProcessLookupError):
            process.kill()
        raise
    return Running(process, address, log)


async def _address(process: asyncio.subprocess.Process, ready: re.Pattern[str]) -> str:
    if process.stdout is None:
        raise StartError
    while line := await process.stdout.readline():
        if found := ready.search(line.decode()):
            return found.group("address")
    raise StartError


def free_port(wanted: int = 0) -> int:
    """Return a loopback port nobody listens on now: the wanted one when it is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            if wanted:
                return free_port()
            raise
        return int(probe.getsockname()[1])
