"""A learner in the Mini Program: authorising, ordering, confirming, disputing, ending."""

import asyncio

from lab.chaos.context import AUTHORIZABLE, SAMPLES, Attempt, BrokenError, Context, Json
from lab.chaos.workload import Draws
from lab.rig.http import HttpError
from lab.rig.product import MiniProgram

WAITING = frozenset({"placing", "awaiting_learner"})
NOBODY = "-"


async def authorize(context: Context, draws: Draws) -> str:
    """Allow billing at an institution; at times the page is left without a word."""
    learner, institution_id = draws.of(context.learners), draws.of(AUTHORIZABLE)
    answer = await learner.call("POST", "/authorizations", {"institution_id": institution_id})
    if answer["wx"] is None:
        return f"{learner.name} {institution_id}: {answer['state']}"
    return f"{learner.name} {institution_id}: {await _decide(learner, answer['wx'], draws)}"


async def place(context: Context, draws: Draws) -> str:
    """Order a course, and mostly do at once what WeChat wants."""
    attempt = _new_attempt(context, draws)
    answer = await _order(attempt)
    return await _after_placing(context, attempt, answer, draws)


async def place_twice_at_once(context: Context, draws: Draws) -> str:
    """Send the same order twice at the same moment: there must be one."""
    attempt = _new_attempt(context, draws)
    answers = await asyncio.gather(_order(attempt), _order(attempt), return_exceptions=True)
    good = [answer for answer in answers if isinstance(answer, dict)]
    bad = [answer for answer in answers if isinstance(answer, BaseException)]
    if len({answer["no"] for answer in good}) > 1:
        message = f"one key, two orders: {[answer['no'] for answer in good]}"
        raise BrokenError(message)
    if not good:
        raise bad[0]
    said = await _after_placing(context, attempt, good[-1], draws)
    return said + (f" ({bad[0]})" if bad else "")


async def place_again(context: Context, draws: Draws) -> str:
    """Send an earlier order again with its key: the same order, or the same refusal."""
    if not context.attempts:
        return NOBODY
    attempt = draws.of(context.attempts)
    return await _after_placing(context, attempt, await _order(attempt), draws)


async def go_on(context: Context, draws: Draws) -> str:
    """Open an order that still waits, and do what WeChat wants next."""
    order = context.an_order(draws, lambda order: order["state"] in WAITING)
    if order is None:
        return NOBODY
    learner = context.learner(order)
    answer = await learner.call("POST", f"/orders/{order['no']}/wx")
    if answer["wx"] is None:
        return f"{order['no']}: {answer['state']}"
    return f"{order['no']}: {await _decide(learner, answer['wx'], draws)}"


async def withdraw(context: Context, draws: Draws) -> str:
    """Take back an order that has not begun."""
    order = context.an_order(draws, lambda order: order["state"] in WAITING)
    return NOBODY if order is None else await _learner(context, order, "DELETE", "")


async def confirm(context: Context, draws: Draws) -> str:
    """Confirm a lesson, mostly a taught one."""
    return await _at_lesson(context, draws, "taught", "POST", "/confirmation")


async def dispute(context: Context, draws: Draws) -> str:
    """Object to a lesson."""
    return await _at_lesson(context, draws, "taught", "POST", "/dispute", {"reason": "老师没有来"})


async def withdraw_dispute(context: Context, draws: Draws) -> str:
    """Take an objection back."""
    return await _at_lesson(context, draws, "disputed", "DELETE", "/dispute")


async def quote(context: Context, draws: Draws) -> str:
    """Ask what ending would cost."""
    order = context.an_order(draws, lambda order: order["state"] == "in_training")
    if order is None:
        return NOBODY
    await _quote(context, order)
    return f"{order['no']}: {context.quotes[order['no']]['due_fen']} fen"


async def end_as_quoted(context: Context, draws: Draws) -> str:
    """Accept a quote, however old it is; what is charged in all may not exceed it and what was in dispute."""
    order = context.an_order(draws, lambda order: order["no"] in context.quotes)
    return NOBODY if order is None else await _accept(context, order)


