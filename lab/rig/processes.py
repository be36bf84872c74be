"""Starting a program and waiting for the line with which it says where it listens."""

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ADDRESS = re.compile(r"listening on (http://\S+)")
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 30


class StartError(RuntimeError):
    """A program did not come up; the message holds the end of what it said."""


@dataclass
class Running:
    """A program that listens."""

    process: asyncio.subprocess.Process
    address: str

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
async def running(*arguments: str, log: Path, environment: Mapping[str, str] | None = None) -> AsyncIterator[Running]:
    """Run `python -m …` until the block ends; its errors go to the file `log`."""
    program = await start(*arguments, log=log, environment=environment)
    try:
        yield program
    finally:
        await program.stop()


@asynccontextmanager
async def running_simulator(log: Path, address: str | None = None) -> AsyncIterator[str]:
    """Run the simulator, unless there is one at `address` already; yields where it listens."""
    if address is not None:
        yield address
        return
    async with running("wechat_simulator", "--port", "0", log=log) as program:
        yield program.address


async def start_server(config: Path, log: Path, *options: str) -> Running:
    """Start our server."""
    return await start("server", "serve", "--config", str(config), *options, log=log)


async def start(*arguments: str, log: Path, environment: Mapping[str, str] | None = None) -> Running:
    """Start `python -m …` and wait until it listens; raises StartError with what it said."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env={**os.environ, **(environment or {})},
        )
    try:
        address = await asyncio.wait_for(_address(process), START_TIMEOUT_S)
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
    return Running(process, address)


async def _address(process: asyncio.subprocess.Process) -> str:
    if process.stdout is None:
        raise StartError
    while line := await process.stdout.readline():
        if found := ADDRESS.search(line.decode()):
            return found[1]
    raise StartError


def free_port() -> int:
    """Give a loopback port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
