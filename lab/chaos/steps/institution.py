"""An institution's back office: reporting lessons in every order, disputes, the timetable, money."""

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone

from lab.chaos.context import BrokenError, Context, Json
from lab.chaos.workload import Draws

NOBODY = "-"
BEIJING = timezone(timedelta(hours=8))
APART, LESSONS_A_DAY = timedelta(minutes=40), 3
"""What an institution's report must keep to be believed, with some minutes to spare."""

BEGUN = frozenset({"in_training", "settling", "settled"})


async def teach(context: Context, draws: Draws) -> str:
    """Report the next lesson of an order."""
    return await _report(context, draws, most=1)


async def teach_batch(context: Context, draws: Draws) -> str:
    """Report several lessons at once: at times out of order, at times the whole batch twice."""
    return await _report(context, draws, most=6)


async def teach_wrongly(context: Context, draws: Draws) -> str:
    """Report what cannot be: a lesson of the future, of another institution, or that does not exist."""
    order = context.an_order(draws, lambda _: True)
    if order is None:
        return NOBODY
    kind = draws.of(("future", "foreign", "unknown"))
    now = datetime.fromisoformat(await context.rig.simulator.now())
    taught_at = now + timedelta(days=1) if kind == "future" else now
    row = _row(order, len(order["lessons"]) + 1 if kind == "unknown" else 1, taught_at, "wrong")
    others = [key for key in context.rig.keys if key != order["institution_id"]]
    school = context.rig.school(draws.of(others)) if kind == "foreign" else context.school(order)
    answer = await school.call("POST", "/attendance", {"rows": [row]})
    if answer["taken"]:
        raise BrokenError(answer)
    return f"{kind}: {_codes(answer)}"


async def move_lesson(context: Context, draws: Draws) -> str:
    """Move a lesson to another day."""
    body = {"scheduled_at": await context.rig.simulator.now(), "reason": "老师请假"}
    return await _at_lesson(context, draws, "scheduled", "/schedule", body)


async def cancel_lesson(context: Context, draws: Draws) -> str:
    """Cancel a lesson."""
    return await _at_lesson(context, draws, "scheduled", "/cancellation", {"reason": "场地停用"})


async def make_up(context: Context, draws: Draws) -> str:
    """Plan a void lesson once more."""
    return await _at_lesson(context, draws, "void", "/make-up", {"scheduled_at": await context.rig.simulator.now()})


async def answer_dispute(context: Context, draws: Draws) -> str:
    """Answer a dispute, or give in, or both."""
    body: Json = draws.of(({"answer": "老师按时上课了"}, {"concede": True}, {"answer": "确实没有上", "concede": True}))
    return await _at_lesson(context, draws, "disputed", "/dispute", body)


async def complete_course(context: Context, draws: Draws) -> str:
    """Declare a course over."""
    return await _at_order(context, draws, _in_training, "/course-end", None)


async def end_order(context: Context, draws: Draws) -> str:
    """End an order because the institution stops teaching."""
    return await _at_order(context, draws, _in_training, "/ending", {"reason": "校区停课"})


