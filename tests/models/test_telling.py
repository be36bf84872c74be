"""Silence counts for a learner who was told; for one nobody could tell only after the longer window."""

from datetime import timedelta

from lab.rig.orders import HOUR, NOON, a_report, in_training, teach
from models.agenda import Due, agenda
from models.facts import FactKind
from models.fee_mode import Agreement
from models.invariants import broken
from models.order import Order
from models.policy import Policy
from models.settling import progress
from models.telling import has_news, mark_shown, mark_told, warn_of_silence
from models.training import (
    confirm_by_silence,
    confirm_lesson,
    decide_dispute,
    dispute_lesson,
    plan_make_up,
    report_attendance,
)

LATER = NOON + HOUR
DAY = timedelta(days=1)
TICK = timedelta(milliseconds=1)


def kinds(order: Order) -> list[str]:
    return [fact.kind for fact in order.facts]


def test_lessons_nobody_was_told_of_are_not_confirmed_by_two_days_of_silence() -> None:
    """The input that was found: every lesson confirmed by silence, and not one message sent."""
    order = in_training()
    teach(order, 1, 2, 3, 4, at=LATER)
    assert not confirm_by_silence(order, LATER + 2 * DAY)
    assert not confirm_by_silence(order, LATER + 7 * DAY - TICK)
    assert order.owed_fen == 0
    assert confirm_by_silence(order, LATER + 7 * DAY)
    words = {(x.confirmation.by, x.confirmation.how) for x in order.lessons if x.confirmation}
    assert (words, order.owed_fen) == ({("silence", "silence_untold")}, 3600)
    assert order.facts[-1].data["how"] == "silence_untold"
    assert broken(order) == []


def test_the_window_runs_from_the_telling() -> None:
    order = in_training()
    teach(order, 1, at=LATER)
    told_at = LATER + 5 * HOUR
    assert mark_told(order, told_at, 1, "oa_message")
    lesson, fact = order.lesson(1), order.facts[-1]
    assert (lesson.told_at, lesson.told_how, lesson.confirm_by) == (told_at, "oa_message", told_at + 2 * DAY)
    assert (fact.kind, fact.at, fact.by, fact.lesson_n, fact.amount_fen) == (
        FactKind.LESSON_TOLD,
        told_at,
        "xianxue",
        1,
        1000,
    )
    assert fact.data == {"how": "oa_message", "confirm_by": (told_at + 2 * DAY).isoformat()}
    assert not confirm_by_silence(order, told_at + 2 * DAY - TICK)
    assert confirm_by_silence(order, told_at + 2 * DAY)
    assert lesson.confirmation is not None
    assert lesson.confirmation.how == "silence"
    assert broken(order) == []


def test_the_first_telling_counts_and_telling_again_changes_nothing() -> None:
    order = in_training()
    teach(order, 1, at=LATER)
    mark_told(order, LATER + HOUR, 1, "subscribe_message")
    before = order.model_copy(deep=True)
    assert not mark_told(order, LATER + 2 * HOUR, 1, "oa_message")
    assert not mark_shown(order, LATER + 3 * HOUR, "order_page")
    assert not has_news(order)
    assert order == before


def test_a_telling_heard_of_before_the_report_counts_from_the_report() -> None:
    order = in_training()
    teach(order, 1, at=LATER)
    mark_told(order, LATER - HOUR, 1, "oa_message")
    assert order.lesson(1).confirm_by == LATER + 2 * DAY


def test_being_told_on_the_last_day_still_leaves_the_whole_window() -> None:
    order = in_training()
    teach(order, 1, at=LATER)
    mark_told(order, LATER + 7 * DAY - TICK, 1, "oa_message")
    assert not confirm_by_silence(order, LATER + 9 * DAY - 2 * TICK)
    assert confirm_by_silence(order, LATER + 9 * DAY - TICK)


def test_whoever_looks_at_the_order_is_told_of_all_its_taught_lessons() -> None:
    order = in_training()
    teach(order, 1, 3, at=LATER)
    assert has_news(order)
    assert mark_shown(order, LATER + HOUR, "order_page")
    assert [x.told_how for x in order.lessons] == ["order_page", "", "order_page", ""]
    assert not has_news(order)


