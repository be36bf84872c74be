"""A learner in the Mini Program: authorising, ordering, confirming, disputing, ending."""

import asyncio

from lab.chaos.scene import AUTHORIZABLE, SAMPLES, BrokenError, Json, Scene, Wish
from lab.chaos.script import Dice
from lab.rig.http import HttpError

WAITING = frozenset({"placing", "awaiting_learner"})
NOBODY = "-"


async def authorize(scene: Scene, dice: Dice) -> str:
    """Allow billing at an institution; at times the page is left without a word."""
    family, institution_id = dice.of(scene.families), dice.of(AUTHORIZABLE)
    answer = await family.phone.call("POST", "/authorizations", {"institution_id": institution_id})
    if answer["wx"] is None:
        return f"{family.name} {institution_id}: {answer['state']}"
    return f"{family.name} {institution_id}: {await _decide(scene, family.name, answer['wx'], dice)}"


async def place(scene: Scene, dice: Dice) -> str:
    """Order a course, and mostly do at once what WeChat wants."""
    wish = _wish(scene, dice)
    answer = await _order(wish)
    return await _after_placing(scene, wish, answer, dice)


async def place_twice_at_once(scene: Scene, dice: Dice) -> str:
    """Send the same order twice at the same moment: there must be one."""
    wish = _wish(scene, dice)
    answers = await asyncio.gather(_order(wish), _order(wish), return_exceptions=True)
    good = [answer for answer in answers if isinstance(answer, dict)]
    bad = [answer for answer in answers if isinstance(answer, BaseException)]
    if len({answer["no"] for answer in good}) > 1:
        message = f"one key, two orders: {[answer['no'] for answer in good]}"
        raise BrokenError(message)
    if not good:
        raise bad[0]
    said = await _after_placing(scene, wish, good[-1], dice)
    return said + (f" ({bad[0]})" if bad else "")


async def place_again(scene: Scene, dice: Dice) -> str:
    """Send an earlier order again with its key: the same order, or the same refusal."""
    if not scene.wishes:
        return NOBODY
    wish = dice.of(scene.wishes)
    return await _after_placing(scene, wish, await _order(wish), dice)


async def go_on(scene: Scene, dice: Dice) -> str:
    """Open an order that still waits, and do what WeChat wants next."""
    order = scene.an_order(dice, lambda order: order["state"] in WAITING)
    if order is None:
        return NOBODY
    family = scene.family(order)
    answer = await family.phone.call("POST", f"/orders/{order['no']}/wx")
    if answer["wx"] is None:
        return f"{order['no']}: {answer['state']}"
    return f"{order['no']}: {await _decide(scene, family.name, answer['wx'], dice)}"


async def withdraw(scene: Scene, dice: Dice) -> str:
    """Take back an order that has not begun."""
    order = scene.an_order(dice, lambda order: order["state"] in WAITING)
    return NOBODY if order is None else await _learner(scene, order, "DELETE", "")


async def confirm(scene: Scene, dice: Dice) -> str:
    """Confirm a lesson, mostly a taught one."""
    return await _at_lesson(scene, dice, "taught", "POST", "/confirmation")


async def dispute(scene: Scene, dice: Dice) -> str:
    """Object to a lesson."""
    return await _at_lesson(scene, dice, "taught", "POST", "/dispute", {"reason": "老师没有来"})


async def withdraw_dispute(scene: Scene, dice: Dice) -> str:
    """Take an objection back."""
    return await _at_lesson(scene, dice, "disputed", "DELETE", "/dispute")


async def quote(scene: Scene, dice: Dice) -> str:
    """Ask what ending would cost."""
    order = scene.an_order(dice, lambda order: order["state"] == "in_training")
    if order is None:
        return NOBODY
    await _quote(scene, order)
    return f"{order['no']}: {scene.quotes[order['no']]['due_fen']} fen"


async def end_as_quoted(scene: Scene, dice: Dice) -> str:
    """Accept a quote, however old it is; what is charged in all may not exceed it and what was in dispute."""
    order = scene.an_order(dice, lambda order: order["no"] in scene.quotes)
    return NOBODY if order is None else await _accept(scene, order)


