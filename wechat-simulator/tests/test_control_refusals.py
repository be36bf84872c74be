"""The control plane says what is wrong with a wish instead of doing something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from merchant_client import Control

SERVICE = {"mchid": "1900000001", "kind": "plan"}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("users", {"score": "high"}, 400),
        ("users", {"youth_mode": "no"}, 400),
        ("users", {"balance_fen": 1.5}, 400),
        ("users", [], 400),
        ("users/u9/login", {}, 404),
        ("worlds", {"start": "soon"}, 400),
        ("worlds", {"name": "default"}, 409),
        ("worlds", {"seed": "x"}, 400),
        ("clock", {"advance_s": -1}, 400),
        ("clock", {"advance_s": "much"}, 400),
        ("clock", {"running": "yes"}, 400),
        ("clock", {"to": "2020-01-01T00:00:00"}, 400),
        ("services", {"mchid": "1", "kind": "plan"}, 404),
        ("services", SERVICE | {"kind": "loan"}, 400),
        ("services", SERVICE | {"risk_cap_fen": "much"}, 400),
        ("services", SERVICE | {"risk_family": "other"}, 400),
        ("sub-merchants", {"mchid": "1900000100", "sub_mchid": "1"}, 404),
        ("faults", {"target": 5, "kind": "500"}, 400),
        ("faults", {"target": "notice:*", "kind": "lost", "times": "often"}, 400),
        ("no-such-call", {}, 404),
    ],
)
async def test_a_senseless_wish_is_refused(
    control: Control, path: str, body: Any, status: int
) -> None:
    got, answer = await control.call("POST", f"/_sim/{path}", body)
    assert (got, answer["errcode"]) == (status, status)
    assert answer["errmsg"]


async def test_a_page_needs_a_known_kind_an_object_and_a_decision(control: Control) -> None:
    user = await control.user()
    path = f"/_sim/users/{user['user_id']}/view"
    for body in (
        {"businessType": "wxpayScoreHide", "extraData": {}},
        {"businessType": "wxpayScoreUse", "extraData": "package=1"},
        {"businessType": "wxpayScoreUse", "extraData": {}, "decision": "maybe"},
    ):
        assert (await control.call("POST", path, body))[0] == 400


async def test_null_counts_as_absent_and_reset_keeps_the_opening(control: Control) -> None:
    user = await control.user(nickname=None, score=None)
    assert (await control.get(f"/_sim/users/{user['user_id']}"))["score"] == 700
    start = "2025-09-01T00:00:00.000Z"
    wish = {"name": "still", "start": start, "running": False}
    url = (await control.post("/_sim/worlds", wish))["url"]
    await control.http.post(f"{url}/_sim/clock", json={"advance_s": 60})
    await control.http.post(f"{url}/_sim/reset", json={})
    async with control.http.get(f"{url}/_sim/clock") as answer:
        assert await answer.json() == {"now": start, "running": False, "next": None}
