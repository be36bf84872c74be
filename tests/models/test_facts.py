"""The chain of facts, and the sentences of every named refusal."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest

from lab.rig.orders import HOUR, NOON, in_training, settle, teach_and_confirm
from models import errors
from models.facts import Fact, FactKind
from models.order import Order
from models.texts import CATALOGUE, say

ROOT = Path(__file__).parents[2]
LATER = NOON + HOUR


def a_story() -> Order:
    order = in_training()
    teach_and_confirm(order, 1, 2, 3, 4)
    settle(order, LATER)
    return order


def broken_at(facts: list[Fact]) -> int | None:
    """Return the place in the chain where it does not hold."""
    previous = ""
    for fact in facts:
        if fact.previous_hash != previous or fact.hash != fact.computed_hash():
            return fact.seq
        previous = fact.hash
    return None


def test_each_fact_is_linked_to_the_one_before() -> None:
    order = a_story()
    assert broken_at(order.facts) is None
    assert [fact.seq for fact in order.facts] == list(range(1, order.fact_count + 1))
    assert order.fact_hash == order.facts[-1].hash


@pytest.mark.parametrize(
    "change",
    [
        {"amount_fen": 1},
        {"at": NOON + timedelta(milliseconds=1)},
        {"by": "institution"},
        {"lesson_n": 9},
        {"data": {"how": "silence"}},
        {"kind": FactKind.LESSON_DISPUTED},
    ],
)
def test_a_later_change_shows(change: dict[str, object]) -> None:
    facts = list(a_story().facts)
    at = next(i for i, fact in enumerate(facts) if fact.kind is FactKind.LESSON_CONFIRMED)
    facts[at] = facts[at].model_copy(update=change)
    assert broken_at(facts) == facts[at].seq
    facts[at] = facts[at].sealed()
    assert broken_at(facts) == facts[at].seq + 1


def test_a_fact_left_out_shows() -> None:
    facts = list(a_story().facts)
    del facts[2]
    assert broken_at(facts) == 4


def test_the_chain_goes_on_over_facts_that_were_published_and_dropped() -> None:
    order = in_training()
    told, order.facts = order.facts, []
    teach_and_confirm(order, 1)
    assert broken_at([*told, *order.facts]) is None


def test_a_fact_survives_being_stored_with_its_hash() -> None:
    for fact in a_story().facts:
        again = Fact.model_validate_json(fact.model_dump_json())
        assert again == fact
        assert again.computed_hash() == fact.hash


def test_every_fact_has_a_sentence_in_both_languages() -> None:
    for kind in FactKind:
        assert say(f"fact.{kind}", "zh_CN")
        assert say(f"fact.{kind}", "en")


def refusals() -> list[str]:
    """Every code a rule or a use case raises, read from the source."""
    named = {name for name, thing in vars(errors).items() if isinstance(thing, type) and issubclass(thing, Exception)}
    codes = []
    for folder in ("models", "services"):
        for path in (ROOT / folder).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in named:
                    codes += [x.value for x in node.args[:1] if isinstance(x, ast.Constant)]
    return sorted({str(code) for code in codes})


def test_every_named_refusal_tells_people_what_happened_in_both_languages() -> None:
    assert [code for code in refusals() if f"error.{code}" not in CATALOGUE] == []


def test_every_reason_to_park_an_order_is_named_once() -> None:
    reasons = []
    for path in [*(ROOT / "models").glob("*.py"), *(ROOT / "services").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "park":
                reasons += [str(x.value) for x in node.args[1:2] if isinstance(x, ast.Constant)]
    assert sorted(reasons) == sorted(set(reasons))
