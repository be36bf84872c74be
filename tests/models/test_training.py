from collections.abc import Callable
from datetime import timedelta

import pytest

from lab.rig.orders import ANY_REPORTS, HOUR, NOON, a_report, in_training, placed, settle, teach, teach_and_confirm
from models.charge import ChargeState
from models.ending import end_without_quote, turn_billing_off
from models.errors import Conflict, NotFound
from models.facts import FactKind
from models.fee_mode import Agreement
from models.lesson import LessonState
from models.order import Order, OrderState
from models.policy import Policy
from models.settling import progress
from models.telling import mark_told
from models.training import (
    answer_dispute,
    cancel_lesson,
    confirm_by_silence,
    confirm_lesson,
    decide_dispute,
    decide_overdue_disputes,
    dispute_lesson,
    end_course,
    plan_make_up,
    report_attendance,
    reschedule_lesson,
    withdraw_dispute,
)

LATER = NOON + HOUR


def states(order: Order) -> list[str]:
    return [lesson.state for lesson in order.lessons]


def test_a_lesson_reported_twice_is_taught_once() -> None:
    order = in_training()
    assert report_attendance(order, LATER, 1, a_report(1, LATER))
    before = order.model_copy(deep=True)
    assert not report_attendance(order, LATER + HOUR, 1, a_report(1, LATER + HOUR))
    assert order == before


def test_the_window_to_object_opens_with_the_telling_not_with_the_lesson() -> None:
    order = in_training(policy=Policy(reports=ANY_REPORTS, confirm_window_h=24))
    report_attendance(order, LATER, 1, a_report(1, LATER, taught_at=NOON))
    assert order.lesson(1).confirm_by == LATER + timedelta(days=7)
    mark_told(order, LATER + HOUR, 1, "oa_message")
    assert order.lesson(1).confirm_by == LATER + HOUR + timedelta(hours=24)


@pytest.mark.parametrize(
    ("code", "attempt"),
    [
        (
            "lesson_not_scheduled",
            lambda order: report_attendance(order, LATER, 1, a_report(1, LATER, report_id="another")),
        ),
        ("report_reused", lambda order: report_attendance(order, LATER, 2, a_report(2, LATER, report_id="row-1"))),
        (
            "taught_in_future",
            lambda order: report_attendance(order, LATER, 2, a_report(2, LATER, taught_at=LATER + HOUR)),
        ),
        ("lesson_not_scheduled", lambda order: reschedule_lesson(order, LATER, 1, LATER, "")),
        ("lesson_not_scheduled", lambda order: cancel_lesson(order, LATER, 1, "")),
        ("lesson_not_void", lambda order: plan_make_up(order, LATER, 1, LATER)),
        ("lesson_not_taught", lambda order: confirm_lesson(order, LATER, 2, "learner", "")),
        ("lesson_not_disputable", lambda order: dispute_lesson(order, LATER, 2, "")),
        ("lesson_not_disputed", lambda order: answer_dispute(order, LATER, 1, "")),
        ("lesson_not_disputed", lambda order: withdraw_dispute(order, LATER, 1)),
        ("lesson_not_disputed", lambda order: decide_dispute(order, LATER, 1, "void", "operator")),
        ("lessons_open", lambda order: end_course(order, LATER, "institution")),
    ],
)
def test_a_refusal_names_its_reason_and_leaves_the_order_as_it_was(
    code: str, attempt: Callable[[Order], object]
) -> None:
    order = in_training()
    report_attendance(order, LATER, 1, a_report(1, LATER))
    before = order.model_copy(deep=True)
    with pytest.raises(Conflict, match=code):
        attempt(order)
    assert order == before


@pytest.mark.parametrize("n", [0, 5, -1])
def test_a_lesson_the_course_does_not_have_is_not_found(n: int) -> None:
    with pytest.raises(NotFound, match="lesson_not_found"):
        report_attendance(in_training(), LATER, n, a_report(1, LATER))


def test_nothing_is_taught_before_the_learner_agreed() -> None:
    with pytest.raises(Conflict, match="order_not_in_training"):
        report_attendance(placed(), LATER, 1, a_report(1, LATER))


def test_silence_confirms_at_the_end_of_the_window_and_not_before() -> None:
    order = in_training()
    teach(order, 1, at=LATER)
    mark_told(order, LATER, 1, "oa_message")
    end = LATER + order.policy.confirm_window
    assert not confirm_by_silence(order, end - timedelta(milliseconds=1))
    assert confirm_by_silence(order, end)
    assert not confirm_by_silence(order, end)
    confirmation = order.lesson(1).confirmation
    assert confirmation is not None
    assert (confirmation.by, confirmation.how) == ("silence", "silence")


