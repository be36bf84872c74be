"""The exceptions queue over HTTP: an institution sees its own, and closes what is its own to settle."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from aiohttp import ClientSession, web

from handlers.exceptions import OPERATIONS
from handlers.operation import PORTS
from models.api_key import ApiKey, Scope
from models.exceptions import ExceptionCase, ExceptionKind, Owner
from server.endpoint import endpoint
from server.middleware import errors_as_json
from services.login import token_hash
from tests.fakes.outside import START
from tests.fakes.world import World


@dataclass
class Office:
    """Calls as an institution's back office does."""

    session: ClientSession
    url: str

    async def call(self, method: str, path: str = "", key: str = "xxk_wandou", **given: object) -> tuple[int, dict]:
        headers = {"Authorization": f"Bearer {key}", "Accept-Language": "en"}
        async with self.session.request(method, self.url + path, headers=headers, **given) as answer:
            return answer.status, await answer.json()


@pytest.fixture
async def office(world: World) -> AsyncIterator[Office]:
    for owner, scopes in (("wandou", tuple(Scope)), ("other", tuple(Scope)), ("narrow", (Scope.COURSES,))):
        await world.stores.institutions.add_key(
            ApiKey(
                hash=token_hash(f"xxk_{owner}"),
                prefix=f"xxk_{owner}",
                institution_id=owner,
                name="n",
                scopes=scopes,
                created_at=START,
            )
        )
    app = web.Application(middlewares=[errors_as_json])
    app[PORTS] = world.ports
    for operation in OPERATIONS:
        app.router.add_route(operation.method, operation.path, endpoint(operation))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession() as session:
        yield Office(session, f"http://127.0.0.1:{runner.addresses[0][1]}/v1/institution/exceptions")
    await runner.cleanup()


async def an_exception(
    world: World, n: int, kind: ExceptionKind = ExceptionKind.REFUND_FAILED, **changes: object
) -> str:
    known: dict[str, object] = {
        "id": f"R{n}-{kind}",
        "kind": kind,
        "owner": Owner.INSTITUTION,
        "subject": f"R{n}",
        "order_no": "X1",
        "institution_id": "wandou",
        "opened_at": START + timedelta(minutes=n),
        "detail": {"refund_no": f"R{n}", "problem": "wechat_merchant_balance_short", "amount_fen": 900},
    }
    case = ExceptionCase.model_validate(known | changes)
    await world.stores.exceptions.save(case)
    return case.id


async def test_an_exception_says_whose_turn_it_is_since_when_and_what_to_do(world: World, office: Office) -> None:
    await an_exception(world, 1)
    world.clock.advance(minutes=61)
    status, page = await office.call("GET")
    assert status == 200
    (shown,) = page["exceptions"]
    assert (shown["id"], shown["kind"], shown["owner"]) == ("R1-refund_failed", "refund_failed", "institution")
    assert (shown["age_s"], shown["closed_at"], page["next"]) == (3600, None, "")
    assert "Refund R1 failed (wechat_merchant_balance_short)" in shown["suggested_action"]


async def test_exceptions_are_paged_filtered_and_nobody_elses(world: World, office: Office) -> None:
    ids = [await an_exception(world, n) for n in (1, 2, 3)]
    await an_exception(world, 4, institution_id="other")
    closed = await an_exception(world, 5, closed_at=START, closed_by="institution", outcome="done")
    assert await _ids(office) == [closed, *reversed(ids)]
    assert await _ids(office, state="closed") == [closed]
    _, first = await office.call("GET", params={"state": "open", "limit": "2"})
    assert [x["id"] for x in first["exceptions"]] == [ids[2], ids[1]]
    assert await _ids(office, state="open", after=first["next"]) == [ids[0]]


async def _ids(office: Office, **query: str) -> list[str]:
    status, page = await office.call("GET", params=query)
    assert status == 200, page
    return [shown["id"] for shown in page["exceptions"]]


async def test_closing_is_remembered_and_safe_to_repeat(world: World, office: Office) -> None:
    key = await an_exception(world, 1)
    closing = {"outcome": "paid back in cash"}
    first = await office.call("POST", f"/{key}/closing", json=closing)
    assert first[0] == 200
    assert (first[1]["closed_by"], first[1]["outcome"]) == ("institution", "paid back in cash")
    world.clock.advance(minutes=1)
    assert await office.call("POST", f"/{key}/closing", json=closing) == first
    status, refusal = await office.call("POST", f"/{key}/closing", json={"outcome": "something else"})
    assert (status, refusal["error"]["code"]) == (409, "exception_closed")
    assert "paid back in cash" in refusal["error"]["message"]


@pytest.mark.parametrize(
    ("changes", "key", "status", "code"),
    [
        pytest.param({"institution_id": "other"}, "xxk_wandou", 404, "exception_not_found", id="another's"),
        pytest.param({"owner": Owner.OPERATOR}, "xxk_wandou", 403, "exception_not_yours", id="the operator's"),
        pytest.param({}, "xxk_nobody", 401, "key_unknown", id="no key"),
        pytest.param({}, "xxk_narrow", 403, "scope_missing", id="a key without the scope"),
    ],
)
async def test_what_is_not_its_own_an_institution_cannot_close(
    world: World, office: Office, changes: dict[str, object], key: str, status: int, code: str
) -> None:
    exception_id = await an_exception(world, 1, **changes)
    answered, refusal = await office.call("POST", f"/{exception_id}/closing", key=key, json={"outcome": "done"})
    assert (answered, refusal["error"]["code"]) == (status, code)
    stored = await world.stores.exceptions.get(exception_id)
    assert stored is not None
    assert stored.is_open


@pytest.mark.parametrize("body", [{}, {"outcome": ""}, {"outcome": "x" * 201}, {"outcome": "x", "closed_by": "me"}])
async def test_a_closing_without_a_proper_outcome_is_refused(
    world: World, office: Office, body: dict[str, object]
) -> None:
    key = await an_exception(world, 1)
    status, refusal = await office.call("POST", f"/{key}/closing", json=body)
    assert (status, refusal["error"]["code"]) == (400, "invalid_input")
