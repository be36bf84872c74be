"""One priced unit of teaching inside an order, and the states it may pass through."""

from enum import StrEnum

from models.base import Entity, Fen, Moment, Value
from models.errors import IllegalMove


class LessonState(StrEnum):
    """Where a lesson stands between being planned and being owed or not."""

    SCHEDULED = "scheduled"
    TAUGHT = "taught"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    VOID = "void"
    CANCELLED = "cancelled"


LESSON_MOVES: dict[LessonState, frozenset[LessonState]] = {
    LessonState.SCHEDULED: frozenset({LessonState.TAUGHT, LessonState.CANCELLED}),
    LessonState.TAUGHT: frozenset({LessonState.CONFIRMED, LessonState.DISPUTED, LessonState.CANCELLED}),
    LessonState.DISPUTED: frozenset({LessonState.CONFIRMED, LessonState.VOID, LessonState.CANCELLED}),
    LessonState.VOID: frozenset({LessonState.SCHEDULED}),  # a make-up lesson
    LessonState.CONFIRMED: frozenset({LessonState.CANCELLED}),  # only by a fence of which we hear late
    LessonState.CANCELLED: frozenset(),
}

FINAL_LESSON_STATES = frozenset({LessonState.CONFIRMED, LessonState.VOID, LessonState.CANCELLED})


class LessonReport(Value):
    """The institution's word that a lesson was taught; `report_id` is the institution's own row id."""

    report_id: str
    taught_at: Moment
    reported_by: str
    note: str = ""


class Attendance(LessonReport):
    """A report that was taken, and when."""

    reported_at: Moment


class Confirmation(Value):
    """Why a taught lesson counts as owed: the learner's word, silence, an accepted quote or a decided dispute."""

    by: str
    how: str
    at: Moment


class Dispute(Value):
    """The learner's objection to a taught lesson, both sides' words, and how it ended."""

    reason: str
    opened_at: Moment
    decide_by: Moment
    answer: str = ""
    answered_at: Moment | None = None
    outcome: str = ""
    decided_by: str = ""
    decided_at: Moment | None = None


class Allowance(Value):
    """The operator's leave for one report, or one more make-up, that the rules would refuse."""

    reason: str
    by: str
    at: Moment


class Lesson(Entity):
    """Lesson `n` (from 1) of an order at its frozen price.

    `told_at` is when the learner was told of the teaching or shown it: only then does silence count (`told_how`).
    `warn_at` is when the learner is told that silence is about to count. `voided_reports` are the report ids of
    teachings that came to nothing: sent again, they are not a make-up.
    """

    n: int
    title: str
    price_fen: Fen
    state: LessonState = LessonState.SCHEDULED
    scheduled_at: Moment | None = None
    attendance: Attendance | None = None
    confirm_by: Moment | None = None
    told_at: Moment | None = None
    told_how: str = ""
    warn_at: Moment | None = None
    confirmation: Confirmation | None = None
    dispute: Dispute | None = None
    voided_reports: tuple[str, ...] = ()
    allowance: Allowance | None = None

    @property
    def is_final(self) -> bool:
        """Whether nothing more can change what this lesson costs."""
        return self.state in FINAL_LESSON_STATES

    def knows_report(self, report_id: str) -> bool:
        """Whether the institution's row with this id is, or was, about this lesson."""
        return report_id in self.voided_reports or (
            self.attendance is not None and self.attendance.report_id == report_id
        )

    @property
    def is_owed(self) -> bool:
        """Whether the learner owes this lesson's price."""
        return self.state is LessonState.CONFIRMED

    def move(self, to: LessonState) -> None:
        """Change the state along the table; raises IllegalMove for any other way."""
        if to not in LESSON_MOVES[self.state]:
            message = f"lesson {self.n}: {self.state} -> {to}"
            raise IllegalMove(message)
        self.state = to
