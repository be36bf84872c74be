"""What must hold at every moment, judged from outside: our API on one side, WeChat's ledger on the other."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from lab.chaos.context import FINAL, Json, Observation

TAKEN = frozenset({"deduction", "payment"})


def violations(seen: Observation, before: dict[str, Json], ended_for: dict[str, int]) -> list[str]:
    """Name everything that is not as it must be; `before` are the orders of the look before this one."""
    found = [*_ledger_violations(seen)]
    for no, order in seen.orders.items():
        found += (f"{no}: {problem}" for problem in _order_violations(order, seen, ended_for))
        if no in before:
            found += (f"{no}: {problem}" for problem in _moves(before[no], order))
    return found


def number_of(entry: Json) -> str:
    """Return the number of ours under which money moved (an automatic deduction's trade number is WeChat's own)."""
    return str(entry.get("out_order_no") or entry["out_trade_no"])


def taken_fen(ledger: list[Json], charge_no: str, *, kinds: frozenset[str] = TAKEN) -> int:
    """Sum what moved under one of our numbers."""
    return sum(entry["amount_fen"] for entry in ledger if entry["kind"] in kinds and number_of(entry) == charge_no)


def owed_lessons(order: Json, charge: Json) -> list[Json]:
    """Return the lessons this charge covers that the learner owes."""
    return [
        lesson
        for lesson in order["lessons"]
        if charge["lesson"] in (None, lesson["n"]) and lesson["state"] == "confirmed"
    ]


def _ledger_violations(seen: Observation) -> Iterator[str]:
    numbers = Counter(number_of(entry) for entry in seen.earlier if entry["kind"] in TAKEN)
    known = {charge["no"] for order in seen.orders.values() for charge in order["charges"]}
    yield from (f"{number}: taken {times} times" for number, times in numbers.items() if times > 1)
    yield from (f"{number}: taken, but no charge of ours" for number in numbers.keys() - known)
    paid: Counter[str] = Counter()
    for entry in seen.later:
        amount_fen = entry["amount_fen"]
        if entry["kind"] in TAKEN:
            paid[entry["transaction_id"]] += amount_fen
        elif entry["kind"] == "refund":
            paid[entry["transaction_id"]] -= amount_fen
    yield from (f"{transaction}: refunded {-left} fen too much" for transaction, left in paid.items() if left < 0)


def _order_violations(order: Json, seen: Observation, ended_for: dict[str, int]) -> Iterator[str]:
    if order["parked"] and not _waits_for_a_person(order):
        yield "parked: its money does not add up"
    for charge in order["charges"]:
        yield from _charge_violations(order, charge, seen)
    taken = sum(taken_fen(seen.earlier, charge["no"]) for charge in order["charges"])
    taken -= sum(refund["amount_fen"] for charge in order["charges"] for refund in charge["refunds"])
    if taken > 0 and order["state"] in {"cancelled", "expired"} and order["fee_mode"] != "prepay":
        yield f"{order['state']}, but {taken} fen were taken"
    agreed = ended_for.get(order["no"])
    if agreed is not None and taken > agreed and order["fee_mode"] != "prepay":
        yield f"ended for {agreed} fen at most, but {taken} were taken"


def _waits_for_a_person(order: Json) -> bool:
    """Whether lessons were taught under a plan before their own service order could run, and the plan is gone.

    WeChat offers no way left to charge them, so somebody must look at it.
    """
    return bool(order["agreement"] == "plan" and order["owed_fen"] > _collectable_fen(order))


def _charge_violations(order: Json, charge: Json, seen: Observation) -> Iterator[str]:
    no = charge["no"]
    taken, told = taken_fen(seen.earlier, no), taken_fen(seen.later, no, kinds=TAKEN | {"sync"})
    lessons = owed_lessons(order, charge)
    price = order["price_fen"] if order["fee_mode"] == "prepay" else sum(lesson["price_fen"] for lesson in lessons)
    promised = sum(refund["amount_fen"] for refund in charge["refunds"])
    if taken - promised > price:  # a fence heard of late makes a lesson free that was paid already: it goes back
        yield f"{no}: {taken} fen taken and {promised} promised back for lessons worth {price}"
    if charge["charged_fen"] > told:
        yield f"{no}: we say {charge['charged_fen']} fen were charged, the ledger says {told}"
    if charge["refunded_fen"] > taken_fen(seen.later, no, kinds=frozenset({"refund"})):
        yield f"{no}: we say {charge['refunded_fen']} fen went back, the ledger says less"
    if promised > charge["charged_fen"]:
        yield f"{no}: more promised back than was charged"
    if taken and order["fee_mode"] != "prepay":
        yield from _evidence_violations(order, lessons)


def _evidence_violations(order: Json, lessons: list[Json]) -> Iterator[str]:
    for lesson in lessons:
        if not lesson["taught_at"] or not lesson["confirmed_how"]:
            yield f"lesson {lesson['n']} was charged without attendance or confirmation"
        elif order["ended_at"] and _moment(lesson["taught_at"]) > _moment(order["ended_at"]):
            yield f"lesson {lesson['n']} was charged, but taught at {lesson['taught_at']} after {order['ended_at']}"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _moves(was: Json, now: Json) -> Iterator[str]:
    if was["state"] in FINAL and now["state"] != was["state"]:
        yield f"was {was['state']}, now {now['state']}"
    if now["paid_fen"] < was["paid_fen"] or now["refunded_fen"] < was["refunded_fen"]:
        yield "money once counted is gone"
    if now["price_fen"] != was["price_fen"]:
        yield "its frozen price changed"


def final_violations(seen: Observation, lowered: set[str]) -> list[str]:
    """Name everything that does not agree to the fen once all has been told and asked."""
    found: list[str] = []
    for no, order in seen.orders.items():
        found += (f"{no}: {problem}" for problem in _open_ends(order, seen.later, lowered))
    return found


def _open_ends(order: Json, ledger: list[Json], lowered: set[str]) -> Iterator[str]:
    if order["state"] not in FINAL:
        charges = [(charge["no"], charge["state"]) for charge in order["charges"]]
        yield f"still {order['state']} ({order['agreement']}): {charges}"
    for charge in order["charges"]:
        told = taken_fen(ledger, charge["no"], kinds=TAKEN | {"sync"})
        back = taken_fen(ledger, charge["no"], kinds=frozenset({"refund"}))
        if charge["charged_fen"] != told:
            yield f"{charge['no']}: we say {charge['charged_fen']} fen were charged, the ledger says {told}"
        if charge["refunded_fen"] != back:
            yield f"{charge['no']}: we say {charge['refunded_fen']} fen went back, the ledger says {back}"
        for refund in charge["refunds"]:
            if refund["state"] not in {"refunded", "failed"} and not order["parked"]:
                yield f"{refund['no']}: still {refund['state']}"
    yield from _fairness(order, lowered)


def _fairness(order: Json, lowered: set[str]) -> Iterator[str]:
    promised = sum(refund["amount_fen"] for charge in order["charges"] for refund in charge["refunds"])
    if order["fee_mode"] == "prepay":
        if order["paid_fen"] - promised > order["owed_fen"]:
            yield f"{order['paid_fen']} paid in advance, {promised} promised back, only {order['owed_fen']} owed"
        return
    untouched = order["state"] == "settled" and not lowered & {charge["no"] for charge in order["charges"]}
    owed = _collectable_fen(order)
    if untouched and not order["paid_fen"] - promised <= owed <= order["paid_fen"]:
        yield f"settled with {order['paid_fen']} fen, {promised} promised back, owed were {owed}"


def _collectable_fen(order: Json) -> int:
    """Sum what is owed and can be charged, see `_waits_for_a_person`."""
    if order["agreement"] != "plan":
        return int(order["owed_fen"])
    charges = (charge for charge in order["charges"] if charge["state"] != "cancelled")
    return sum(lesson["price_fen"] for charge in charges for lesson in owed_lessons(order, charge))
