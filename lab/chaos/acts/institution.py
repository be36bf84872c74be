"""An institution's back office: reporting lessons in every order, disputes, the timetable, money."""

from collections.abc import Callable
from datetime import datetime, timedelta

from lab.chaos.scene import BrokenError, Json, Scene
from lab.chaos.script import Dice

NOBODY = "-"
BEGUN = frozenset({"in_training", "settling", "settled"})


async def teach(scene: Scene, dice: Dice) -> str:
    """Report the next lesson of an order."""
    return await _report(scene, dice, most=1)


async def teach_batch(scene: Scene, dice: Dice) -> str:
    """Report several lessons at once: at times out of order, at times the whole batch twice."""
    return await _report(scene, dice, most=6)


async def teach_wrongly(scene: Scene, dice: Dice) -> str:
    """Report what cannot be: a lesson of the future, of another institution, or that does not exist."""
    order = scene.an_order(dice, lambda _: True)
    if order is None:
        return NOBODY
    kind = dice.of(("future", "foreign", "unknown"))
    now = datetime.fromisoformat(await scene.rig.simulator.now())
    taught_at = now + timedelta(days=1) if kind == "future" else now
    row = _row(order, len(order["lessons"]) + 1 if kind == "unknown" else 1, taught_at, "wrong")
    others = [key for key in scene.rig.keys if key != order["institution_id"]]
    school = scene.rig.school(dice.of(others)) if kind == "foreign" else scene.school(order)
    answer = await school.call("POST", "/attendance", {"rows": [row]})
    if answer["taken"]:
        raise BrokenError(answer)
    return f"{kind}: {_codes(answer)}"


async def move_lesson(scene: Scene, dice: Dice) -> str:
    """Move a lesson to another day."""
    body = {"scheduled_at": await scene.rig.simulator.now(), "reason": "老师请假"}
    return await _at_lesson(scene, dice, "scheduled", "/schedule", body)


async def cancel_lesson(scene: Scene, dice: Dice) -> str:
    """Cancel a lesson."""
    return await _at_lesson(scene, dice, "scheduled", "/cancellation", {"reason": "场地停用"})


async def make_up(scene: Scene, dice: Dice) -> str:
    """Plan a void lesson once more."""
    return await _at_lesson(scene, dice, "void", "/make-up", {"scheduled_at": await scene.rig.simulator.now()})


async def answer_dispute(scene: Scene, dice: Dice) -> str:
    """Answer a dispute, or give in, or both."""
    body: Json = dice.of(({"answer": "老师按时上课了"}, {"concede": True}, {"answer": "确实没有上", "concede": True}))
    return await _at_lesson(scene, dice, "disputed", "/dispute", body)


async def complete_course(scene: Scene, dice: Dice) -> str:
    """Declare a course over."""
    return await _at_order(scene, dice, _in_training, "/completion", None)


async def end_order(scene: Scene, dice: Dice) -> str:
    """End an order because the institution stops teaching."""
    return await _at_order(scene, dice, _in_training, "/ending", {"reason": "校区停课"})


