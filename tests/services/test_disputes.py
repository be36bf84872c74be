import asyncio

import pytest

from models.charge import ChargeState
from models.errors import Conflict, NotFound
from models.facts import FactKind
from models.fee_mode import Agreement
from models.lesson import LessonState
from models.order import Order, OrderState
from services.ending import end_order, quote_ending
from services.lessons import (
    answer_dispute,
    concede_dispute,
    confirm_by_silence,
    confirm_lesson,
    decide_dispute,
    decide_overdue_disputes,
    dispute_lesson,
    withdraw_dispute,
)
from tests.fakes.school_world import SCHOOL, SchoolWorld, school_world
from tests.services.test_ending import collect, refusal_of


async def taught(w: SchoolWorld, agreement: Agreement = Agreement.AUTHORIZATION) -> Order:
    order = await w.begin(agreement)
    w.clock.advance(minutes=1)
    await w.report(order.no, 1)
    return await w.order(order.no)


@pytest.mark.parametrize("first", ["confirm", "dispute"])
async def test_of_a_confirmation_and_a_dispute_at_once_exactly_one_wins(first: str) -> None:
    w = await school_world()
    order = await taught(w)
    acts = [
        refusal_of(confirm_lesson(w.worker(), w.learner.id, order.no, 1, "miniprogram")),
        refusal_of(dispute_lesson(w.worker(), w.learner.id, order.no, 1, "老师没来")),
    ]
    refusals = await asyncio.gather(*(acts if first == "confirm" else acts[::-1]))
    state = (await w.order(order.no)).lesson(1).state
    loser = "lesson_not_disputable" if state is LessonState.CONFIRMED else "lesson_not_taught"
    assert sorted(refusals) == sorted(["", loser])


async def test_of_silence_and_a_dispute_at_once_exactly_one_wins() -> None:
    w = await school_world()
    order = await taught(w)
    w.clock.advance(hours=48)
    refused, _ = await asyncio.gather(
        refusal_of(dispute_lesson(w.worker(), w.learner.id, order.no, 1, "老师没来")),
        confirm_by_silence(w.worker(), order.no),
    )
    state = (await w.order(order.no)).lesson(1).state
    assert (state, refused) in {
        (LessonState.DISPUTED, ""),
        (LessonState.CONFIRMED, "lesson_not_disputable"),
    }


async def test_of_two_deciders_at_once_one_wins_and_the_other_is_told() -> None:
    w = await school_world()
    order = await taught(w)
    await dispute_lesson(w.ports, w.learner.id, order.no, 1, "老师没来")
    refusals = await asyncio.gather(
        refusal_of(decide_dispute(w.worker(), order.no, 1, "confirmed")),
        refusal_of(concede_dispute(w.worker(), SCHOOL, order.no, 1)),
        refusal_of(withdraw_dispute(w.worker(), w.learner.id, order.no, 1)),
    )
    order = await w.order(order.no)
    assert [fact.kind for fact in order.facts].count(FactKind.DISPUTE_DECIDED) == 1
    assert "lesson_not_disputed" in refusals


async def test_a_disputed_lesson_holds_the_courses_money_until_the_deadline_frees_the_learner() -> None:
    w = await school_world()
    order = await taught(w)
    await w.teach(order.no, 2, 3, 4)
    await dispute_lesson(w.ports, w.learner.id, order.no, 1, "老师没来")
    await w.live(days=6)
    order = await w.order(order.no)
    assert (order.state, order.charges[0].state) == (OrderState.IN_TRAINING, ChargeState.HELD)
    await w.live(days=2)
    await w.look(order.no)
    await collect(w)
    order = await w.order(order.no)
    assert (order.state, order.paid_fen, w.wechat.ledger.taken_fen()) == (OrderState.SETTLED, 2600, 2600)
    assert await decide_overdue_disputes(w.ports, order.no) == order


async def test_under_a_plan_only_the_disputed_lessons_money_is_held() -> None:
    w = await school_world()
    order = await w.begin(Agreement.PLAN)
    w.clock.advance(minutes=1)
    await w.teach(order.no, 1)
    await collect(w)
    await w.report(order.no, 2)
    await dispute_lesson(w.ports, w.learner.id, order.no, 2, "老师没来")
    await collect(w)
    order = await w.order(order.no)
    assert [charge.state for charge in order.charges[:2]] == [ChargeState.PAID, ChargeState.HELD]
    await decide_dispute(w.ports, order.no, 2, "confirmed")
    await w.look(order.no)
    await collect(w)
    assert w.wechat.ledger.taken_fen() == 1900


async def test_nobody_judges_their_own_case_and_strangers_judge_none() -> None:
    w = await school_world()
    order = await taught(w)
    await dispute_lesson(w.ports, w.learner.id, order.no, 1, "老师没来")
    before = await w.order(order.no)
    with pytest.raises(NotFound):
        await concede_dispute(w.ports, "another", order.no, 1)
    with pytest.raises(NotFound):
        await withdraw_dispute(w.ports, "L2", order.no, 1)
    with pytest.raises(NotFound):
        await answer_dispute(w.ports, "another", order.no, 1, "")
    assert await w.order(order.no) == before


async def test_every_word_said_twice_is_said_once() -> None:
    w = await school_world()
    order = await taught(w)
    for _ in range(2):
        await dispute_lesson(w.ports, w.learner.id, order.no, 1, "老师没来")
    for _ in range(2):
        await answer_dispute(w.ports, SCHOOL, order.no, 1, "老师到了")
    for _ in range(2):
        await decide_dispute(w.ports, order.no, 1, "void")
    kinds = [fact.kind for fact in (await w.order(order.no)).facts]
    for kind in (FactKind.LESSON_DISPUTED, FactKind.DISPUTE_ANSWERED, FactKind.DISPUTE_DECIDED):
        assert kinds.count(kind) == 1
    with pytest.raises(Conflict, match="lesson_not_disputed"):
        await decide_dispute(w.ports, order.no, 1, "confirmed")


async def test_a_dispute_decided_after_the_ending_is_charged_as_decided() -> None:
    for outcome, fen in (("confirmed", 1000), ("void", 0)):
        w = await school_world()
        order = await taught(w)
        await dispute_lesson(w.ports, w.learner.id, order.no, 1, "老师没来")
        quote = await quote_ending(w.ports, w.learner.id, order.no)
        await end_order(w.ports, w.learner.id, order.no, quote.id)
        await decide_dispute(w.ports, order.no, 1, outcome)
        await w.look(order.no)
        await collect(w)
        assert ((await w.order(order.no)).paid_fen, w.wechat.ledger.taken_fen()) == (fen, fen)
