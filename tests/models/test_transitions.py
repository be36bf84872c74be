"""Every state of every table against every move, and nobody but the tables assigns a state."""

import ast
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from lab.rig.orders import NOON, placed
from models.authorization import AUTHORIZATION_MOVES, Authorization, AuthorizationState
from models.charge import CHARGE_MOVES, FINAL_CHARGE_STATES, REFUND_MOVES, Charge, ChargeState, Refund, RefundState
from models.delivery import DELIVERY_MOVES, Delivery, DeliveryState, Receiver
from models.errors import IllegalMove
from models.lesson import FINAL_LESSON_STATES, LESSON_MOVES, Lesson, LessonState
from models.merchant import Channel
from models.order import (
    FINAL_ORDER_STATES,
    ORDER_MOVES,
    PLAN_MOVES,
    Order,
    OrderState,
    PlanState,
    SignedPlan,
)

MODELS = Path(__file__).parents[2] / "models"


Moves: TypeAlias = Mapping[Any, frozenset[Any]]
Make: TypeAlias = Callable[[Any], Any]
"""Tables and makers of things of different enums: what is the same about them is tested here."""


def an_order(state: StrEnum) -> Order:
    order = placed()
    order.state = OrderState(state)
    return order


def a_lesson(state: StrEnum) -> Lesson:
    return Lesson(n=1, title="第1课", price_fen=100, state=LessonState(state))


def a_charge(state: StrEnum) -> Charge:
    return Charge(no="X-C", state=ChargeState(state))


def a_refund(state: StrEnum) -> Refund:
    return Refund(no="X-C-R", amount_fen=1, reason="", requested_by="", requested_at=NOON, state=RefundState(state))


def a_plan(state: StrEnum) -> SignedPlan:
    return SignedPlan(no="X-S", plan_id="plan-1", state=PlanState(state))


def a_delivery(state: StrEnum) -> Delivery:
    return Delivery(
        id="X-1-webhook-A",
        fact_id="X.1",
        order_no="X",
        seq=1,
        institution_id="wandou",
        receiver=Receiver.WEBHOOK,
        address="A",
        type="order.placed",
        happened_at=NOON,
        payload={},
        state=DeliveryState(state),
        created_at=NOON,
    )


TABLES: tuple[tuple[type[StrEnum], Moves, Make], ...] = (
    (OrderState, ORDER_MOVES, an_order),
    (LessonState, LESSON_MOVES, a_lesson),
    (ChargeState, CHARGE_MOVES, a_charge),
    (RefundState, REFUND_MOVES, a_refund),
    (PlanState, PLAN_MOVES, a_plan),
    (DeliveryState, DELIVERY_MOVES, a_delivery),
)

EVERY_MOVE = [
    pytest.param(table, make, was, to, id=f"{states.__name__}-{was}-{to}")
    for states, table, make in TABLES
    for was in states
    for to in states
]


@pytest.mark.parametrize(("table", "make", "was", "to"), EVERY_MOVE)
def test_a_state_moves_along_its_table_and_no_other_way(table: Moves, make: Make, was: StrEnum, to: StrEnum) -> None:
    thing = make(was)
    if to in table[was]:
        thing.move(to)
        assert thing.state is to
        return
    with pytest.raises(IllegalMove, match=f"{was} -> {to}"):
        thing.move(to)
    assert thing.state is was


@pytest.mark.parametrize(("states", "table"), [(states, table) for states, table, _ in TABLES])
def test_a_table_knows_every_state_and_no_state_moves_to_itself(states: type[StrEnum], table: Moves) -> None:
    assert set(table) == set(states)
    assert not [was for was, moves in table.items() if was in moves]


@pytest.mark.parametrize(("states", "table"), [(states, table) for states, table, _ in TABLES])
def test_every_state_can_be_reached_from_the_first(states: type[StrEnum], table: Moves) -> None:
    reached, fresh = set(), {next(iter(states))}
    while fresh:
        reached |= fresh
        fresh = {to for was in fresh for to in table[was]} - reached
    assert reached == set(states)


def test_nothing_leaves_a_final_state_of_an_order_or_a_charge() -> None:
    assert all(not ORDER_MOVES[state] for state in FINAL_ORDER_STATES)
    assert all(not CHARGE_MOVES[state] for state in FINAL_CHARGE_STATES)


def test_a_lesson_that_is_final_can_only_be_made_up_or_cut_off() -> None:
    moves = {to for state in FINAL_LESSON_STATES for to in LESSON_MOVES[state]}
    assert moves == {LessonState.SCHEDULED, LessonState.CANCELLED}


def test_an_authorization_ignores_a_word_older_than_the_last() -> None:
    authorization = Authorization(
        id="L1:s",
        learner_id="L1",
        openid="o",
        channel=Channel(merchant_id="m", mchid="1", appid="wx"),
        code="A1",
        applied_at=NOON,
        changed_at=NOON,
    )
    assert set(AUTHORIZATION_MOVES) == set(AuthorizationState)
    assert not authorization.move(AuthorizationState.ACTIVE, NOON.replace(hour=1))
    assert authorization.state is AuthorizationState.APPLIED
    assert authorization.move(AuthorizationState.ACTIVE, NOON)
    assert not authorization.move(AuthorizationState.ACTIVE, NOON)
    with pytest.raises(IllegalMove):
        authorization.move(AuthorizationState.APPLIED, NOON)


def test_only_a_method_named_move_assigns_the_state_of_what_has_a_table() -> None:
    found: list[str] = []
    for path in sorted(MODELS.glob("*.py")):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef) and function.name != "move":
                assignments = (node for node in ast.walk(function) if isinstance(node, ast.Assign))
                found += [f"{path.name}:{node.lineno}" for node in assignments if _assigns_state(node)]
    assert found == []


def _assigns_state(node: ast.Assign) -> bool:
    flat = [leaf for target in node.targets for leaf in (target.elts if isinstance(target, ast.Tuple) else [target])]
    return any(isinstance(leaf, ast.Attribute) and leaf.attr == "state" for leaf in flat)