def test_a_lesson_that_was_decided_is_not_told_of_any_more() -> None:
    order = in_training()
    teach(order, 1, 2, at=LATER)
    confirm_lesson(order, LATER, 1, "learner", "miniprogram")
    dispute_lesson(order, LATER, 2, "老师没来")
    before = order.model_copy(deep=True)
    for n in (1, 2, 3):
        assert not mark_told(order, LATER + HOUR, n, "oa_message")
    assert order == before


def test_a_message_about_a_teaching_that_came_to_nothing_tells_nothing_of_its_make_up() -> None:
    order = in_training()
    teach(order, 1, at=LATER)
    mark_told(order, LATER, 1, "oa_message")
    dispute_lesson(order, LATER, 1, "老师没来")
    decide_dispute(order, LATER, 1, "void", "institution")
    plan_make_up(order, LATER, 1, LATER + DAY)
    report_attendance(order, LATER + DAY, 1, a_report(1, LATER + DAY, report_id="row-again"))
    assert order.lesson(1).told_at is None
    assert order.lesson(1).confirm_by == LATER + 8 * DAY
    assert not mark_told(order, LATER + DAY, 1, "oa_message", "row-1")
    assert mark_told(order, LATER + DAY, 1, "oa_message", "row-again")


def test_the_learner_is_warned_once_a_day_before_silence_counts() -> None:
    for roads, warn_at, confirm_by in (
        ([], LATER + 6 * DAY, LATER + 7 * DAY),
        (["oa_message"], LATER + DAY, LATER + 2 * DAY),
    ):
        order = in_training()
        teach(order, 1, at=LATER)
        for road in roads:
            mark_told(order, LATER, 1, road)
        assert agenda(order)[Due.SILENCE] == warn_at
        assert not warn_of_silence(order, warn_at - TICK)
        assert warn_of_silence(order, warn_at)
        assert not warn_of_silence(order, warn_at)
        assert kinds(order).count("lesson_silence_ending") == 1
        assert agenda(order)[Due.SILENCE] == confirm_by


def test_nobody_is_warned_of_what_has_happened_already() -> None:
    order = in_training()
    teach(order, 1, at=LATER)
    assert warn_of_silence(order, LATER + 7 * DAY)
    assert "lesson_silence_ending" not in kinds(order)
    assert agenda(order)[Due.SILENCE] == LATER + 7 * DAY


def test_what_is_due_first_is_due_though_other_lessons_come_later() -> None:
    order = in_training()
    teach(order, 1, at=LATER)
    teach(order, 2, at=LATER + HOUR)
    mark_told(order, LATER + 3 * HOUR, 2, "oa_message")
    assert agenda(order)[Due.SILENCE] == LATER + 3 * HOUR + DAY
    warn_of_silence(order, LATER + 3 * HOUR + DAY)
    assert agenda(order)[Due.SILENCE] == LATER + 3 * HOUR + 2 * DAY
    confirm_by_silence(order, LATER + 3 * HOUR + 2 * DAY)
    assert agenda(order)[Due.SILENCE] == LATER + 6 * DAY


def test_the_windows_are_the_institutions_and_the_longer_one_is_never_the_shorter() -> None:
    policy = Policy(confirm_window_h=100, untold_window_h=50)
    assert (policy.confirm_window, policy.untold_window) == (timedelta(hours=100), timedelta(hours=100))
    assert (Policy().confirm_window, Policy().untold_window, Policy().announce_lead) == (2 * DAY, 7 * DAY, DAY)


def test_silence_after_a_prepayment_needs_a_telling_too() -> None:
    order = in_training(Agreement.PAYMENT)
    teach(order, 1, at=LATER)
    mark_shown(order, LATER, "order_list")
    confirm_by_silence(order, LATER + 2 * DAY)
    progress(order, LATER + 2 * DAY)
    assert order.owed_fen == 1000
    assert "charge_announced" not in kinds(order)
    assert broken(order) == []
