"""A world is one whole WeChat: its clock, its people, its money and everything it was told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from wechat_simulator.accounts import Accounts
from wechat_simulator.clock import VirtualClock
from wechat_simulator.crypto import rsa_sign
from wechat_simulator.faults import Faults
from wechat_simulator.ids import Ids
from wechat_simulator.ledger import Ledger
from wechat_simulator.notices import Notices
from wechat_simulator.parts import Part
from wechat_simulator.plain import to_plain
from wechat_simulator.platform_keys import PlatformKeys
from wechat_simulator.request_log import RequestLog
from wechat_simulator.switches import Switches
from wechat_simulator.users import Users

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import aiohttp
    from cryptography.hazmat.primitives.asymmetric import rsa

    from wechat_simulator.clock import Event
    from wechat_simulator.keys import KeyRing
    from wechat_simulator.switches import Switch

P = TypeVar("P", bound=Part)

CORE_PARTS: tuple[type[Part], ...] = (
    Accounts,
    Users,
    PlatformKeys,
    Faults,
    Ledger,
    Notices,
    RequestLog,
)


EventHandler = Callable[["World", dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What every world is built from: its parts, what can happen by kind, its switches."""

    parts: tuple[type[Part], ...]
    events: Mapping[str, EventHandler]
    switches: tuple[Switch, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """What all worlds of a process use together; ``signers`` are threads for RSA."""

    blueprint: Blueprint
    keys: KeyRing
    http: aiohttp.ClientSession
    signers: Executor


@dataclass(frozen=True, slots=True)
class Opening:
    """How a world began, so that a reset begins it again; ``start`` None is real time."""

    name: str
    seed: int
    start: datetime | None = None
    running: bool = True


class World:
    """Holds parts by their class; the well-known ones also have a name."""

    def __init__(self, opening: Opening, shared: Shared) -> None:
        self.opening = opening
        self.name = opening.name
        self._events = shared.blueprint.events
        self.keys = shared.keys
        self.http = shared.http
        self._signers = shared.signers
        self.clock = VirtualClock(self._fire, opening.start, running=opening.running)
        self.ids = Ids(seed=opening.seed)
        self.wire_ids = Ids(seed=opening.seed)  # nonces and Request-IDs
        self._parts: dict[type[Part], Part] = {
            Switches: Switches.declared(shared.blueprint.switches)
        }
        for kind in (*CORE_PARTS, *shared.blueprint.parts):
            self._parts[kind] = kind.fresh(self.ids)

    def part(self, kind: type[P]) -> P:
        """Return this world's part of class ``kind``; KeyError when no surface declares it."""
        found = self._parts[kind]
        if not isinstance(found, kind):
            raise TypeError(kind.__name__)
        return found

    @property
    def accounts(self) -> Accounts:
        """Apps and merchants."""
        return self.part(Accounts)

    @property
    def users(self) -> Users:
        """People."""
        return self.part(Users)

    @property
    def ledger(self) -> Ledger:
        """Money that moved."""
        return self.part(Ledger)

    @property
    def notices(self) -> Notices:
        """What merchants are being told."""
        return self.part(Notices)

    @property
    def faults(self) -> Faults:
        """What shall go wrong."""
        return self.part(Faults)

    @property
    def switches(self) -> Switches:
        """Which rules hold."""
        return self.part(Switches)

    @property
    def platform_keys(self) -> PlatformKeys:
        """What WeChat signs with."""
        return self.part(PlatformKeys)

    @property
    def requests(self) -> RequestLog:
        """What was received."""
        return self.part(RequestLog)

    async def sign(self, key: rsa.RSAPrivateKey, message: bytes) -> str:
        """Return the signature of ``message``, made beside the event loop: it takes about 1 ms."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._signers, rsa_sign, key, message)

    def now(self) -> datetime:
        """Return the virtual moment, aware UTC."""
        return self.clock.now()

    def after(self, seconds: float, kind: str, payload: dict[str, Any]) -> Event:
        """Schedule the event ``kind`` (declared by a surface) in virtual seconds from now."""
        return self.at(self.now() + timedelta(seconds=seconds), kind, payload)

    def at(self, when: datetime, kind: str, payload: dict[str, Any]) -> Event:
        """Schedule the event ``kind`` at a virtual moment; ``payload`` is JSON-ready."""
        if kind not in self._events:
            raise KeyError(kind)
        return self.clock.at(when, kind, payload)

    async def _fire(self, kind: str, payload: dict[str, Any]) -> None:
        await self._events[kind](self, payload)

    def dump(self) -> dict[str, Any]:
        """Return everything there is, as JSON-ready data."""
        return {
            "opening": to_plain(self.opening),
            "now": self.now().isoformat(),
            "running": self.clock.running,
            "pending": [
                {"when": e.when.isoformat(), "kind": e.kind, "payload": e.payload}
                for e in self.clock.pending()
            ],
            "ids": self.ids.dump(),
            "wire_ids": self.wire_ids.dump(),
            "parts": {part.name: part.dump() for part in self._parts.values()},
        }

    def restore(self, plain: dict[str, Any]) -> None:
        """Take over the state that ``dump`` gave; parts it does not hold stay fresh."""
        self.clock.return_to(datetime.fromisoformat(plain["now"]), running=plain["running"])
        self.ids, self.wire_ids = Ids.load(plain["ids"]), Ids.load(plain["wire_ids"])
        for kind in self._parts:
            if kind.name in plain["parts"]:
                self._parts[kind] = kind.load(plain["parts"][kind.name])
        for event in plain["pending"]:
            self.clock.at(datetime.fromisoformat(event["when"]), event["kind"], event["payload"])
