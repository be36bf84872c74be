"""The description of the interface is true: requests made from it, and made to break it, meet what it promises."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.core import NotSet

from handlers.operation import Access, Operation
from lab.rig.processes import Running
from server.docs import our_version
from server.openapi import describe
from server.routes import OPERATIONS
from tests.fixtures_simulator import fresh_world
from tests.http.app import Answer, App, open_app
from tests.http.orders import AIKU, prepaid
from tests.http.test_access import name_of, path_of

DOCUMENT = describe(OPERATIONS, our_version())
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
EXAMPLES = 5
LAST = "DELETE /v1/sessions/current"
"""Logging out ends the session all the others use."""

UNSENDABLE = {"Authorization", "Content-Length", "Transfer-Encoding", "Host", "Cookie", "Content-Type"}


class Fuzzed:
    """The application, driven from tests that are not coroutines, as hypothesis wants them."""

    def __init__(self, runner: "asyncio.Runner", app: App, learner: str, path: dict[str, str]) -> None:
        self._runner, self._app = runner, app
        self._tokens = {Access.LEARNER: learner, Access.INSTITUTION: app.keys[AIKU], Access.PUBLIC: ""}
        self._path = path

    def ask(self, operation: Operation, case: schemathesis.Case) -> Answer:
        """Send what was generated, with good credentials and, half of the time, real things in the path."""
        generated = {name: str(value) for name, value in case.path_parameters.items()}
        known = {name: value for name, value in self._path.items() if name in generated}
        path = generated | known if len(str(case.body)) % 2 == 0 else generated
        filled = path_of(operation)
        for name, value in path.items():
            filled = filled.replace(f"{{{name}}}", quote(value, safe="") or "x")
        return self._runner.run(
            self._app.ask(
                operation.method,
                filled + "?" + urlencode({k: str(v) for k, v in (case.query or {}).items()}, errors="replace"),
                self._tokens[operation.access],
                raw=body_of(case),
                headers=sendable(dict(case.headers or {})),
            )
        )


def body_of(case: schemathesis.Case) -> bytes | None:
    if isinstance(case.body, NotSet):
        return None
    if isinstance(case.body, bytes):
        return case.body
    return json.dumps(case.body).encode("utf-8", "surrogatepass")


def sendable(headers: dict[str, Any]) -> dict[str, str]:
    """Leave out what no client could send as a header, or what is ours to send."""
    return {
        name: value
        for name, value in headers.items()
        if name not in UNSENDABLE and isinstance(value, str) and value.isascii() and value.isprintable()
    }


@pytest.fixture(scope="module")
def fuzzed(simulator_process: Running, mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    """Serve in a loop that turns only while a request is made."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        app = runner.run(_open(stack, simulator_process, mongo_uri, tmp_path_factory.mktemp("fuzzed")))
        learner, no = runner.run(prepaid(app))
        order = runner.run(app.good("GET", f"/v1/orders/{no}", learner.token))
        path = {"no": no, "n": "1", "charge_no": order["charges"][0]["no"]}
        yield Fuzzed(runner, app, learner.token, path)
        runner.run(stack.aclose())


async def _open(stack: AsyncExitStack, simulator: Running, mongo_uri: str, directory: Path) -> App:
    world = await stack.enter_async_context(fresh_world(simulator))
    return await stack.enter_async_context(open_app(directory, world, mongo_uri))


def test_the_description_is_openapi_3_1() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    SCHEMA.validate()


def test_no_two_operations_share_an_id() -> None:
    ids = [operation["operationId"] for path in DOCUMENT["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids)) == len(OPERATIONS)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(
    "operation",
    [pytest.param(x, id=name_of(x)) for x in sorted(OPERATIONS, key=lambda x: name_of(x) == LAST)],
)
def test_whatever_is_sent_the_answer_is_as_described(
    fuzzed: Fuzzed, operation: Operation, mode: GenerationMode
) -> None:
    declared = SCHEMA[path_of(operation)][operation.method]
    if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query):
        return

    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=declared.as_strategy(generation_mode=mode))
    def send(case: schemathesis.Case) -> None:
        check(operation, fuzzed.ask(operation, case))

    send()


def check(operation: Operation, answer: Answer) -> None:
    """Never a crash; a refusal in our shape; a good answer with the declared status and schema."""
    assert answer.status != 500, answer
    if answer.status >= 400:
        assert answer.code
        _validator("#/components/schemas/Error").validate(answer.json)
        return
    declared = DOCUMENT["paths"][path_of(operation)][operation.method.lower()]["responses"]
    assert str(answer.status) in declared, answer
    content = declared[str(answer.status)].get("content")
    if content is None:
        assert answer.body == b""
        return
    _validator(content["application/json"]["schema"]["$ref"]).validate(answer.json)


@cache
def _validator(ref: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for({"$ref": ref, "components": DOCUMENT["components"]})
