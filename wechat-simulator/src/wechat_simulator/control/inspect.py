"""What happened so far: money, notices, requests, and the whole world as JSON."""

from __future__ import annotations

from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer


async def _ledger(call: Call) -> Answer:
    balances = {u.user_id: u.balance_fen for u in call.world.users.users.values()}
    return json_answer({"entries": call.world.ledger.view(), "balances": balances})


async def _notices(call: Call) -> Answer:
    notices = call.world.notices.notices.values()
    return json_answer({"notices": [notice.view() for notice in notices]})


async def _requests(call: Call) -> Answer:
    return json_answer({"requests": call.world.requests.view(call.query.get("path"))})


async def _world(call: Call) -> Answer:
    return json_answer(call.world.dump())


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    return (
        Route("GET", "/_sim/ledger", _ledger, Plane.CONTROL),
        Route("GET", "/_sim/notices", _notices, Plane.CONTROL),
        Route("GET", "/_sim/requests", _requests, Plane.CONTROL),
        Route("GET", "/_sim/world", _world, Plane.CONTROL),
    )