async def end_now(context: Context, draws: Draws) -> str:
    """Ask what ending costs and accept it in the same breath."""
    order = context.an_order(draws, lambda order: order["state"] == "in_training")
    if order is None:
        return NOBODY
    await _quote(context, order)
    return await _accept(context, order)


async def turn_billing_off(context: Context, draws: Draws) -> str:
    """Turn billing at an institution off in the Mini Program."""
    learner, institution_id = draws.of(context.learners), draws.of(AUTHORIZABLE)
    answer = await learner.call("DELETE", f"/billing/{institution_id}")
    return f"{learner.name} {institution_id}: {answer['permission']}"


async def see_charge(context: Context, draws: Draws) -> str:
    """Look at a service order inside WeChat."""
    order = context.an_order(draws, lambda order: order["state"] in {"in_training", "settling", "settled"})
    if order is None:
        return NOBODY
    charge, learner = draws.of(order["charges"]), context.learner(order)
    answer = await learner.call("GET", f"/orders/{order['no']}/charges/{charge['no']}/wx")
    return str((await learner.answer_wx(answer["wx"]))["result"])


async def _quote(context: Context, order: Json) -> None:
    context.quotes[order["no"]] = await context.learner(order).call("POST", f"/orders/{order['no']}/ending-quotes")


async def _accept(context: Context, order: Json) -> str:
    accepted = context.quotes[order["no"]]
    said = await _learner(context, order, "POST", "/ending", {"quote_id": accepted["id"]})
    disputed = sum(line["price_fen"] for line in accepted["lines"] if line["state"] == "disputed")
    context.ended_for[order["no"]] = accepted["due_fen"] + disputed
    return f"{said} for {context.ended_for[order['no']]} fen at most"


def _new_attempt(context: Context, draws: Draws) -> Attempt:
    number = len(context.attempts) + 1
    attempt = Attempt(draws.of(context.learners), draws.of(SAMPLES), f"学生{number}", f"attempt-{number:08d}")
    context.attempts.append(attempt)
    return attempt


async def _order(attempt: Attempt) -> Json:
    _, course_id, fee_mode = attempt.sample
    answer: Json = await attempt.learner.place_order(course_id, fee_mode, attempt.student, attempt.key)
    if attempt.order_no not in ("", answer["no"]):
        message = f"key {attempt.key} gave {attempt.order_no}, then {answer['no']}"
        raise BrokenError(message)
    attempt.order_no = answer["no"]
    return answer


async def _after_placing(context: Context, attempt: Attempt, answer: Json, draws: Draws) -> str:
    context.owners[answer["no"]] = attempt.learner
    said = f"{attempt.learner.name} {answer['no']} {attempt.sample[0]} {attempt.sample[2]}: {answer['state']}"
    if answer["wx"] is None or draws.chance(0.2):
        return said
    return f"{said}, {await _decide(attempt.learner, answer['wx'], draws)}"


async def _decide(learner: MiniProgram, wx: Json, draws: Draws) -> str:
    decision = "accept" if draws.chance(0.8) else "refuse"
    try:
        return str((await learner.answer_wx(wx, decision))["result"])
    except HttpError as error:
        return str(error.body)


async def _at_lesson(
    context: Context, draws: Draws, state: str, method: str, path: str, body: Json | None = None
) -> str:
    order = context.an_order(draws, lambda order: any(lesson["state"] == state for lesson in order["lessons"]))
    if order is None:
        return NOBODY
    fit = [lesson["n"] for lesson in order["lessons"] if lesson["state"] == state]
    n = draws.of(order["lessons"])["n"] if draws.chance(0.1) else draws.of(fit)
    return f"lesson {n} " + await _learner(context, order, method, f"/lessons/{n}{path}", body)


async def _learner(context: Context, order: Json, method: str, path: str, body: Json | None = None) -> str:
    answer = await context.learner(order).call(method, f"/orders/{order['no']}{path}", body)
    return f"{order['no']}: {answer['state']}"


STEPS = (
    *(authorize, place, place_twice_at_once, place_again, go_on, withdraw, confirm, dispute, withdraw_dispute),
    *(quote, end_as_quoted, end_now, turn_billing_off, see_charge),
)
