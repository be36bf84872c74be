"""The catalogue of operations is complete, true, and printed in docs/fidelity.md."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from processes import ROOT
from wechat_simulator.fidelity.catalogue import Operation, named, operations
from wechat_simulator.fidelity.page import lines, page
from wechat_simulator.surface import Plane
from wechat_simulator.surfaces import registry

if TYPE_CHECKING:
    from school import School

TESTS = json.loads((ROOT / "docs" / "fidelity-tests.json").read_text(encoding="utf-8"))


def test_the_page_is_the_printed_one() -> None:
    assert (ROOT / "docs" / "fidelity.md").read_text(encoding="utf-8") == page(TESTS)


def test_the_score_stands_in_the_changelog() -> None:
    score = re.search(r"\*\*(Score: .+?)\.\*\*", page(TESTS))
    newest = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").split("\n## ")[1]
    assert score is not None
    assert score[1] in newest


def test_every_served_route_is_in_the_catalogue() -> None:
    calls = {operation.call for operation in operations()}
    paths = {call.partition(" ")[2] for call in calls}
    wechats = [r for r in registry().routes if not r.path.startswith("/phone/")]
    served = [r for r in wechats if r.plane is not Plane.CONTROL and r.method != "*"]
    pay = {route.target for route in served if route.plane is Plane.PAY}
    assert pay - calls == set()
    assert {route.path for route in served} - paths == set()


def test_every_operation_is_there_once_and_says_what_it_rests_on() -> None:
    calls = [operation.call for operation in operations()]
    assert len(calls) == len(set(calls))
    served = [line.operation for line in lines(TESTS) if line.served]
    assert [o.call for o in served if not (o.page or o.recorded or o.report or o.vector)] == []


def test_every_served_operation_is_tested() -> None:
    assert [line.operation.call for line in lines(TESTS) if line.served and not line.tests] == []


def test_an_operation_is_known_by_its_path() -> None:
    cancel = named("POST", "/v3/payscore/serviceorder/A-1/cancel?x=1")
    assert cancel is not None
    assert (cancel.name, cancel.area) == ("取消支付分订单", "Pay Score, service orders: direct")
    assert named("POST", "/v3/payscore/serviceorder/A-1/b/cancel") is None
    direct = named("POST", "/v3/payscore/serviceorder/direct-complete")
    assert direct is not None
    assert direct.name == "创单结单合并"


UNSERVED = [
    line.operation
    for line in lines(TESTS)
    if not line.served and not line.operation.call.startswith("NOTICE")
]


@pytest.mark.parametrize("operation", UNSERVED, ids=[o.call for o in UNSERVED])
async def test_what_is_not_served_answers_501_with_its_name(
    school: School, operation: Operation
) -> None:
    call, name = operation.call, operation.name
    method, _, template = call.partition(" ")
    path = template.replace("{", "").replace("}", "")
    if path.startswith("/v3/"):
        wire = await school.pay.call(method, path, {} if method == "POST" else None)
        assert (wire.status, wire.json["code"]) == (501, "NOT_IMPLEMENTED")
        message = wire.json["message"]
    else:
        status, answer = await school.control.call(method, path)
        assert (status, answer["errcode"]) == (501, 501)
        message = answer["errmsg"]
    assert name in message
    assert call in message