async def refund(context: Context, draws: Draws) -> str:
    """Return some or all of a payment back, at times with a key used before, at times too much."""
    order = context.an_order(draws, lambda order: order["paid_fen"])
    if order is None:
        return NOBODY
    charge = draws.of([charge for charge in order["charges"] if charge["charged_fen"]])
    percent = draws.of((10, 30, 50, 100, 150))
    body = {
        "charge_no": charge["no"],
        "amount_fen": max(1, charge["charged_fen"] * percent // 100),
        "reason": "协商退款",
    }
    key = f"refund-{charge['no']}-{draws.number(1, 4)}"
    answer = await context.school(order).call("POST", f"/orders/{order['no']}/refunds", body, {"Idempotency-Key": key})
    return f"{order['no']} {body['amount_fen']} fen: {answer['state']}"


async def retry_refund(context: Context, draws: Draws) -> str:
    """Try a failed refund again."""
    order = context.an_order(draws, _failed_refunds)
    if order is None:
        return NOBODY
    number = draws.of(_failed_refunds(order))
    await context.school(order).call("POST", f"/orders/{order['no']}/refunds/{number}/retry")
    return f"{number}: tried again"


async def lower(context: Context, draws: Draws) -> str:
    """Ask for less while WeChat has not got the money; at times for more, which must be refused."""
    order = context.an_order(draws, _deducting)
    if order is None:
        return NOBODY
    charge = next(charge for charge in order["charges"] if charge["state"] == "deducting")
    amount_fen = max(1, charge["asked_fen"] * draws.of((20, 80, 120)) // 100)
    context.lowered.add(charge["no"])
    body = {"amount_fen": amount_fen, "reason": "课程打折"}
    answer = await context.school(order).call("POST", f"/orders/{order['no']}/charges/{charge['no']}/lowering", body)
    return f"{charge['no']} to {amount_fen}: {answer['state']}"


async def paid_outside(context: Context, draws: Draws) -> str:
    """Say that the learner paid directly."""
    order = context.an_order(draws, _deducting)
    if order is None:
        return NOBODY
    charge = next(charge for charge in order["charges"] if charge["state"] == "deducting")
    body = {"paid_at": await context.rig.simulator.now(), "reference": f"CASH-{charge['no']}"}
    path = f"/orders/{order['no']}/charges/{charge['no']}/outside-payment"
    answer = await context.school(order).call("POST", path, body)
    return f"{charge['no']}: {answer['state']}"


async def _report(context: Context, draws: Draws, most: int) -> str:
    order = context.an_order(draws, lambda order: _in_training(order) and _lessons(order, "scheduled"))
    if order is None:
        return NOBODY
    now = datetime.fromisoformat(await context.rig.simulator.now())
    numbers = _lessons(order, "scheduled")
    first = draws.number(0, len(numbers) - 1) if draws.chance(0.2) else 0
    chosen = numbers[first : first + draws.number(1, most)]
    careless = draws.chance(0.15)
    moments = [now] * len(chosen) if careless else _plausible(order, now, len(chosen))
    rows = [_row(order, n, taught_at, "r") for n, taught_at in zip(chosen, moments, strict=False)]
    if not rows:
        return NOBODY
    if draws.chance(0.3):
        rows.reverse()
    answer = await context.school(order).call("POST", "/attendance", {"rows": rows})
    if draws.chance(0.3):
        again = await context.school(order).call("POST", "/attendance", {"rows": rows})
        if again["taken"] > answer["refused"]:
            raise BrokenError(again)
    return f"{order['no']} lessons {chosen[: len(rows)]}: {answer['taken']} taken {_codes(answer)}"


def _plausible(order: Json, now: datetime, most: int) -> list[datetime]:
    """Return moments at which more lessons of an order can have been taught, earliest first."""
    began = datetime.fromisoformat(order["signed_at"])
    known = [datetime.fromisoformat(lesson["taught_at"]) for lesson in order["lessons"] if lesson["taught_at"]]
    found: list[datetime] = []
    moment = now
    while len(found) < most and moment >= max(began, now - timedelta(days=6)):
        others = [*known, *found]
        same_day = [other for other in others if _beijing_day(other) == _beijing_day(moment)]
        if len(same_day) < LESSONS_A_DAY and all(abs(moment - other) >= APART for other in others):
            found.append(moment)
        moment -= APART
    return found[::-1]


def _beijing_day(moment: datetime) -> date:
    return moment.astimezone(BEIJING).date()


def _row(order: Json, n: int, taught_at: datetime, mark: str) -> Json:
    return {
        "report_id": f"{order['no']}-{n}-{mark}",
        "order_no": order["no"],
        "lesson": n,
        "taught_at": taught_at.isoformat(),
    }


def _codes(answer: Json) -> str:
    return " ".join(row["error"]["code"] for row in answer["rows"] if row["error"])


async def _at_lesson(context: Context, draws: Draws, state: str, path: str, body: Json) -> str:
    order = context.an_order(draws, lambda order: order["state"] in BEGUN and _lessons(order, state))
    if order is None:
        return NOBODY
    n = draws.of(_lessons(order, state))
    answer = await context.school(order).call("POST", f"/orders/{order['no']}/lessons/{n}{path}", body)
    return f"{order['no']} lesson {n}: {answer['state']}"


async def _at_order(
    context: Context, draws: Draws, good: Callable[[Json], object], path: str, body: Json | None
) -> str:
    order = context.an_order(draws, good)
    if order is None:
        return NOBODY
    answer = await context.school(order).call("POST", f"/orders/{order['no']}{path}", body)
    return f"{order['no']}: {answer['state']}"


def _in_training(order: Json) -> bool:
    return bool(order["state"] == "in_training")


def _deducting(order: Json) -> bool:
    return any(charge["state"] == "deducting" for charge in order["charges"])


def _lessons(order: Json, state: str) -> list[int]:
    return [lesson["n"] for lesson in order["lessons"] if lesson["state"] == state]


def _failed_refunds(order: Json) -> list[str]:
    refunds = (refund for charge in order["charges"] for refund in charge["refunds"])
    return [refund["no"] for refund in refunds if refund["state"] == "failed"]


STEPS = (
    *(teach, teach_batch, teach_wrongly, move_lesson, cancel_lesson, make_up, answer_dispute),
    *(complete_course, end_order, refund, retry_refund, lower, paid_outside),
)
