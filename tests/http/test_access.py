"""Who may do what to whose: every operation there is, asked by everyone who may not.

The table is held complete against the declared operations, so a route without a rule of its own fails here.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from handlers.operation import Access, Operation
from lab.rig.product import MiniProgram
from models.api_key import ApiKey, Scope
from models.exceptions import ExceptionCase, ExceptionKind, Owner
from server.routes import OPERATIONS
from services.login import token_hash
from tests.http.app import Answer, App
from tests.http.orders import AIKU, WANDOU, an_order, authorized, now, prepaid

pytestmark = pytest.mark.asyncio(loop_scope="package")

Body = dict[str, Any]
COURSE = {
    "title": "爱酷体育 游泳课",
    "introduction": "游泳课",
    "price_fen": 10000,
    "lessons": [{"title": "第一课"}],
    "fee_modes": ["pay_after_course"],
}


@dataclass(frozen=True)
class Things:
    """One of each thing a path can name, all of one learner and one institution."""

    owner: MiniProgram
    stranger: MiniProgram
    path: dict[str, str]
    quote_id: str


@dataclass(frozen=True)
class Rule:
    """How an operation is asked in earnest. A `shared` one shows the same to every learner: there is no owner."""

    body: Body | None = None
    path: dict[str, str] = field(default_factory=dict)
    shared: bool = False


def lesson(n: int, body: Body | None = None) -> Rule:
    return Rule(body, {"n": str(n)})


AT = "2030-01-01T10:00:00+08:00"
RULES: dict[str, Rule] = {
    "POST /v1/sessions": Rule({"code": "x"}),
    "DELETE /v1/sessions/current": Rule(),
    "GET /v1/me": Rule(),
    "PATCH /v1/me": Rule({"nickname": "x"}),
    "POST /v1/me/phone": Rule({"code": "x"}),
    "GET /v1/courses": Rule(),
    "GET /v1/courses/{course_id}": Rule(shared=True),
    "GET /v1/authorizations": Rule(),
    "POST /v1/authorizations": Rule({"institution_id": WANDOU}),
    "GET /v1/billing": Rule(),
    "DELETE /v1/billing/{institution_id}": Rule(),
    "POST /v1/orders": Rule(an_order()),
    "GET /v1/orders": Rule(),
    "GET /v1/orders/{no}": Rule(),
    "DELETE /v1/orders/{no}": Rule(),
    "POST /v1/orders/{no}/wx": Rule(),
    "GET /v1/orders/{no}/timeline": Rule(),
    "GET /v1/orders/{no}/receipt": Rule(),
    "GET /v1/orders/{no}/evidence": Rule(),
    "POST /v1/orders/{no}/lessons/{n}/confirmation": lesson(2),
    "POST /v1/orders/{no}/lessons/{n}/dispute": lesson(2, {"reason": "x"}),
    "DELETE /v1/orders/{no}/lessons/{n}/dispute": lesson(1),
    "POST /v1/orders/{no}/ending-quotes": Rule(),
    "POST /v1/orders/{no}/ending": Rule({"quote_id": "…"}),
    "GET /v1/orders/{no}/charges/{charge_no}/wx": Rule(),
    "PUT /v1/institution/courses/{course_id}": Rule(COURSE),
    "POST /v1/institution/courses/{course_id}/cancellation": Rule({"reason": "x"}),
    "POST /v1/institution/attendance": Rule(
        {"rows": [{"report_id": "r", "order_no": "x", "lesson": 1, "taught_at": AT}]}
    ),
    "GET /v1/institution/orders": Rule(),
    "GET /v1/institution/orders/{no}": Rule(),
    "GET /v1/institution/orders/{no}/timeline": Rule(),
    "GET /v1/institution/orders/{no}/evidence": Rule(),
    "POST /v1/institution/orders/{no}/course-end": Rule(),
    "POST /v1/institution/orders/{no}/lessons/{n}/schedule": lesson(3, {"scheduled_at": AT}),
    "POST /v1/institution/orders/{no}/lessons/{n}/cancellation": lesson(4, {"reason": "x"}),
    "POST /v1/institution/orders/{no}/lessons/{n}/make-up": lesson(5, {"scheduled_at": AT}),
    "POST /v1/institution/orders/{no}/lessons/{n}/dispute": lesson(1, {"answer": "x", "concede": True}),
    "POST /v1/institution/orders/{no}/ending": Rule({"reason": "x"}),
    "POST /v1/institution/orders/{no}/charges/{charge_no}/lowering": Rule({"amount_fen": 1, "reason": "x"}),
    "POST /v1/institution/orders/{no}/charges/{charge_no}/outside-payment": Rule({"paid_at": AT, "reference": "x"}),
    "POST /v1/institution/orders/{no}/refunds": Rule({"charge_no": "…", "amount_fen": 1, "reason": "x"}),
    "POST /v1/institution/orders/{no}/refunds/{refund_no}/retry": Rule(),
    "POST /v1/institution/orders/{no}/refunds/{refund_no}/redirection": Rule({"to": "merchant"}),
    "POST /v1/institution/orders/{no}/refunds/{refund_no}/outside-settlement": Rule({"reference": "x"}),
    "POST /v1/institution/webhook-endpoints": Rule({"url": "https://hooks.example.com/x"}),
    "GET /v1/institution/webhook-endpoints": Rule(),
    "POST /v1/institution/webhook-endpoints/{endpoint_id}/secret": Rule(),
    "DELETE /v1/institution/webhook-endpoints/{endpoint_id}/old-secret": Rule(),
    "POST /v1/institution/webhook-endpoints/{endpoint_id}/disabling": Rule(),
    "POST /v1/institution/webhook-endpoints/{endpoint_id}/enabling": Rule(),
    "DELETE /v1/institution/webhook-endpoints/{endpoint_id}": Rule(),
    "GET /v1/institution/deliveries": Rule(),
    "GET /v1/institution/deliveries/{delivery_id}": Rule(),
    "POST /v1/institution/deliveries/{delivery_id}/replay": Rule(),
    "GET /v1/institution/exceptions": Rule(),
    "POST /v1/institution/exceptions/{exception_id}/closing": Rule({"outcome": "x"}),
}


def name_of(operation: Operation) -> str:
    """Name an operation as the table does, without the patterns of its path."""
    return f"{operation.method} {path_of(operation)}"


def path_of(operation: Operation) -> str:
    return re.sub(r"\{(\w+):[^/]*\}", r"{\1}", operation.path)


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def things(app: App) -> Things:
    owner, no = await prepaid(app)
    key = app.keys[AIKU]
    charge_no = (await app.good("GET", f"/v1/orders/{no}", owner.token))["charges"][0]["no"]
    await authorized(app, AIKU, owner)
    endpoint = await app.good("POST", "/v1/institution/webhook-endpoints", key, {"url": "https://hooks.example.com/"})
    refund = {"charge_no": charge_no, "amount_fen": 1, "reason": "多收"}
    order = await app.good("POST", f"/v1/institution/orders/{no}/refunds", key, refund, Idempotency_Key=uuid4().hex)
    await app.good("PUT", "/v1/institution/courses/aiku-swimming", key, COURSE)
    await app.run("relay")
    deliveries = (await app.good("GET", "/v1/institution/deliveries", key))["deliveries"]
    quote = await app.good("POST", f"/v1/orders/{no}/ending-quotes", owner.token)
    await app.outside.ports.exceptions.save(case := an_exception(no, await now(app)))
    path = {
        "no": no,
        "charge_no": charge_no,
        "refund_no": order["charges"][0]["refunds"][0]["no"],
        "endpoint_id": endpoint["id"],
        "delivery_id": next(x["id"] for x in deliveries if x["order_no"] == no),
        "exception_id": case.id,
        "institution_id": AIKU,
        "course_id": "aiku-swimming",
    }
    return Things(owner, await app.learner("别人"), path, quote["id"])


def an_exception(no: str, at: datetime) -> ExceptionCase:
    """Make an exception that is the institution's own to settle."""
    return ExceptionCase(
        id=f"{no}-owed_outside_wechat",
        kind=ExceptionKind.OWED_OUTSIDE_WECHAT,
        owner=Owner.INSTITUTION,
        subject=no,
        order_no=no,
        institution_id=AIKU,
        opened_at=at,
    )


