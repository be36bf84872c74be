"""A simulator per test, on keys made once per run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

import operation_counter
from merchant_client import Control, PayClient
from receiver import Receiver
from school import School
from shop import Shop
from wechat_simulator.keys import KeyRing
from wechat_simulator.server import Simulator


@pytest.fixture(scope="session")
def keys() -> KeyRing:
    return KeyRing()


@pytest.fixture
async def sim(keys: KeyRing, request: pytest.FixtureRequest) -> AsyncIterator[Simulator]:
    async with Simulator(keys=keys) as simulator:
        yield simulator
        operation_counter.note(request.node.nodeid, simulator)


def pytest_sessionfinish() -> None:
    operation_counter.write()


@pytest.fixture
async def control(sim: Simulator) -> AsyncIterator[Control]:
    async with Control(sim.url) as control:
        await control.post("/_sim/clock", {"running": False})
        yield control


@pytest.fixture
async def pay(control: Control) -> AsyncIterator[PayClient]:
    credentials = await control.get("/_sim/credentials")
    async with PayClient(control, credentials, "1900000001") as client:
        yield client


@pytest.fixture
async def receiver(pay: PayClient) -> AsyncIterator[Receiver]:
    async with Receiver(pay) as receiver:
        yield receiver


@pytest.fixture
def shop(sim: Simulator, pay: PayClient, receiver: Receiver) -> Shop:
    return Shop(pay, receiver.url, sim.worlds.named("default"))


@pytest.fixture
def school(control: Control, pay: PayClient, receiver: Receiver) -> School:
    return School(control, pay, receiver)


@pytest.fixture
async def learner(school: School) -> Any:
    user = await school.control.user()
    await school.authorize(user)
    school.receiver.arrivals.clear()
    return user
