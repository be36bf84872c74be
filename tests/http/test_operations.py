"""What whoever runs the server looks at, and what the server does when somebody hangs up or MongoDB is gone."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from aiohttp import ClientTimeout

from lab.rig.processes import Running
from server.routes import OPERATIONS
from tests.fixtures_simulator import fresh_world
from tests.http.app import App, open_app
from tests.http.orders import WANDOU_COURSE, an_order, authorized
from tests.http.test_access import path_of
from tests.journeys.mongo_proxy import MongoProxy

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_it_is_alive_and_ready(app: App) -> None:
    assert (await app.good("GET", "/healthz")) == {"status": "ok"}
    ready = {"mongo": "ok", "serving": "ok", "clock": "ok", "generation": "ok"}
    assert (await app.good("GET", "/readyz"))["checks"] == ready


async def test_the_metrics_count_requests_by_route_and_never_by_number(app: App) -> None:
    await app.ask("GET", f"/v1/orders/{uuid4().hex}")
    await app.ask("GET", f"/{uuid4().hex}")
    await app.ask("BREW", "/v1/orders")
    answer = await app.ask("GET", "/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain")
    text = answer.body.decode()
    assert 'xianxue_request_seconds_count{method="GET",route="/v1/orders/{no}",status="401"}' in text
    assert 'route="unknown"' in text
    assert "BREW" not in text


async def test_the_page_for_people_shows_every_operation(app: App) -> None:
    answer = await app.ask("GET", "/docs")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    page = answer.body.decode()
    assert [path_of(x) for x in OPERATIONS if path_of(x) not in page or x.summary not in page] == []
    assert "http://" not in page
    assert "https://" not in page


async def test_every_answer_names_its_request(app: App) -> None:
    assert (await app.ask("GET", "/healthz", headers={"X-Request-Id": "abc"})).headers["X-Request-Id"] == "abc"
    assert len((await app.ask("GET", "/v1/nothing")).headers["X-Request-Id"]) == 16
    odd = await app.ask("GET", "/healthz", headers={"X-Request-Id": 'a"} {"level": "error'})
    assert odd.headers["X-Request-Id"].isalnum()


async def test_without_mongodb_it_is_alive_not_ready_and_says_so(
    simulator_process: Running, mongo_uri: str, tmp_path: Path
) -> None:
    async def nothing(_: str, __: object) -> None: ...

    target = urlsplit(mongo_uri)
    async with (
        fresh_world(simulator_process) as world,
        MongoProxy(target.hostname or "", target.port or 0, nothing) as proxy,
    ):
        uri = f"mongodb://127.0.0.1:{proxy.port}/?directConnection=true&serverSelectionTimeoutMS=300"
        async with open_app(tmp_path, world, uri) as app:
            await proxy.__aexit__()
            alive, ready = await app.ask("GET", "/healthz"), await app.ask("GET", "/readyz")
            assert alive.status == 200
            assert (ready.status, ready.json["checks"]["mongo"]) == (503, "unreachable")
            asked = await app.ask("GET", "/v1/me", "a-token")
            assert (asked.status, asked.code) == (503, "database_unreachable")


@pytest.mark.parametrize("handler_cancellation", [False, True])
async def test_whoever_hangs_up_and_orders_again_has_one_order(
    simulator_process: Running, mongo_uri: str, tmp_path: Path, *, handler_cancellation: bool
) -> None:
    async with (
        fresh_world(simulator_process) as world,
        open_app(tmp_path, world, mongo_uri, handler_cancellation=handler_cancellation) as app,
    ):
        learner = await authorized(app)
        await app.simulator.fault("POST /v3/payscore/serviceorder", "late", delay_s=0.5)
        body = an_order(offer_id=await app.offer_id(WANDOU_COURSE))
        headers = {"Authorization": f"Bearer {learner.token}", "Idempotency-Key": "hang-up-key"}
        with pytest.raises(TimeoutError):
            async with app.session.post(
                f"{app.address}/v1/orders",
                json=body,
                headers=headers,
                timeout=ClientTimeout(total=0.2),
            ):
                pass
        await asyncio.sleep(0.6)
        again = await app.ask(
            "POST", "/v1/orders", learner.token, an_order(), headers={"Idempotency-Key": "hang-up-key"}
        )
        assert (again.status, again.json["state"]) == (201, "in_training")
        orders = (await app.good("GET", "/v1/orders", learner.token))["orders"]
        assert [order["no"] for order in orders] == [again.json["no"]]