async def refund(scene: Scene, dice: Dice) -> str:
    """Give some or all of a payment back, at times with a key used before, at times too much."""
    order = scene.an_order(dice, lambda order: order["paid_fen"])
    if order is None:
        return NOBODY
    charge = dice.of([charge for charge in order["charges"] if charge["charged_fen"]])
    percent = dice.of((10, 30, 50, 100, 150))
    body = {
        "charge_no": charge["no"],
        "amount_fen": max(1, charge["charged_fen"] * percent // 100),
        "reason": "协商退款",
    }
    key = f"refund-{charge['no']}-{dice.number(1, 4)}"
    answer = await scene.school(order).call("POST", f"/orders/{order['no']}/refunds", body, {"Idempotency-Key": key})
    return f"{order['no']} {body['amount_fen']} fen: {answer['state']}"


async def retry_refund(scene: Scene, dice: Dice) -> str:
    """Try a failed refund again."""
    order = scene.an_order(dice, _failed_refunds)
    if order is None:
        return NOBODY
    number = dice.of(_failed_refunds(order))
    await scene.school(order).call("POST", f"/orders/{order['no']}/refunds/{number}/retry")
    return f"{number}: tried again"


async def lower(scene: Scene, dice: Dice) -> str:
    """Ask for less while WeChat has not got the money; at times for more, which must be refused."""
    order = scene.an_order(dice, _deducting)
    if order is None:
        return NOBODY
    charge = next(charge for charge in order["charges"] if charge["state"] == "deducting")
    amount_fen = max(1, charge["asked_fen"] * dice.of((20, 80, 120)) // 100)
    scene.lowered.add(charge["no"])
    body = {"amount_fen": amount_fen, "reason": "课程打折"}
    answer = await scene.school(order).call("POST", f"/orders/{order['no']}/charges/{charge['no']}/lowering", body)
    return f"{charge['no']} to {amount_fen}: {answer['state']}"


async def paid_outside(scene: Scene, dice: Dice) -> str:
    """Say that the learner paid directly."""
    order = scene.an_order(dice, _deducting)
    if order is None:
        return NOBODY
    charge = next(charge for charge in order["charges"] if charge["state"] == "deducting")
    body = {"paid_at": await scene.rig.simulator.now(), "reference": f"CASH-{charge['no']}"}
    path = f"/orders/{order['no']}/charges/{charge['no']}/outside-payment"
    answer = await scene.school(order).call("POST", path, body)
    return f"{charge['no']}: {answer['state']}"


async def _report(scene: Scene, dice: Dice, most: int) -> str:
    order = scene.an_order(dice, lambda order: _in_training(order) and _lessons(order, "scheduled"))
    if order is None:
        return NOBODY
    now = datetime.fromisoformat(await scene.rig.simulator.now())
    taught_at = now - timedelta(minutes=dice.of((0, 0, 5, 60, 24 * 60)))
    numbers = _lessons(order, "scheduled")
    first = dice.number(0, len(numbers) - 1) if dice.chance(0.2) else 0
    chosen = numbers[first : first + dice.number(1, most)]
    rows = [_row(order, n, taught_at, "r") for n in chosen]
    if dice.chance(0.3):
        rows.reverse()
    answer = await scene.school(order).call("POST", "/attendance", {"rows": rows})
    if dice.chance(0.3):
        again = await scene.school(order).call("POST", "/attendance", {"rows": rows})
        if again["taken"] > answer["refused"]:
            raise BrokenError(again)
    return f"{order['no']} lessons {chosen}: {answer['taken']} taken {_codes(answer)}"


def _row(order: Json, n: int, taught_at: datetime, mark: str) -> Json:
    return {
        "report_id": f"{order['no']}-{n}-{mark}",
        "order_no": order["no"],
        "lesson": n,
        "taught_at": taught_at.isoformat(),
    }


def _codes(answer: Json) -> str:
    return " ".join(row["error"]["code"] for row in answer["rows"] if row["error"])


async def _at_lesson(scene: Scene, dice: Dice, state: str, path: str, body: Json) -> str:
    order = scene.an_order(dice, lambda order: order["state"] in BEGUN and _lessons(order, state))
    if order is None:
        return NOBODY
    n = dice.of(_lessons(order, state))
    answer = await scene.school(order).call("POST", f"/orders/{order['no']}/lessons/{n}{path}", body)
    return f"{order['no']} lesson {n}: {answer['state']}"


async def _at_order(scene: Scene, dice: Dice, good: Callable[[Json], object], path: str, body: Json | None) -> str:
    order = scene.an_order(dice, good)
    if order is None:
        return NOBODY
    answer = await scene.school(order).call("POST", f"/orders/{order['no']}{path}", body)
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


ACTS = (
    *(teach, teach_batch, teach_wrongly, move_lesson, cancel_lesson, make_up, answer_dispute),
    *(complete_course, end_order, refund, retry_refund, lower, paid_outside),
)