async def ask_as(app: App, things: Things, operation: Operation, token: str) -> Answer:
    """Ask for the owner's things in earnest, with somebody's token."""
    rule = RULES[name_of(operation)]
    filled = {"…": things.path["charge_no"]} if "charge_no" in (rule.body or {}) else {"…": things.quote_id}
    body = rule.body and {name: filled.get(str(value), value) for name, value in rule.body.items()}
    path = path_of(operation).format(**(things.path | rule.path))
    return await app.ask(operation.method, path, token, body, headers={"Idempotency-Key": uuid4().hex})


def each(*operations: Operation) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", [pytest.param(x, id=name_of(x)) for x in operations])


CLOSED = tuple(x for x in OPERATIONS if x.access is not Access.PUBLIC)
OWNED = tuple(x for x in CLOSED if "{" in x.path and not RULES.get(name_of(x), Rule()).shared)


async def test_every_operation_has_its_rule() -> None:
    assert {name_of(operation) for operation in OPERATIONS} == RULES.keys()


@each(*CLOSED)
async def test_nobody_is_let_in_without_or_with_the_wrong_credentials(
    app: App, things: Things, operation: Operation
) -> None:
    wrong = app.keys[AIKU] if operation.access is Access.LEARNER else things.owner.token
    before = await app.contents()
    answers = [await ask_as(app, things, operation, token) for token in ("", "made-up", wrong)]
    assert [answer.status for answer in answers] == [401, 401, 401]
    assert all(answer.code for answer in answers)
    assert await app.contents() == before


