"""The stage: simulator, server and database running together, with everyone who plays on it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import ClientSession

from lab.rig.config_file import MERCHANT_IDS, write_config
from lab.rig.processes import Running, free_port, running, start
from lab.rig.product import MiniProgram, School
from lab.rig.simulator import Person, Simulator

Found = TypeVar("Found")
PATIENCE_S = 30


class NeverHappenedError(AssertionError):
    """Something the story waits for did not happen in time."""


@dataclass
class Stage:
    """Who and what a story plays with."""

    directory: Path
    session: ClientSession
    simulator: Simulator
    server: Running
    appid: str
    config: Path
    keys: dict[str, str]

    @property
    def address(self) -> str:
        """Where our server listens."""
        return self.server.address

    def school(self, institution_id: str) -> School:
        """Sit down in an institution's back office."""
        return School(self.address, self.session, self.keys[institution_id])

    async def learner(self, nickname: str, **properties: object) -> tuple[Person, MiniProgram]:
        """Hand a phone to a new WeChat user and log in."""
        person = await self.simulator.add_person(self.appid, nickname, **properties)
        phone = MiniProgram(self.address, self.session, self.simulator, person, self.appid)
        await phone.log_in()
        return person, phone

    async def restart_server(self) -> None:
        """Start the server again after it was killed, on the same address and database."""
        self.server = await start_server(self.config, self.directory)


@asynccontextmanager
async def open_stage(
    directory: Path,
    *,
    simulator_address: str | None = None,
    mongo_uri: str = "embedded",
    database: str = "demo",
    lease_s: float = 60,
    merchant_ids: tuple[str, str, str] = MERCHANT_IDS,
) -> AsyncIterator[Stage]:
    """Start what is not running yet, load the sample data, and connect the Official Account."""
    async with ClientSession() as session, _simulator(directory, simulator_address) as address:
        simulator = Simulator(address, session)
        credentials = await simulator.credentials()
        config = write_config(
            directory,
            credentials,
            address,
            port=free_port(),
            mongo_uri=mongo_uri,
            database=database,
            lease_s=lease_s,
            merchant_ids=merchant_ids,
        )
        keys_file = directory / "api-keys.json"
        server = await start_server(config, directory, "--sample-keys", str(keys_file))
        keys = dict(json.loads(keys_file.read_text(encoding="utf-8")))
        apps = {app["kind"]: app["appid"] for app in credentials["apps"]}
        stage = Stage(directory, session, simulator, server, apps["miniprogram"], config, keys)
        try:
            await _connect(simulator, apps["official_account"], f"{server.address}/wechat/oa", "xml")
            await _connect(simulator, apps["miniprogram"], f"{server.address}/wechat/miniprogram", "json")
            yield stage
        finally:
            await stage.server.stop()


async def start_server(config: Path, directory: Path, *options: str) -> Running:
    """Start our server."""
    return await start("server", "serve", "--config", str(config), *options, log=directory / "server.log")


async def until(
    look: Callable[[], Awaitable[Found]], good: Callable[[Found], object], what: str, patience_s: float = PATIENCE_S
) -> Found:
    """Look again and again until what is seen is good; raises NeverHappenedError naming `what` and what was seen."""
    deadline = asyncio.get_running_loop().time() + patience_s
    while True:
        seen = await look()
        if good(seen):
            return seen
        if asyncio.get_running_loop().time() > deadline:
            message = f"{what}: last seen {json.dumps(seen, ensure_ascii=False, default=str)[:800]}"
            raise NeverHappenedError(message)
        await asyncio.sleep(0.05)


async def order_becomes(phone: MiniProgram, no: str, state: str) -> Any:  # noqa: ANN401 - parsed JSON
    """Wait until the order is in this state."""
    return await until(lambda: phone.order(no), lambda order: order["state"] == state, f"order {no} becomes {state}")


async def _connect(simulator: Simulator, appid: str, url: str, form: str) -> None:
    """Do what the operator does in WeChat's console: say where the app's messages go."""
    await simulator.call("POST", f"/apps/{appid}/server", {"url": url, "mode": "secure", "format": form})


@asynccontextmanager
async def _simulator(directory: Path, address: str | None) -> AsyncIterator[str]:
    if address is not None:
        yield address
        return
    async with running("wechat_simulator", "--port", "0", log=directory / "simulator.log") as program:
        yield program.address