def test_silence_never_confirms_a_disputed_lesson() -> None:
    order = in_training()
    teach(order, 1, at=LATER)
    dispute_lesson(order, LATER, 1, "老师没来")
    assert not confirm_by_silence(order, LATER + timedelta(days=30))


def test_a_disputed_lesson_holds_the_money_of_the_whole_course_until_it_is_decided() -> None:
    order = in_training()
    teach(order, 1, at=LATER)
    dispute_lesson(order, LATER, 1, "老师没来")
    progress(order, LATER)
    assert order.charges[0].state is ChargeState.HELD
    decide_dispute(order, LATER, 1, "void", "institution")
    progress(order, LATER)
    assert [charge.state for charge in order.charges] == [ChargeState.OPEN]


def test_under_a_plan_a_dispute_holds_its_own_lessons_money_and_the_lessons_after_it() -> None:
    order = in_training(Agreement.PLAN)
    settle(order, LATER)
    teach(order, 1, at=LATER)
    teach_and_confirm(order, 2, at=LATER)
    dispute_lesson(order, LATER, 1, "老师没来")
    progress(order, LATER)
    settle(order, LATER)
    assert [charge.state for charge in order.charges[:2]] == [ChargeState.HELD, ChargeState.NONE]
    decide_overdue_disputes(order, LATER + order.policy.dispute_window)
    progress(order, LATER)
    settle(order, LATER)
    assert [charge.state for charge in order.charges[:2]] == [ChargeState.CANCELLED, ChargeState.PAID]


def test_an_institution_may_concede_a_dispute_but_not_win_its_own_case() -> None:
    order = in_training()
    teach(order, 1, at=LATER)
    dispute_lesson(order, LATER, 1, "老师没来")
    with pytest.raises(Conflict, match="own_case"):
        decide_dispute(order, LATER, 1, "confirmed", "institution")
    assert decide_dispute(order, LATER, 1, "void", "institution")
    assert not decide_dispute(order, LATER, 1, "void", "institution")


def test_what_nobody_decides_in_time_is_decided_for_the_learner() -> None:
    order = in_training()
    teach(order, 1, at=LATER)
    dispute_lesson(order, LATER, 1, "老师没来")
    end = LATER + order.policy.dispute_window
    assert not decide_overdue_disputes(order, end - timedelta(milliseconds=1))
    assert decide_overdue_disputes(order, end)
    decided = order.lesson(1).dispute
    assert decided is not None
    assert (order.lesson(1).state, decided.decided_by) == (LessonState.VOID, "deadline")


@pytest.mark.parametrize(
    "decide",
    [
        lambda order: decide_dispute(order, LATER, 1, "confirmed", "operator"),
        lambda order: withdraw_dispute(order, LATER, 1),
    ],
)
def test_the_operator_or_the_learner_can_decide_that_a_disputed_lesson_is_owed(
    decide: Callable[[Order], object],
) -> None:
    order = in_training()
    teach(order, 1, at=LATER)
    dispute_lesson(order, LATER, 1, "老师没来")
    decide(order)
    assert order.owed_fen == 1000
    assert not withdraw_dispute(order, LATER, 1)


def test_both_sides_words_of_a_dispute_are_kept_and_the_same_word_twice_is_no_news() -> None:
    order = in_training()
    teach(order, 1, at=LATER)
    assert dispute_lesson(order, LATER, 1, "老师没来")
    assert not dispute_lesson(order, LATER, 1, "老师没来")
    assert answer_dispute(order, LATER, 1, "老师到了")
    assert not answer_dispute(order, LATER, 1, "老师到了")
    kept = order.lesson(1).dispute
    assert kept is not None
    assert (kept.reason, kept.answer) == ("老师没来", "老师到了")
    with pytest.raises(Conflict, match="lesson_not_disputable"):
        dispute_lesson(order, LATER, 1, "换个理由")


def voided() -> Order:
    order = in_training()
    teach(order, 1, at=LATER)
    dispute_lesson(order, LATER, 1, "老师没来")
    decide_dispute(order, LATER, 1, "void", "institution")
    return order


def test_a_void_lesson_can_be_made_up_and_is_owed_only_then() -> None:
    order = voided()
    assert plan_make_up(order, LATER, 1, LATER + HOUR)
    assert not plan_make_up(order, LATER, 1, LATER + HOUR)
    assert order.owed_fen == 0
    report_attendance(order, LATER + 2 * HOUR, 1, a_report(1, LATER + 2 * HOUR, report_id="make-up"))
    confirm_lesson(order, LATER + 2 * HOUR, 1, "learner", "miniprogram")
    assert order.owed_fen == 1000


