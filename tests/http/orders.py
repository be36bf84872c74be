"""Orders brought to where a test begins, over the same HTTP as everybody's."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from lab.rig.product import MiniProgram, order_body
from lab.rig.waiting import until
from tests.http.app import AS_SEEN, App

HOUR = timedelta(hours=1)

WANDOU, WANDOU_COURSE = "wandou", "wandou-thinking-20"
ZHAO, ZHAO_COURSE = "zhaorufei", "zhaorufei-writing-8"
AIKU, AIKU_COURSE = "aiku", "aiku-basketball-10"
CONTRACT = "2026-11"


def an_order(course: str = WANDOU_COURSE, mode: str = "pay_after_course", **changes: object) -> dict[str, Any]:
    """Return the body that orders a course."""
    return order_body(course, mode, "小明", AS_SEEN, CONTRACT) | changes


async def authorized(app: App, school: str = WANDOU, learner: MiniProgram | None = None) -> MiniProgram:
    """Have a learner who allows billing."""
    learner = learner or await app.learner()
    await learner.authorize(school)
    return learner


async def place(app: App, learner: MiniProgram, body: dict[str, Any], key: str = "") -> Any:
    """Place an order."""
    return await app.good("POST", "/v1/orders", learner.token, body, Idempotency_Key=key or uuid4().hex)


async def in_training(app: App) -> tuple[MiniProgram, str]:
    """Have an order under a standing permission."""
    learner = await authorized(app)
    order = await place(app, learner, an_order())
    assert order["state"] == "in_training", order
    return learner, order["no"]


async def awaiting(app: App) -> tuple[MiniProgram, str]:
    """Have an order that its learner must still confirm inside WeChat."""
    learner = await app.learner()
    order = await place(app, learner, an_order(ZHAO_COURSE))
    assert order["state"] == "awaiting_learner", order
    return learner, order["no"]


async def taught(app: App, no: str, *lessons: int, school: str = WANDOU) -> None:
    """Report lessons as taught just now."""
    report = await app.good("POST", "/v1/institution/attendance", app.keys[school], await rows(app, no, *lessons))
    assert report["taken"] == len(lessons), report


async def rows(app: App, no: str, *lessons: int, later: timedelta = timedelta(0)) -> dict[str, Any]:
    """Return the body that reports lessons, the last one of now and the others an hour apart before it."""
    last = await now(app) + later
    return {
        "rows": [
            {
                "report_id": f"{no}-{lesson}",
                "order_no": no,
                "lesson": lesson,
                "taught_at": (last - ago * HOUR).isoformat(),
            }
            for ago, lesson in zip(range(len(lessons))[::-1], lessons, strict=True)
        ]
    }


async def disputed(app: App) -> tuple[MiniProgram, str]:
    """Have an order whose first lesson is disputed."""
    learner, no = await in_training(app)
    await taught(app, no, 1)
    await app.good("POST", f"/v1/orders/{no}/lessons/1/dispute", learner.token, {"reason": "老师没有来"})
    return learner, no


async def announced(app: App, *due: tuple[MiniProgram, str]) -> None:
    """Have the learners look at what will be taken, and let a day pass, from which on it may be."""
    for learner, no in due:
        await app.good("GET", f"/v1/orders/{no}", learner.token)
    await app.simulator.advance(hours=24)


async def deducting(app: App) -> tuple[MiniProgram, str]:
    """Have an order whose only lesson WeChat was asked to deduct."""
    learner, no = await in_training(app)
    await app.simulator.advance(hours=1)
    await taught(app, no, 1)
    await app.good("POST", f"/v1/orders/{no}/lessons/1/confirmation", learner.token)
    await app.good("POST", f"/v1/institution/orders/{no}/course-end", app.keys[WANDOU])
    await announced(app, (learner, no))
    await app.run("settle")
    order = await app.good("GET", f"/v1/orders/{no}", learner.token)
    assert order["charges"][0]["state"] == "deducting", order
    return learner, no


async def prepaid(app: App) -> tuple[MiniProgram, str]:
    """Have an order paid in advance."""
    learner = await app.learner()
    order = await place(app, learner, an_order(AIKU_COURSE, "prepay"))
    await learner.answer_wx(order["wx"])
    await until(
        lambda: app.good("GET", f"/v1/orders/{order['no']}", learner.token),
        lambda found: found["paid_fen"] == found["price_fen"],
        "we are told of the payment",
    )
    return learner, order["no"]


async def ended(app: App) -> tuple[MiniProgram, str]:
    """Have an order its learner ended after one lesson."""
    learner, no = await in_training(app)
    await taught(app, no, 1)
    quote = await app.good("POST", f"/v1/orders/{no}/ending-quotes", learner.token)
    await app.good("POST", f"/v1/orders/{no}/ending", learner.token, {"quote_id": quote["id"]})
    return learner, no


async def now(app: App) -> datetime:
    """Return the world's time."""
    return datetime.fromisoformat(await app.simulator.now()).astimezone(UTC)
