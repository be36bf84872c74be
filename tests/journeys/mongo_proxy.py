"""Stands between a process and MongoDB, and calls out after each write that has taken effect but is not yet answered.

So a process can be killed exactly between two of its writes without knowing that it is being tested.
"""

import asyncio
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Self

import bson

OP_MSG = 2013
WRITES = frozenset({"insert", "update", "findAndModify", "delete"})
OnWrite = Callable[[str, dict[str, Any]], Awaitable[None]]
"""Told (collection, command) when the database has answered a write and the process has not heard yet."""


class MongoProxy:
    """Listens on a loopback port and passes everything on to one MongoDB."""

    def __init__(self, host: str, port: int, on_write: OnWrite) -> None:
        self._target = (host, port)
        self._on_write = on_write
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._pass_on(reader, writer)
        writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection(*self._target)
        written: dict[int, tuple[str, dict[str, Any]]] = {}

        async def up() -> None:
            while message := await _message(reader):
                command = _command(message)
                if command is not None:
                    written[struct.unpack_from("<i", message, 4)[0]] = command
                up_writer.write(message)
                await up_writer.drain()

        async def down() -> None:
            while message := await _message(up_reader):
                answered = written.pop(struct.unpack_from("<i", message, 8)[0], None)
                if answered is not None:
                    await self._on_write(*answered)
                writer.write(message)
                await writer.drain()

        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(up())
                both.create_task(down())
        except* (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            up_writer.close()


async def _message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(4)
    return head + await reader.readexactly(struct.unpack("<i", head)[0] - 4)


def _command(message: bytes) -> tuple[str, dict[str, Any]] | None:
    """Read the command of an OP_MSG (wire protocol: header 16 bytes, flags 4, then sections)."""
    if struct.unpack_from("<i", message, 12)[0] != OP_MSG:
        return None
    at, command, documents = 20, {}, []
    end = len(message) - (4 if struct.unpack_from("<I", message, 16)[0] & 1 else 0)
    while at < end:
        kind, at = message[at], at + 1
        size = struct.unpack_from("<i", message, at)[0]
        section = message[at : at + size]
        if kind == 0:
            command = bson.decode(section)
        else:
            start = section.index(b"\0", 4) + 1
            documents += bson.decode_all(section[start:])
        at += size
    name = next(iter(command), "")
    if name not in WRITES:
        return None
    return str(command[name]), {"command": name, **command, "documents": documents}
