"""Bad input: each has its status, its code, a sentence in either language, and leaves nothing behind."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from lab.rig.product import MiniProgram
from models.api_key import ApiKey, Scope
from models.learner import Session
from services.login import SESSION_IDLE, SESSION_LIFE, token_hash
from tests.http.app import App
from tests.http.orders import (
    AIKU,
    WANDOU,
    an_order,
    authorized,
    awaiting,
    ended,
    in_training,
    now,
    place,
    prepaid,
    rows,
)

pytestmark = pytest.mark.asyncio(loop_scope="package")

CHINESE = re.compile("[\u4e00-\u9fff]")
MEGABYTE = b'{"note": "' + b"x" * 1_000_000 + b'"}'


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    token: str = ""
    body: object = None
    raw: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


async def refused(app: App, asked: Asked) -> tuple[int, str]:
    """Ask in Chinese and in English; returns status and code, having looked that nothing was written."""
    before = await app.contents()
    in_chinese, in_english = [
        await app.ask(
            asked.method,
            asked.path,
            asked.token,
            asked.body,
            raw=asked.raw,
            headers={**asked.headers, "Accept-Language": language},
        )
        for language in ("zh-CN", "en")
    ]
    assert await app.contents() == before
    assert CHINESE.search(in_chinese.json["error"]["message"]), in_chinese
    assert not CHINESE.search(in_english.json["error"]["message"]), in_english
    assert (in_chinese.status, in_chinese.code) == (in_english.status, in_english.code)
    return in_chinese.status, in_chinese.code


@dataclass(frozen=True)
class Parties:
    """Who and what is there already."""

    learner: MiniProgram
    other: MiniProgram
    order_no: str
    waiting_no: str
    ended_no: str


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def parties(app: App) -> Parties:
    learner, no = await in_training(app)
    _, ended_no = await ended(app)
    _, waiting_no = await awaiting(app)
    return Parties(learner, await authorized(app), no, waiting_no, ended_no)


Ask = Callable[[App, Parties], Awaitable[Asked]]


def ordering(body: object = None, key: str | None = "a-fresh-key-1", **changes: Any) -> Ask:
    """Order with something wrong."""

    async def make(_: App, parties: Parties) -> Asked:
        headers = {} if key is None else {"Idempotency-Key": key}
        return Asked("POST", "/v1/orders", parties.other.token, body or an_order(**changes), headers=headers)

    return make


def raw(content: bytes, path: str = "/v1/orders") -> Ask:
    async def make(_: App, parties: Parties) -> Asked:
        return Asked("POST", path, parties.other.token, raw=content, headers={"Idempotency-Key": uuid4().hex})

    return make


def plain(method: str, path: str, token: str = "") -> Ask:
    async def make(_: App, __: Parties) -> Asked:
        return Asked(method, path, token)

    return make


async def _fee_mode_closed_by_the_course(app: App, parties: Parties) -> Asked:
    return Asked(
        "POST", "/v1/orders", parties.other.token, an_order(mode="prepay"), headers={"Idempotency-Key": uuid4().hex}
    )


async def _a_payment_shown_as_a_service_order(app: App, _: Parties) -> Asked:
    learner, no = await prepaid(app)
    charge = (await app.good("GET", f"/v1/orders/{no}", learner.token))["charges"][0]["no"]
    return Asked("GET", f"/v1/orders/{no}/charges/{charge}/wx", learner.token)


async def _anothers_course_in_a_mode_we_lack(app: App, _: Parties) -> Asked:
    course = {
        "title": "课",
        "introduction": "课",
        "price_fen": 100,
        "lessons": [{"title": "一"}],
        "fee_modes": ["prepay"],
    }
    return Asked("PUT", "/v1/institution/courses/aiku-basketball-10", app.keys[WANDOU], course)


async def _course_closed(app: App, parties: Parties) -> Asked:
    course = {
        "title": "停招的课",
        "introduction": "停招的课",
        "price_fen": 10000,
        "lessons": [{"title": "第一课"}],
        "fee_modes": ["pay_after_course"],
        "open": False,
    }
    await app.good("PUT", "/v1/institution/courses/wandou-closed", app.keys[WANDOU], course)
    return Asked(
        "POST", "/v1/orders", parties.other.token, an_order("wandou-closed"), headers={"Idempotency-Key": uuid4().hex}
    )


async def _key_reused(app: App, parties: Parties) -> Asked:
    learner = await authorized(app)
    await place(app, learner, an_order(), "the-same-key")
    body = an_order(student_name="小红")
    return Asked("POST", "/v1/orders", learner.token, body, headers={"Idempotency-Key": "the-same-key"})


def session(**changes: timedelta) -> Ask:
    """Use a session that was good once."""

    async def make(app: App, parties: Parties) -> Asked:
        at, token = await now(app), uuid4().hex
        me = (await app.good("GET", "/v1/me", parties.learner.token))["id"]
        made = Session(
            hash=token_hash(token),
            learner_id=me,
            appid=app.appid,
            created_at=at - SESSION_LIFE,
            expires_at=at + SESSION_LIFE,
            idle_after=at + SESSION_IDLE,
        )
        old = made.model_copy(update={name: at + shift for name, shift in changes.items()})
        await app.outside.ports.sessions.add(old)
        return Asked("POST", "/v1/orders", token, an_order())

    return make


def attendance(lesson: int = 2, *, of: str = "order_no", school: str = WANDOU, later_s: float = 0) -> Ask:
    async def make(app: App, parties: Parties) -> Asked:
        body = await rows(app, getattr(parties, of), lesson, later=timedelta(seconds=later_s))
        return Asked("POST", "/v1/institution/attendance", app.keys[school], body)

    return make


async def _login_code_twice(app: App, _: Parties) -> Asked:
    person = await app.simulator.add_person(app.appid, "二次登录")
    code = await app.simulator.login_code(person, app.appid)
    await app.good("POST", "/v1/sessions", body={"code": code})
    return Asked("POST", "/v1/sessions", body={"code": code})


def key(*, scopes: tuple[Scope, ...] = tuple(Scope), revoked: bool = False) -> Ask:
    """Ask for orders with a key of this kind."""

    async def make(app: App, parties: Parties) -> Asked:
        made, at = f"xxk_{uuid4().hex}", await now(app)
        await app.outside.ports.institutions.add_key(
            ApiKey(
                hash=token_hash(made),
                prefix=made[:12],
                institution_id=WANDOU,
                name="test",
                scopes=scopes,
                created_at=at,
                revoked_at=at if revoked else None,
            )
        )
        return Asked("GET", f"/v1/institution/orders/{parties.order_no}", made)

    return make


REFUSALS: list[tuple[str, Ask, int, str]] = [
    ("unknown course", ordering(course="no-such-course"), 404, "course_not_found"),
    ("fee mode the course lacks", _fee_mode_closed_by_the_course, 409, "fee_mode_closed"),
    ("fee mode that does not exist", ordering(mode="pay_never"), 400, "invalid_input"),
    ("closed course", _course_closed, 409, "course_closed"),
    ("a payment shown as a service order", _a_payment_shown_as_a_service_order, 409, "no_service_order"),
    ("another's course, in a mode of theirs", _anothers_course_in_a_mode_we_lack, 404, "course_not_found"),
    ("no session", plain("GET", "/v1/orders"), 401, "not_authenticated"),
    ("made-up session", plain("GET", "/v1/orders", "made-up"), 401, "session_unknown"),
    ("expired session", session(expires_at=timedelta(0)), 401, "session_expired"),
    ("idle session", session(idle_after=timedelta(0)), 401, "session_expired"),
    ("price sent along", ordering(price_fen=1), 400, "invalid_input"),
    ("openid sent along", ordering(openid="o123"), 400, "invalid_input"),
    ("amount sent along", ordering(amount_fen=1), 400, "invalid_input"),
    ("malformed JSON", raw(b'{"course_id": '), 400, "invalid_json"),
    ("JSON of another kind", raw(b"[]"), 400, "invalid_input"),
    ("no body", raw(b""), 400, "invalid_input"),
    ("not UTF-8", raw(b'{"course_id": "\xff\xfe"}'), 400, "invalid_json"),
    ("wrong type", ordering(student_name=7), 400, "invalid_input"),
    ("empty name", ordering(student_name="  "), 400, "invalid_input"),
    ("overlong name", ordering(student_name="名" * 41), 400, "invalid_input"),
    ("a megabyte", raw(MEGABYTE), 413, "too_large"),
    ("no Idempotency-Key", ordering(key=None), 400, "idempotency_key_missing"),
    ("short Idempotency-Key", ordering(key="short"), 400, "idempotency_key_missing"),
    ("overlong Idempotency-Key", ordering(key="x" * 129), 400, "idempotency_key_missing"),
    ("Idempotency-Key used for another order", _key_reused, 409, "idempotency_key_reused"),
    ("old terms", ordering(contract={"version": "2020-01", "accepted": True}), 409, "contract_changed"),
    ("terms not accepted", ordering(contract={"version": "2026-11", "accepted": False}), 400, "contract_not_accepted"),
    ("terms accepted by a number", ordering(contract={"version": "2026-11", "accepted": 1}), 400, "invalid_input"),
    ("terms accepted by a word", ordering(contract={"version": "2026-11", "accepted": "true"}), 400, "invalid_input"),
    ("another offer", ordering(offer_id="offer_of_yesterday"), 409, "offer_changed"),
    ("no offer", ordering(offer_id=""), 400, "invalid_input"),
    ("login code twice", _login_code_twice, 401, "code_used"),
    ("revoked API key", key(revoked=True), 401, "key_unknown"),
    ("API key without the scope", key(scopes=(Scope.COURSES,)), 403, "scope_missing"),
    ("made-up API key", plain("GET", "/v1/institution/orders", "xxk_made-up"), 401, "key_unknown"),
    ("wrong route", plain("GET", "/v1/nothing"), 404, "route_not_found"),
    ("wrong method", plain("PUT", "/v1/orders"), 405, "method_not_allowed"),
    ("lesson that is no number", plain("POST", "/v1/orders/x/lessons/one/confirmation"), 404, "route_not_found"),
]


@pytest.mark.parametrize(("ask", "status", "code"), [pytest.param(*case[1:], id=case[0]) for case in REFUSALS])
async def test_is_refused_by_name_and_nothing_is_written(
    app: App, parties: Parties, ask: Ask, status: int, code: str
) -> None:
    assert await refused(app, await ask(app, parties)) == (status, code)


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({"price_fen": 1}, "price_fen"),
        ({"openid": "o123"}, "openid"),
        ({"contract": {"version": "2026-11", "accepted": True, "amount_fen": 1}}, "contract.amount_fen"),
        ({"course_id": 7}, "course_id"),
    ],
)
async def test_the_wrong_field_is_named(app: App, parties: Parties, sent: dict[str, Any], named: str) -> None:
    answer = await app.ask(
        "POST", "/v1/orders", parties.other.token, an_order() | sent, headers={"Idempotency-Key": uuid4().hex}
    )
    assert (answer.code, answer.json["error"]["detail"]["field"]) == ("invalid_input", named)
    assert f"字段 {named}" in answer.json["error"]["message"]


LOGIN_CODES = [
    pytest.param({"code": "never-given"}, 0, "login_code_invalid", id="unknown"),
    pytest.param(None, 600, "login_code_invalid", id="expired"),
]


@pytest.mark.parametrize(("body", "older_s", "code"), LOGIN_CODES)
async def test_a_bad_login_code_lets_nobody_in(
    app: App, body: dict[str, str] | None, older_s: float, code: str
) -> None:
    person = await app.simulator.add_person(app.appid, "晚到")
    given = body or {"code": await app.simulator.login_code(person, app.appid)}
    await app.simulator.advance(seconds=older_s)
    before = await app.contents("login_codes")
    answer = await app.ask("POST", "/v1/sessions", body=given)
    assert (answer.status, answer.code) == (401, code)
    assert await app.contents("login_codes") == before


ATTENDANCE = [
    pytest.param(attendance(21), "lesson_not_found", id="lesson that does not exist"),
    pytest.param(attendance(1, of="waiting_no", school="zhaorufei"), "order_not_in_training", id="before training"),
    pytest.param(attendance(1, school=AIKU), "order_not_found", id="order of another institution"),
    pytest.param(attendance(2, of="ended_no"), "after_fence", id="after the fence"),
    pytest.param(attendance(2, later_s=3600), "taught_in_future", id="in the future"),
]


@pytest.mark.parametrize(("ask", "code"), ATTENDANCE)
async def test_a_bad_attendance_row_is_refused_by_name_and_nothing_is_written(
    app: App, parties: Parties, ask: Ask, code: str
) -> None:
    asked = await ask(app, parties)
    before = await app.contents()
    for language in ("zh-CN", "en"):
        told = await app.ask(asked.method, asked.path, asked.token, asked.body, headers={"Accept-Language": language})
        (row,) = told.json["rows"]
        assert (told.status, row["result"], row["error"]["code"]) == (200, "refused", code)
        assert bool(CHINESE.search(row["error"]["message"])) == (language == "zh-CN")
    assert await app.contents() == before


async def test_one_bad_attendance_row_spoils_no_other(app: App) -> None:
    _, no = await in_training(app)
    await app.simulator.advance(hours=3)
    told = await app.good("POST", "/v1/institution/attendance", app.keys[WANDOU], await rows(app, no, 1, 99, 2))
    assert [row["result"] for row in told["rows"]] == ["taken", "refused", "taken"]


async def test_the_same_key_and_body_give_the_same_order(app: App) -> None:
    learner = await authorized(app)
    once = await place(app, learner, an_order(), "order-me-once")
    before = await app.contents()
    assert await place(app, learner, an_order(), "order-me-once") == once
    assert await app.contents() == before


async def test_what_the_learner_speaks_is_answered_where_the_request_does_not_say(app: App) -> None:
    learner = await app.learner()
    await app.good("PATCH", "/v1/me", learner.token, {"language": "en"})
    answer = await app.ask("GET", "/v1/orders/none", learner.token)
    assert not CHINESE.search(answer.json["error"]["message"])
