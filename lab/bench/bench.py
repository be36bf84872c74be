"""The real application on the embedded MongoDB, the simulator beside it, and the floor in the same process."""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientSession, TCPConnector

from lab.bench.floor import bare_app
from lab.rig.application import serving
from lab.rig.config_file import write_config
from lab.rig.processes import running_simulator
from lab.rig.simulator import Simulator
from lab.rig.traffic import TRAFFIC, Said
from lab.rig.wechatpay import Signer
from server.app import build_app, build_jobs
from server.cli.sample_data import load_into
from server.config import Clock, Settings, load
from server.logs import set_up_logs
from server.outside import Outside, open_outside
from services.ports import Ports
from store.mongo import Database
from wechat.config import MerchantConfig

MERCHANT_ID = "sample-a"
DATABASE = "bench"
NOWHERE = 9
"""Where the simulator sends its notices: nobody listens there, so that only what is measured is at work."""

QUIET = {"max_running_orders": 1_000_000, "deduction_delay_s": 10_000_000}
"""One user may have every order of the bench; nothing is deducted while we measure."""


@dataclass(frozen=True)
class Bench:
    """Everything a measurement needs."""

    settings: Settings
    outside: Outside
    app: str
    bare: str
    session: ClientSession
    simulator: Simulator
    signer: Signer

    @property
    def ports(self) -> Ports:
        """The outside as the use cases see it."""
        return self.outside.ports

    @property
    def database(self) -> Database:
        """The database itself, to fill it."""
        return self.outside.database.handle

    def heard(self) -> AbstractContextManager[Said]:
        """Take down the MongoDB commands of a block, whoever sends them."""
        return TRAFFIC.heard(DATABASE)

    @property
    def merchant(self) -> MerchantConfig:
        """The merchant all orders of the bench belong to."""
        return next(each for each in self.settings.wechat.merchants if each.id == MERCHANT_ID)

    async def run(self, job: str) -> int:
        """Run a job until nothing more is due; returns how many items it worked on."""
        return await build_jobs(self.settings, self.outside).run_once(job)


@asynccontextmanager
async def open_bench(directory: Path) -> AsyncIterator[Bench]:
    """Open everything."""
    signer = Signer()
    async with AsyncExitStack() as stack:
        program = await stack.enter_async_context(running_simulator(directory / "simulator.log"))
        session = await stack.enter_async_context(ClientSession(connector=TCPConnector(limit=64)))
        simulator = Simulator(program.address, session)
        await simulator.call("POST", "/switches", QUIET)
        settings = signer.known_to(await _settings(directory, simulator))
        set_up_logs(settings.logs.level, settings.logs.format)
        outside = await stack.enter_async_context(open_outside(settings))
        await load_into(outside.ports, directory / "api-keys.json")
        app = await stack.enter_async_context(serving(build_app(settings, outside)))
        bare = await stack.enter_async_context(serving(bare_app(outside.database.handle)))
        yield Bench(settings, outside, app, bare, session, simulator, signer)


async def _settings(directory: Path, simulator: Simulator) -> Settings:
    """Configure as `make run` does, but with the system's clock and without jobs."""
    credentials = await simulator.credentials()
    path = write_config(
        directory, credentials, simulator.address, port=NOWHERE, mongo_uri="embedded", database=DATABASE
    )
    settings = load(path)
    return settings.model_copy(
        update={
            "clock": Clock(source="system"),
            "jobs": settings.jobs.model_copy(update={"in_server": False}),
        }
    )
