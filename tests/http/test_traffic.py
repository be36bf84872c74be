"""What an operation costs the database is what docs/performance.md says, command by command; no time is measured."""

import re
from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest

from lab.rig.traffic import TRAFFIC, Said
from lab.rig.waiting import until
from tests.architecture.source import ROOT
from tests.http.app import App
from tests.http.orders import (
    WANDOU,
    WANDOU_COURSE,
    an_order,
    announced,
    authorized,
    deducting,
    in_training,
    now,
    place,
    rows,
    taught,
)
from tests.http.test_notices import PATH, paid_notice

pytestmark = pytest.mark.asyncio(loop_scope="package")

PAGE = ROOT / "docs" / "performance.md"
ROW = re.compile(r"^\| (?P<what>[^|]+?) \| (?P<counted>[\d.,]+) \| (?P<most>[\d.,]+) \|$", re.MULTILINE)
IN_A_PAGE = 8
Act = Callable[[], Awaitable[object]]
Prepare = Callable[[App], Awaitable[Act]]


def promised() -> dict[str, tuple[float, float]]:
    """Return what the page says: counted, and at most."""
    rows = ROW.finditer(PAGE.read_text(encoding="utf-8"))
    return {row["what"]: (_number(row["counted"]), _number(row["most"])) for row in rows}


def _number(text: str) -> float:
    return float(text.replace(",", ""))


async def heard(app: App, act: Act) -> Said:
    """Do something once, when no notice is under way, and return what it said to the database."""
    inbox = app.outside.database.handle["inbox"]
    await until(lambda: inbox.count_documents({"done": False}), lambda open_: open_ == 0, "every notice is done")
    with TRAFFIC.heard(app.outside.database.handle.name, weighed=True) as said:
        await act()
    return said


async def placing(app: App) -> Act:
    learner = await authorized(app)
    body = an_order() | {"offer_id": await app.offer_id(WANDOU_COURSE)}
    return lambda: app.good("POST", "/v1/orders", learner.token, body, Idempotency_Key=uuid4().hex)


async def applying(app: App) -> Act:
    learner = await app.learner()
    body = an_order() | {"offer_id": await app.offer_id(WANDOU_COURSE)}
    return lambda: app.good("POST", "/v1/orders", learner.token, body, Idempotency_Key=uuid4().hex)


async def confirming(app: App) -> Act:
    learner, no = await in_training(app)
    await taught(app, no, 1)
    return lambda: app.good("POST", f"/v1/orders/{no}/lessons/1/confirmation", learner.token)


async def reporting(app: App) -> Act:
    _, no = await in_training(app)
    body = await rows(app, no, 1)
    return lambda: app.good("POST", "/v1/institution/attendance", app.keys[WANDOU], body)


async def paying(app: App) -> Act:
    _, no = await deducting(app)
    body = paid_notice(app, await app.document(no))
    headers = app.signer.headers(body, await now(app))
    return lambda: app.ask("POST", PATH, raw=body, headers=headers)


async def looking(app: App) -> Act:
    learner = await authorized(app)
    return lambda: app.good("GET", f"/v1/courses/{WANDOU_COURSE}", learner.token)


async def reading(app: App) -> Act:
    learner, no = await in_training(app)
    return lambda: app.good("GET", f"/v1/orders/{no}", learner.token)


async def chatting(app: App) -> Act:
    account = next(x for x in (await app.simulator.credentials())["apps"] if x["kind"] == "official_account")
    server = {"url": f"{app.address}/wechat/oa", "mode": "secure", "format": "xml"}
    await app.simulator.call("POST", f"/apps/{account['appid']}/server", server)
    learner = await authorized(app, learner=await app.learner(follows_oa=True))
    await place(app, learner, an_order())

    async def say() -> None:
        told = await app.simulator.call("POST", f"/users/{learner.person.user_id}/say", {"text": "我的课程"})
        assert "思维" in told["reply"]["Content"], told

    await say()  # the first words of somebody find out who it is
    return say


@pytest.mark.parametrize(
    ("what", "prepare"),
    [
        ("`POST /v1/orders` under a standing permission", placing),
        ("`POST /v1/orders`, the permission still to be given", applying),
        ("`POST …/lessons/{n}/confirmation`", confirming),
        ("`POST /v1/institution/attendance`, one lesson", reporting),
        ("a notice that money was taken", paying),
        ("`GET /v1/courses/{id}`, the product page", looking),
        ("`GET /v1/orders/{no}`", reading),
        ("chat: “我的课程”", chatting),
    ],
)
async def test_a_request_costs_the_trips_it_is_said_to_cost(app: App, what: str, prepare: Prepare) -> None:
    counted, most = promised()[what]
    said = await heard(app, await prepare(app))
    assert (len(said.commands), counted <= most) == (counted, True), said.commands


async def test_settling_costs_two_trips_an_order_and_four_a_page(app: App) -> None:
    counted, most = promised()[f"settling an order, {IN_A_PAGE} in a page"]
    assert counted <= most
    await app.run("settle")
    due = [await in_training(app) for _ in range(IN_A_PAGE)]
    await app.simulator.advance(hours=1)
    for learner, no in due:
        await taught(app, no, 1)
        await app.good("POST", f"/v1/orders/{no}/lessons/1/confirmation", learner.token)
        await app.good("POST", f"/v1/institution/orders/{no}/course-end", app.keys[WANDOU])
    await announced(app, *due)
    said = await heard(app, lambda: app.run("settle"))
    assert len(said.commands) / IN_A_PAGE == counted, said.commands
    for learner, no in due:
        order = await app.good("GET", f"/v1/orders/{no}", learner.token)
        assert [charge["state"] for charge in order["charges"]] == ["deducting"]


async def test_a_lesson_of_a_hundred_writes_no_more_than_it_changes(app: App) -> None:
    learner = await authorized(app)
    no = (await place(app, learner, an_order(await a_long_course(app))))["no"]
    await app.run("relay")
    report, confirmation = await rows(app, no, 1), f"/v1/orders/{no}/lessons/1/confirmation"
    reported = await heard(app, lambda: app.good("POST", "/v1/institution/attendance", app.keys[WANDOU], report))
    confirmed = await heard(app, lambda: app.good("POST", confirmation, learner.token))
    told = await heard(app, lambda: app.run("relay"))
    order = await app.good("GET", f"/v1/orders/{no}", learner.token)
    assert (len(order["lessons"]), order["lessons"][0]["state"]) == (100, "confirmed")
    for what, written in (
        ("bytes written for a lesson of 100, reported and confirmed", reported.written_bytes + confirmed.written_bytes),
        ("bytes written to publish both facts, claiming and releasing the page of one included", told.written_bytes),
    ):
        counted, most = promised()[what]
        assert written <= counted <= most, (what, written, told.commands)


async def a_long_course(app: App) -> str:
    """Publish a course of as many lessons as there may be."""
    body = {
        "title": "百节思维课",
        "introduction": "思维训练课",
        "price_fen": 990_000,
        "lessons": [{"title": f"第{n}节"} for n in range(1, 101)],
        "fee_modes": ["pay_after_course"],
    }
    await app.good("PUT", "/v1/institution/courses/wandou-thinking-100", app.keys[WANDOU], body)
    return "wandou-thinking-100"