@each(*(x for x in CLOSED if x.access is Access.INSTITUTION))
async def test_a_key_without_the_scope_is_refused(app: App, things: Things, operation: Operation) -> None:
    key, at = f"xxk_{uuid4().hex}", await now(app)
    scopes = tuple(scope for scope in Scope if scope is not operation.scope)
    made = ApiKey(hash=token_hash(key), prefix="xxk_", institution_id=AIKU, name="x", scopes=scopes, created_at=at)
    await app.outside.ports.institutions.add_key(made)
    answer = await ask_as(app, things, operation, key)
    assert (answer.status, answer.code) == (403, "scope_missing")


@each(*OWNED)
async def test_anothers_thing_looks_as_if_it_did_not_exist(app: App, things: Things, operation: Operation) -> None:
    stranger = things.stranger.token if operation.access is Access.LEARNER else app.keys[WANDOU]
    before = await app.contents()
    answer = await ask_as(app, things, operation, stranger)
    assert answer.status == 404
    assert await app.contents() == before
    if "{no}" in operation.path or any(
        name in operation.path for name in ("{endpoint_id}", "{delivery_id}", "{exception_id}")
    ):
        nothing = replace(things, path=dict.fromkeys(things.path, "none"))
        missing = await ask_as(app, nothing, operation, stranger)
        assert (missing.status, missing.code) == (404, answer.code)


async def test_the_owner_is_let_in_everywhere(app: App, things: Things) -> None:
    """Else the refusals above would prove nothing. Deleting comes last."""
    shut = {}
    for operation in sorted(CLOSED, key=lambda x: (x.path.endswith("current"), x.method == "DELETE", -len(x.path))):
        owner = things.owner.token if operation.access is Access.LEARNER else app.keys[AIKU]
        answer = await ask_as(app, things, operation, owner)
        if answer.status in {401, 403, 404} or answer.status >= 500:
            shut[name_of(operation)] = answer
    assert shut == {}
