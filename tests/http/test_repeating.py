"""Every request that changes an order, sent twice: the second changes nothing, and nothing is asked of WeChat twice."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from lab.rig.waiting import until
from server.routes import OPERATIONS
from tests.http.app import App
from tests.http.orders import (
    AIKU,
    WANDOU,
    ZHAO,
    an_order,
    authorized,
    awaiting,
    deducting,
    disputed,
    in_training,
    now,
    place,
    prepaid,
    rows,
    taught,
)
from tests.http.test_access import name_of

pytestmark = pytest.mark.asyncio(loop_scope="package")


@dataclass(frozen=True)
class Step:
    """One request that changes an order."""

    no: str
    path: str
    token: str
    body: dict[str, Any] | None = None
    method: str = "POST"


Begin = Callable[[App], Awaitable[Step]]

CARD = {"bank_type": "CMB_DEBIT", "bank_account": "6225880000001234", "real_name": "张三"}


def learners(
    begin: Callable[[App], Awaitable[tuple[Any, str]]],
    path: str,
    body: dict[str, Any] | None = None,
    method: str = "POST",
) -> Begin:
    async def make(app: App) -> Step:
        learner, no = await begin(app)
        return Step(no, f"/v1/orders/{no}{path}", learner.token, body, method)

    return make


def schools(
    begin: Callable[[App], Awaitable[tuple[Any, str]]],
    path: str,
    body: dict[str, Any] | None = None,
    school: str = WANDOU,
) -> Begin:
    async def make(app: App) -> Step:
        _, no = await begin(app)
        shown = await app.good("GET", f"/v1/institution/orders/{no}", app.keys[school])
        charge = shown["charges"][0]["no"]
        refunds = [refund["no"] for refund in shown["charges"][0]["refunds"]]
        filled = {"CHARGE": charge, "NOW": (await now(app)).isoformat()}
        sent = body and {name: filled.get(str(value), value) for name, value in body.items()}
        where = path.format(charge=charge, refund=(refunds or [""])[0])
        return Step(no, f"/v1/institution/orders/{no}{where}", app.keys[school], sent)

    return make


async def _one_taught(app: App) -> tuple[Any, str]:
    learner, no = await in_training(app)
    await taught(app, no, 1)
    return learner, no


async def _one_void(app: App) -> tuple[Any, str]:
    learner, no = await disputed(app)
    await app.good("POST", f"/v1/institution/orders/{no}/lessons/1/dispute", app.keys[WANDOU], {"concede": True})
    return learner, no


async def _abnormal_refund(app: App) -> tuple[Any, str]:
    learner, no, refund_no = await _owed_refund(app)
    await app.simulator.fault(f"refund:{refund_no}", "abnormal")
    return await _failed(app, learner, no)


async def _refused_refund(app: App) -> tuple[Any, str]:
    learner, no, _ = await _owed_refund(app)
    refusal = {"status": 403, "code": "NOT_ENOUGH"}
    await app.simulator.fault("POST /v3/refund/domestic/refunds", "error", 1000, **refusal)
    try:
        return await _failed(app, learner, no)
    finally:
        await app.simulator.call("DELETE", "/faults")


async def _owed_refund(app: App) -> tuple[Any, str, str]:
    learner, no = await prepaid(app)
    charge = (await app.good("GET", f"/v1/orders/{no}", learner.token))["charges"][0]["no"]
    body = {"charge_no": charge, "amount_fen": 100, "reason": "多收"}
    order = await app.good("POST", f"/v1/institution/orders/{no}/refunds", app.keys[AIKU], body, Idempotency_Key=no)
    return learner, no, order["charges"][0]["refunds"][0]["no"]


async def _failed(app: App, learner: Any, no: str) -> tuple[Any, str]:
    await app.run("refund")
    await app.simulator.advance(seconds=60)
    await until(
        lambda: app.good("GET", f"/v1/orders/{no}", learner.token),
        lambda found: found["charges"][0]["refunds"][0]["state"] == "failed",
        "we are told that the refund failed",
    )
    return learner, no


async def _order(app: App) -> Step:
    learner = await authorized(app)
    order = await place(app, learner, an_order(), "twice-the-same")
    return Step(order["no"], "/v1/orders", learner.token, an_order())


async def _ending(app: App) -> Step:
    learner, no = await _one_taught(app)
    quote = await app.good("POST", f"/v1/orders/{no}/ending-quotes", learner.token)
    return Step(no, f"/v1/orders/{no}/ending", learner.token, {"quote_id": quote["id"]})


async def _attendance(app: App) -> Step:
    _, no = await in_training(app)
    return Step(no, "/v1/institution/attendance", app.keys[WANDOU], await rows(app, no, 1, 2))


async def _billing_off(app: App) -> Step:
    learner, no = await _one_taught(app)
    return Step(no, f"/v1/billing/{WANDOU}", learner.token, method="DELETE")


async def _whole_course(app: App) -> Step:
    """Have an order of a course of its own, so that cancelling it ends nobody else's."""
    course = {
        "title": "停办的课",
        "introduction": "停办的课",
        "price_fen": 10000,
        "lessons": [{"title": "第一课"}],
        "fee_modes": ["pay_after_course"],
    }
    path = f"/v1/institution/courses/{uuid4().hex}"
    await app.good("PUT", path, app.keys[WANDOU], course)
    learner = await authorized(app)
    order = await place(app, learner, an_order(path.rpartition("/")[2]))
    return Step(order["no"], f"{path}/cancellation", app.keys[WANDOU], {"reason": "停办"})


