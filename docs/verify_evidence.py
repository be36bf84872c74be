"""Check one order's evidence offline: python verify_evidence.py evidence.json [hash a timeline showed earlier ...].

Exits 0 when everything holds, 1 with a sentence on the first thing that does not. Needs Python 3.11, nothing else.
"""

import sys
from datetime import datetime
from hashlib import sha256
from json import dumps, loads
from pathlib import Path


def digest(value, without=()):
    body = {key: value[key] for key in value if key not in without} if without else value
    return sha256(dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def told(facts, kind, number):
    """Return the facts of one kind by the number they are about; of several the last counts."""
    return {(fact["data"] | fact)[number]: fact["data"] | fact for fact in facts if fact["kind"] == kind}


def owed(facts):
    return told(facts, "lesson_confirmed", "lesson_n").keys() - told(facts, "lesson_cancelled", "lesson_n").keys()


def chain(pack, shown):
    order, facts = pack["order"], pack["facts"]
    yield pack["format"] == "xianxue-evidence/1", "this script knows the pack's format"
    yield pack["sha256"] == digest(pack, ["sha256"]), "the pack is as it was exported"
    for n, fact in enumerate(facts, 1):
        before = facts[n - 2]["hash"] if n > 1 else ""
        yield fact["hash"] == digest(fact, ["hash"]), f"fact {n} is as it was written"
        yield (order["no"], n, before) == (fact["order_no"], fact["seq"], fact["previous_hash"]), f"fact {n} follows"
    yield (order["fact_count"], order["fact_hash"]) == (len(facts), facts[-1]["hash"]), "no later fact is left out"
    yield {fact["hash"] for fact in facts}.issuperset(shown), "the chain has every hash that was shown earlier"


def terms(pack):
    order, accepted, contract, prices = pack["order"], pack["acceptance"], pack["contract"], pack["price_list_fen"]
    first = pack["facts"][0]
    yield contract["version"] == accepted["contract_version"], "this version of the terms was accepted"
    yield sha256(contract["text"].encode()).hexdigest() == accepted["text_sha256"], "this text was accepted"
    yield digest(prices) == accepted["price_list_sha256"], "this price list was accepted"
    yield [lesson["price_fen"] for lesson in pack["lessons"]] == prices, "the lessons have the prices of the list"
    yield sum(prices) == order["price_fen"] == first["amount_fen"], "the prices sum to what was ordered"
    yield first["data"] | {"accepted_at": first["at"]} == accepted | {"fee_mode": order["fee_mode"]}, "accepted as told"


def teaching(pack):
    lessons, facts = {x["n"]: x for x in pack["lessons"] if x["state"] == "confirmed"}, pack["facts"]
    yield lessons.keys() == owed(facts), "the lessons owed are those the facts tell"
    end = datetime.fromisoformat((pack["order"]["fence"] or {"at": "9999-12-31T00:00Z"})["at"])
    words, reports = told(facts, "lesson_confirmed", "lesson_n"), told(facts, "lesson_taught", "lesson_n")
    for n, lesson in lessons.items():
        yield lesson["confirmation"].items() <= words[n].items(), f"lesson {n} was confirmed as told"
        yield lesson["attendance"]["report_id"] == reports[n]["report_id"], f"lesson {n} was reported as told"
        yield datetime.fromisoformat(reports[n]["at"]) <= end, f"lesson {n} was reported before the end"


def money(pack):
    order, facts, price = pack["order"], pack["facts"], {x["n"]: x["price_fen"] for x in pack["lessons"]}
    prepaid, closed = order["agreement"] == "payment", order["state"] == "settled"
    percent = order["policy"]["prepay_refund_fee_percent"] if prepaid else 0
    paid, requests, lowered = (told(facts, f"charge_{x}", "charge_no") for x in ("paid", "requested", "lowered"))
    found = told(facts, "charge_found", "charge_no")  # asked for before a restore that forgot for which lessons
    unproven = {no for no in found if not found[no]["proven"]} - told(facts, "charge_proven", "charge_no").keys()
    yield paid.keys() == {x["no"] for x in pack["charges"] if x["state"] == "paid"}, "the charges paid are those told"
    back = {refund["no"]: refund["amount_fen"] for charge in pack["charges"] for refund in charge["refunds"]}
    promised = {no: fact["amount_fen"] for no, fact in told(facts, "refund_owed", "refund_no").items()}
    yield back == promised, "what goes back is what the facts tell"
    for charge in (x for x in pack["charges"] if x["state"] == "paid"):
        no, took, lessons = charge["no"], charge["paid_fen"], {n for n in price if charge["lesson_n"] in (None, n)}
        request = requests.get(no, found.get(no, {"amount_fen": order["price_fen"], "seq": 0}))
        asked = sum(price[n] for n in lessons & owed(facts[: request["seq"]])) if not prepaid else order["price_fen"]
        due, kept = sum(price[n] for n in lessons & owed(facts)), took - sum(x["amount_fen"] for x in charge["refunds"])
        yield took == paid[no]["amount_fen"] and charge["transaction_id"] == paid[no]["transaction_id"], f"{no} as told"
        yield no in found or asked == request["amount_fen"], f"{no} asked for the lessons confirmed by then"
        yield took == lowered.get(no, request)["amount_fen"], f"{no} took what was asked for"
        most = due + (took - due) * percent // 100 if closed and no not in unproven else took
        yield 0 <= kept <= most, f"{no} keeps only what is owed"


def first_fault(pack, shown=()):
    parts = (chain(pack, shown), terms(pack), teaching(pack), money(pack))
    return next((claim for part in parts for holds, claim in part if not holds), None)


if __name__ == "__main__":
    try:
        fault = first_fault(loads(Path(sys.argv[1]).read_text(encoding="utf-8")), sys.argv[2:])
    except (AttributeError, LookupError, TypeError, ValueError) as wrong:
        fault = f"the file is an order's evidence ({wrong!r})"
    sys.exit(f"does not hold: {fault}" if fault else 0)