def test_the_report_of_the_void_teaching_sent_again_is_not_the_make_up() -> None:
    order = voided()
    plan_make_up(order, LATER, 1, LATER + HOUR)
    assert not report_attendance(order, LATER + 2 * HOUR, 1, a_report(1, LATER + 2 * HOUR))
    assert order.lesson(1).state is LessonState.SCHEDULED


def test_a_plans_lesson_cannot_be_made_up_because_wechat_closed_its_number() -> None:
    order = in_training(Agreement.PLAN)
    teach(order, 1, at=LATER)
    dispute_lesson(order, LATER, 1, "老师没来")
    decide_dispute(order, LATER, 1, "void", "institution")
    with pytest.raises(Conflict, match="make_up_not_chargeable"):
        plan_make_up(order, LATER, 1, LATER)


def test_a_lesson_called_off_is_never_charged() -> None:
    order = in_training()
    assert cancel_lesson(order, LATER, 4, "老师生病")
    assert not cancel_lesson(order, LATER, 4, "老师生病")
    teach_and_confirm(order, 1, 2, 3)
    settle(order, LATER)
    assert (order.state, order.paid_fen) == (OrderState.SETTLED, 2800)


def test_a_lesson_moved_to_the_same_time_is_no_news() -> None:
    order = in_training()
    assert reschedule_lesson(order, NOON, 1, LATER, "")
    assert not reschedule_lesson(order, NOON, 1, LATER, "")


def test_an_institution_declares_the_course_over_and_what_was_not_taught_is_free() -> None:
    order = in_training()
    teach_and_confirm(order, 1)
    assert end_course(order, LATER, "institution")
    progress(order, LATER)
    assert not end_course(order, LATER, "institution")
    settle(order, LATER)
    assert (order.state, order.paid_fen) == (OrderState.SETTLED, 1000)
    assert not end_course(order, LATER, "institution")


def test_declaring_an_untaught_course_over_again_is_no_news() -> None:
    order = in_training()
    end_course(order, LATER, "institution")
    progress(order, LATER)
    settle(order, LATER)
    assert (order.state, end_course(order, LATER, "institution")) == (OrderState.CANCELLED, False)


@pytest.mark.parametrize(
    ("code", "attempt"),
    [
        (
            "after_fence",
            lambda order: report_attendance(order, LATER + HOUR, 2, a_report(2, LATER + HOUR, taught_at=NOON)),
        ),
        ("order_already_ended", lambda order: plan_make_up(order, LATER, 1, LATER)),
        ("order_already_ended", lambda order: reschedule_lesson(order, LATER, 2, LATER, "")),
    ],
)
def test_after_the_fence_nothing_more_is_taught_moved_or_made_up(code: str, attempt: Callable[[Order], object]) -> None:
    order = voided()
    teach(order, 3, at=LATER)
    end_without_quote(order, LATER, "institution", "老师离职", "R1")
    with pytest.raises(Conflict, match=code):
        attempt(order)


def test_what_was_reported_before_the_fence_stays_due_and_keeps_its_window() -> None:
    order = in_training()
    teach(order, 1, at=LATER)
    mark_told(order, LATER, 1, "oa_message")
    turn_billing_off(order, LATER + HOUR, "learner", LATER + HOUR, "R1")
    progress(order, LATER + HOUR)
    assert states(order) == ["taught", "cancelled", "cancelled", "cancelled"]
    confirm_by_silence(order, LATER + order.policy.confirm_window)
    assert order.owed_fen == 1000


def test_a_fence_of_which_we_hear_late_cuts_off_what_was_reported_since() -> None:
    """The end is the same as if we had heard at once, even for what was confirmed meanwhile."""
    order = in_training()
    teach_and_confirm(order, 1, at=LATER)
    teach_and_confirm(order, 2, at=LATER + 2 * HOUR)
    teach(order, 3, at=LATER + 2 * HOUR)
    teach(order, 4, at=LATER + 2 * HOUR)
    dispute_lesson(order, LATER + 2 * HOUR, 4, "老师没来")
    progress(order, LATER + 2 * HOUR)
    turn_billing_off(order, LATER + 3 * HOUR, "learner", LATER + HOUR, "R1")
    progress(order, LATER + 3 * HOUR)
    assert states(order) == ["confirmed", "cancelled", "cancelled", "cancelled"]
    settle(order, LATER + 3 * HOUR)
    assert (order.state, order.paid_fen) == (OrderState.SETTLED, 1000)


def test_every_lesson_tells_in_facts_what_became_of_it() -> None:
    order = voided()
    told = [fact.kind for fact in order.facts if fact.lesson_n == 1]
    assert told == [FactKind.LESSON_TAUGHT, FactKind.LESSON_DISPUTED, FactKind.DISPUTE_DECIDED]
