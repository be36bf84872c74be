"""Our application, served from this process, and what a test needs to stand in front of it."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiohttp import ClientSession

from lab.rig.application import serving
from lab.rig.clients import Clients
from lab.rig.config_file import write_config
from lab.rig.processes import free_port
from lab.rig.simulator import Simulator
from lab.rig.wechatpay import Signer
from models.offer import make_offer
from server.app import build_app, build_jobs
from server.cli.sample_data import load_into
from server.config import Settings, load
from server.outside import Outside, open_outside

Contents = dict[str, list[Any]]


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """Return the code of a refusal, having looked that it has the one shape every error has."""
        assert self.headers["Content-Type"].startswith("application/json"), self
        error = self.json["error"]
        assert self.json.keys() == {"error"}, self
        assert error.keys() == {"code", "message", "detail"}, self
        assert error["message"], self
        assert isinstance(error["detail"], dict), self
        return str(error["code"])


AS_SEEN = "as seen"
"""Stands in an order's body for the offer its product page shows at the moment it is sent."""


@dataclass(kw_only=True)
class App(Clients):
    """Our application in this process, with everyone who uses it and what only a test may look at."""

    settings: Settings
    outside: Outside
    signer: Signer

    async def ask(
        self,
        method: str,
        path: str,
        token: str = "",
        body: object = None,
        *,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Make one request; `raw` is sent as it is."""
        if isinstance(body, dict) and body.get("offer_id") == AS_SEEN:
            body = body | {"offer_id": await self.offer_id(str(body["course_id"]))}
        sent = {"Content-Type": "application/json", **(headers or {})}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        data = raw if raw is not None or body is None else json.dumps(body).encode()
        async with self.session.request(method, self.address + path, data=data, headers=sent) as answer:
            return Answer(answer.status, answer.headers, await answer.read())

    async def offer_id(self, course_id: str) -> str:
        """Return what the product page of a course promises now; of one that is not there, nothing."""
        ports = self.outside.ports
        course = await ports.courses.get(course_id)
        school = await ports.institutions.get(course.institution_id) if course else None
        return make_offer(course, school.contract, school.policy).id if course and school else "offer_of_nothing"

    async def good(self, method: str, path: str, token: str = "", body: object = None, **headers: str) -> Any:
        """Make a request that must succeed; returns its JSON."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await self.ask(method, path, token, body, headers=named)
        assert answer.status < 300, (method, path, answer)
        return answer.json if answer.body else None

    async def run(self, *jobs: str) -> None:
        """Run these jobs until nothing more is due."""
        for job in jobs:
            await build_jobs(self.settings, self.outside).run_once(job)

    async def contents(self, *left_out: str) -> Contents:
        """Return everything the database holds, by collection."""
        handle = self.outside.database.handle
        names = sorted(set(await handle.list_collection_names()) - set(left_out))
        return {name: await handle[name].find().sort("_id").to_list(None) for name in names}

    async def document(self, no: str) -> dict[str, Any]:
        """Return an order as it is stored, without what belongs to the store itself."""
        found = await self.outside.database.handle["orders"].find_one({"_id": no})
        assert found is not None
        return {name: value for name, value in found.items() if name not in {"version", "agenda", "claims"}}


@asynccontextmanager
async def open_app(
    directory: Path, world: str, mongo_uri: str, *, handler_cancellation: bool = False, in_server: bool = False
) -> AsyncIterator[App]:
    """Serve on a free port with the sample data loaded, the clock standing still, and jobs off unless wanted."""
    async with ClientSession() as session:
        simulator, signer = Simulator(world, session), Signer()
        await simulator.call("POST", "/clock", {"running": False})
        port, database = free_port(), f"http_{uuid4().hex[:12]}"
        path = write_config(
            directory, await simulator.credentials(), world, port=port, mongo_uri=mongo_uri, database=database
        )
        settings = signer.known_to(_with_jobs(load(path), in_server=in_server))
        keys_file = directory / "api-keys.json"
        async with open_outside(settings) as outside:
            await load_into(outside.ports, keys_file)
            application = build_app(settings, outside)
            try:
                async with serving(application, port, handler_cancellation=handler_cancellation) as address:
                    yield App(
                        address=address,
                        appid=settings.wechat.miniprogram.appid,
                        session=session,
                        simulator=simulator,
                        keys=json.loads(keys_file.read_text(encoding="utf-8")),
                        settings=settings,
                        outside=outside,
                        signer=signer,
                    )
            finally:
                await _drop(outside)


def _with_jobs(settings: Settings, *, in_server: bool) -> Settings:
    return settings.model_copy(update={"jobs": settings.jobs.model_copy(update={"in_server": in_server})})


async def _drop(outside: Outside) -> None:
    if await outside.database.is_reachable():
        await outside.database.handle.client.drop_database(outside.database.handle.name)
