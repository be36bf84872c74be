"""The whole rig: simulator, server and database running together, and the clients of everyone who uses them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientSession

from lab.rig.clients import Clients
from lab.rig.config_file import MERCHANT_IDS, write_config
from lab.rig.processes import Running, free_port, running_simulator, start_server
from lab.rig.simulator import Simulator


@dataclass(kw_only=True)
class Rig(Clients):
    """The product as a process of its own, with everyone who uses it."""

    directory: Path
    config: Path
    server: Running

    async def restart_server(self) -> None:
        """Start the server again after it was killed, on the same address and database."""
        self.server = await start_server(self.config, self.directory / "server.log")


MENU = [
    {"type": "click", "name": "我的课程", "key": "MY_COURSES"},
    {"type": "miniprogram", "name": "看课程", "appid": "-", "pagepath": "pages/courses/courses", "url": "-"},
    {"type": "click", "name": "帮助", "key": "HELP"},
]
"""What an operator puts below the account's chat."""


@dataclass(frozen=True)
class Ports:
    """Where to listen; 0 is a free port."""

    simulator: int = 0
    server: int = 0


@asynccontextmanager
async def open_rig(
    directory: Path,
    *,
    simulator_address: str | None = None,
    mongo_uri: str = "embedded",
    database: str = "demo",
    lease_s: float = 60,
    merchant_ids: tuple[str, str, str] = MERCHANT_IDS,
    ports: Ports = Ports(),
) -> AsyncIterator[Rig]:
    """Start what is not running yet, load the sample data, and connect the Official Account."""
    async with ClientSession() as session, _simulator(directory, simulator_address, ports) as address:
        simulator = Simulator(address, session)
        credentials = await simulator.credentials()
        config = write_config(
            directory,
            credentials,
            address,
            port=ports.server or free_port(),
            mongo_uri=mongo_uri,
            database=database,
            lease_s=lease_s,
            merchant_ids=merchant_ids,
        )
        keys_file = directory / "api-keys.json"
        server = await start_server(config, directory / "server.log", "--sample-keys", str(keys_file))
        keys = dict(json.loads(keys_file.read_text(encoding="utf-8")))
        apps = {app["kind"]: app["appid"] for app in credentials["apps"]}
        rig = Rig(
            address=server.address,
            appid=apps["miniprogram"],
            session=session,
            simulator=simulator,
            keys=keys,
            directory=directory,
            config=config,
            server=server,
        )
        try:
            await simulator.call("POST", f"/apps/{apps['miniprogram']}/request-domain", {"address": server.address})
            await simulator.call("POST", f"/apps/{apps['official_account']}/menu", {"button": MENU})
            await _connect(simulator, apps["official_account"], f"{server.address}/wechat/oa", "xml")
            await _connect(simulator, apps["miniprogram"], f"{server.address}/wechat/miniprogram", "json")
            yield rig
        finally:
            await rig.server.stop()


async def _connect(simulator: Simulator, appid: str, url: str, form: str) -> None:
    """Do what the operator does in WeChat's console: say where the app's messages go."""
    await simulator.call("POST", f"/apps/{appid}/server", {"url": url, "mode": "secure", "format": form})


@asynccontextmanager
async def _simulator(directory: Path, address: str | None, ports: Ports) -> AsyncIterator[str]:
    if address is not None:
        yield address
        return
    panel = ("--panel", f"学校后台=http://127.0.0.1:{ports.server}/console") if ports.server else ()
    async with running_simulator(directory / "simulator.log", *panel, port=ports.simulator) as simulator:
        yield simulator.address