LESSON = "/lessons/1"
AT = "2030-01-01T10:00:00+08:00"
STEPS: dict[str, list[Begin]] = {
    "POST /v1/orders": [_order],
    "DELETE /v1/orders/{no}": [learners(awaiting, "", method="DELETE")],
    "POST /v1/orders/{no}/wx": [learners(awaiting, "/wx"), learners(in_training, "/wx")],
    "POST /v1/orders/{no}/lessons/{n}/confirmation": [learners(_one_taught, LESSON + "/confirmation")],
    "POST /v1/orders/{no}/lessons/{n}/dispute": [learners(_one_taught, LESSON + "/dispute", {"reason": "没来"})],
    "DELETE /v1/orders/{no}/lessons/{n}/dispute": [learners(disputed, LESSON + "/dispute", method="DELETE")],
    "POST /v1/orders/{no}/ending-quotes": [learners(_one_taught, "/ending-quotes")],
    "POST /v1/orders/{no}/ending": [_ending],
    "DELETE /v1/billing/{institution_id}": [_billing_off],
    "POST /v1/institution/attendance": [_attendance],
    "POST /v1/institution/courses/{course_id}/cancellation": [_whole_course],
    "POST /v1/institution/orders/{no}/course-end": [schools(in_training, "/course-end")],
    "POST /v1/institution/orders/{no}/lessons/{n}/schedule": [
        schools(in_training, LESSON + "/schedule", {"scheduled_at": AT, "reason": "调课"})
    ],
    "POST /v1/institution/orders/{no}/lessons/{n}/cancellation": [
        schools(in_training, LESSON + "/cancellation", {"reason": "停课"})
    ],
    "POST /v1/institution/orders/{no}/lessons/{n}/make-up": [
        schools(_one_void, LESSON + "/make-up", {"scheduled_at": AT})
    ],
    "POST /v1/institution/orders/{no}/lessons/{n}/dispute": [
        schools(disputed, LESSON + "/dispute", {"answer": "老师到了"}),
        schools(disputed, LESSON + "/dispute", {"concede": True}),
        schools(disputed, LESSON + "/dispute", {"answer": "此节不收费", "concede": True}),
    ],
    "POST /v1/institution/orders/{no}/ending": [
        schools(_one_taught, "/ending", {"reason": "停办"}),
        schools(awaiting, "/ending", {"reason": "停办"}, ZHAO),
    ],
    "POST /v1/institution/orders/{no}/charges/{charge_no}/lowering": [
        schools(deducting, "/charges/{charge}/lowering", {"amount_fen": 100, "reason": "优惠"})
    ],
    "POST /v1/institution/orders/{no}/charges/{charge_no}/outside-payment": [
        schools(deducting, "/charges/{charge}/outside-payment", {"paid_at": "NOW", "reference": "现金"})
    ],
    "POST /v1/institution/orders/{no}/refunds": [
        schools(prepaid, "/refunds", {"charge_no": "CHARGE", "amount_fen": 100, "reason": "多收"}, AIKU)
    ],
    "POST /v1/institution/orders/{no}/refunds/{refund_no}/retry": [
        schools(_refused_refund, "/refunds/{refund}/retry", school=AIKU)
    ],
    "POST /v1/institution/orders/{no}/refunds/{refund_no}/redirection": [
        schools(_abnormal_refund, "/refunds/{refund}/redirection", {"to": "learner"} | CARD, AIKU),
        schools(_abnormal_refund, "/refunds/{refund}/redirection", {"to": "merchant"}, AIKU),
    ],
    "POST /v1/institution/orders/{no}/refunds/{refund_no}/outside-settlement": [
        schools(_abnormal_refund, "/refunds/{refund}/outside-settlement", {"reference": "转账 0001"}, AIKU)
    ],
}


async def test_every_request_that_changes_an_order_is_repeated_here() -> None:
    changing = {name_of(x) for x in OPERATIONS if x.method != "GET" and "order" in x.path}
    indirectly = {
        "DELETE /v1/billing/{institution_id}",
        "POST /v1/institution/attendance",
        "POST /v1/institution/courses/{course_id}/cancellation",
    }
    assert changing | indirectly == STEPS.keys()


@pytest.mark.parametrize("begin", [pytest.param(x, id=name) for name, steps in STEPS.items() for x in steps])
async def test_sent_twice_it_happens_once(app: App, begin: Begin) -> None:
    step, key = await begin(app), "twice-the-same"
    states = []
    for _ in range(2):
        answer = await app.ask(step.method, step.path, step.token, step.body, headers={"Idempotency-Key": key})
        assert answer.status in {200, 201}, answer
        states.append(await state_of(app, step.no))
    assert states[0] == states[1]


@pytest.mark.parametrize("begin", [pytest.param(x, id=name) for name, steps in STEPS.items() for x in steps])
async def test_sent_three_times_at_once_it_happens_once(app: App, begin: Begin) -> None:
    step, key = await begin(app), "twice-the-same"
    before = await state_of(app, step.no)
    answers = await asyncio.gather(
        *(app.ask(step.method, step.path, step.token, step.body, headers={"Idempotency-Key": key}) for _ in range(3))
    )
    assert {answer.status for answer in answers} <= {200, 201}, answers
    facts = [(fact["kind"], fact["lesson_n"], fact["charge_no"]) for fact in (await state_of(app, step.no))["facts"]]
    assert len(facts) == len(set(facts)), facts
    assert len(facts) >= len(before["facts"])


async def state_of(app: App, no: str) -> dict[str, Any]:
    """Return the order with its facts wherever they are by now, without what counts our own asking."""
    order = await app.document(no)
    stored = await app.outside.database.handle["facts"].find({"order_no": no}).sort("seq").to_list(None)
    order["facts"] = [*stored, *order.pop("facts", [])]
    order.pop("quote")
    for charge in order["charges"]:
        charge.pop("tries")
    return order
