"""The simulator's control plane, as a person at the controls uses it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession

from lab.rig.http import call


@dataclass(frozen=True)
class Person:
    """A WeChat user of the simulated world."""

    user_id: str
    openid: str
    nickname: str


class Simulator:
    """Everything outside our product: WeChat, its users, and time."""

    def __init__(self, address: str, session: ClientSession) -> None:
        self.address = address
        self._session = session

    async def call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - parsed JSON
        """Use the control plane."""
        return await call(self._session, method, f"{self.address}/_sim{path}", body)

    async def credentials(self) -> Any:  # noqa: ANN401 - parsed JSON
        """Return the accounts of this world, private keys included."""
        return await self.call("GET", "/credentials")

    async def add_person(self, appid: str, nickname: str, **properties: object) -> Person:
        """Add a WeChat user."""
        made = await self.call("POST", "/users", {"nickname": nickname, **properties})
        return Person(made["user_id"], made["openids"][appid], nickname)

    async def login_code(self, person: Person, appid: str) -> str:
        """Do what wx.login does."""
        made = await self.call("POST", f"/users/{person.user_id}/login", {"appid": appid})
        return str(made["code"])

    async def make_wx_call(self, person: Person, wx: dict[str, Any], decision: str = "accept") -> Any:  # noqa: ANN401
        """Do what the Mini Program does with the `wx` member of an answer, and let the user decide."""
        if wx["api"] == "requestPayment":
            path = f"/users/{person.user_id}/request-payment"
            return await self.call("POST", path, {**wx["params"], "decision": decision})
        return await self.call("POST", f"/users/{person.user_id}/view", {**wx["params"], "decision": decision})

    async def advance(self, *, days: float = 0, hours: float = 0, seconds: float = 0) -> None:
        """Move the clock on; everything that falls due happens before this returns."""
        await self.call("POST", "/clock", {"advance_s": days * 86400 + hours * 3600 + seconds})

    async def now(self) -> str:
        """Return the virtual time, RFC 3339."""
        return str((await self.call("GET", "/clock"))["now"])

    async def fault(self, target: str, kind: str, times: int = 1, **options: object) -> None:
        """Make WeChat misbehave."""
        await self.call("POST", "/faults", {"target": target, "kind": kind, "times": times, **options})

    async def ledger(self) -> list[dict[str, Any]]:
        """Return every fen that moved."""
        return list((await self.call("GET", "/ledger"))["entries"])


@asynccontextmanager
async def new_world(session: ClientSession, simulator: str, name: str, **options: object) -> AsyncIterator[str]:
    """Open a world of its own in a running simulator; yields the address at which it is reached."""
    made = await call(session, "POST", f"{simulator}/_sim/worlds", {"name": name, **options})
    try:
        yield str(made["url"])
    finally:
        await call(session, "DELETE", f"{simulator}/_sim/worlds/{name}")