async def end_now(scene: Scene, dice: Dice) -> str:
    """Ask what ending costs and accept it in the same breath."""
    order = scene.an_order(dice, lambda order: order["state"] == "in_training")
    if order is None:
        return NOBODY
    await _quote(scene, order)
    return await _accept(scene, order)


async def turn_billing_off(scene: Scene, dice: Dice) -> str:
    """Take the permission back in the Mini Program."""
    family, institution_id = dice.of(scene.families), dice.of(AUTHORIZABLE)
    answer = await family.phone.call("DELETE", f"/authorizations/{institution_id}")
    return f"{family.name} {institution_id}: {answer['state']}"


async def see_charge(scene: Scene, dice: Dice) -> str:
    """Look at a service order inside WeChat."""
    order = scene.an_order(dice, lambda order: order["state"] in {"in_training", "settling", "settled"})
    if order is None:
        return NOBODY
    charge, family = dice.of(order["charges"]), scene.family(order)
    answer = await family.phone.call("GET", f"/orders/{order['no']}/charges/{charge['no']}/wx")
    return str((await scene.rig.simulator.make_wx_call(family.person, answer["wx"]))["result"])


async def _quote(scene: Scene, order: Json) -> None:
    scene.quotes[order["no"]] = await scene.family(order).phone.call("POST", f"/orders/{order['no']}/ending-quotes")


async def _accept(scene: Scene, order: Json) -> str:
    accepted = scene.quotes[order["no"]]
    said = await _learner(scene, order, "POST", "/ending", {"quote_id": accepted["id"]})
    disputed = sum(line["price_fen"] for line in accepted["lines"] if line["state"] == "disputed")
    scene.ended_for[order["no"]] = accepted["due_fen"] + disputed
    return f"{said} for {scene.ended_for[order['no']]} fen at most"


def _wish(scene: Scene, dice: Dice) -> Wish:
    number = len(scene.wishes) + 1
    wish = Wish(dice.of(scene.families), dice.of(SAMPLES), f"学生{number}", f"wish-{number:08d}")
    scene.wishes.append(wish)
    return wish


async def _order(wish: Wish) -> Json:
    _, course_id, fee_mode = wish.sample
    answer: Json = await wish.family.phone.place_order(course_id, fee_mode, wish.student, wish.key)
    if wish.order_no not in ("", answer["no"]):
        message = f"key {wish.key} gave {wish.order_no}, then {answer['no']}"
        raise BrokenError(message)
    wish.order_no = answer["no"]
    return answer


async def _after_placing(scene: Scene, wish: Wish, answer: Json, dice: Dice) -> str:
    scene.owners[answer["no"]] = wish.family
    said = f"{wish.family.name} {answer['no']} {wish.sample[0]} {wish.sample[2]}: {answer['state']}"
    if answer["wx"] is None or dice.chance(0.2):
        return said
    return f"{said}, {await _decide(scene, wish.family.name, answer['wx'], dice)}"


async def _decide(scene: Scene, name: str, wx: Json, dice: Dice) -> str:
    person = next(family.person for family in scene.families if family.name == name)
    decision = "accept" if dice.chance(0.8) else "refuse"
    try:
        return str((await scene.rig.simulator.make_wx_call(person, wx, decision))["result"])
    except HttpError as error:
        return str(error.body)


async def _at_lesson(scene: Scene, dice: Dice, state: str, method: str, path: str, body: Json | None = None) -> str:
    order = scene.an_order(dice, lambda order: any(lesson["state"] == state for lesson in order["lessons"]))
    if order is None:
        return NOBODY
    fit = [lesson["n"] for lesson in order["lessons"] if lesson["state"] == state]
    n = dice.of(order["lessons"])["n"] if dice.chance(0.1) else dice.of(fit)
    return f"lesson {n} " + await _learner(scene, order, method, f"/lessons/{n}{path}", body)


async def _learner(scene: Scene, order: Json, method: str, path: str, body: Json | None = None) -> str:
    answer = await scene.family(order).phone.call(method, f"/orders/{order['no']}{path}", body)
    return f"{order['no']}: {answer['state']}"


ACTS = (
    *(authorize, place, place_twice_at_once, place_again, go_on, withdraw, confirm, dispute, withdraw_dispute),
    *(quote, end_as_quoted, end_now, turn_billing_off, see_charge),
)
