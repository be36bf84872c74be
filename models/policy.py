"""The rules an institution works under, frozen onto each of its orders."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from models.base import Fen, Value
from models.fee_mode import Agreement, FeeMode


class PrepayCaps(Value):
    """How much an institution may take in advance (months, lessons and fen are each a ceiling)."""

    months: int = 3
    lessons: int = 60
    amount_fen: Fen = 500_000


class ReportRules(Value):
    """What makes a report of a lesson plausible; the operator may let one through that is not.

    `lesson_minutes` is the shortest time between the beginnings of two lessons of one order, `make_ups_a_lesson` how
    often one lesson may be planned anew after it was void.
    """

    within_days: Annotated[int, Field(ge=1, le=365)] = 7
    lessons_a_day: Annotated[int, Field(ge=1, le=100)] = 3
    lesson_minutes: Annotated[int, Field(ge=0, le=600)] = 30
    make_ups_a_lesson: Annotated[int, Field(ge=0, le=100)] = 2


class Policy(Value):
    """The rules of one institution. Copied onto each order, so that a later change touches new orders only."""

    fee_modes: tuple[FeeMode, ...] = (FeeMode.PAY_AFTER_COURSE,)
    pay_after_course_by: Agreement = Agreement.AUTHORIZATION
    confirm_window_h: Annotated[int, Field(ge=1, le=24 * 30)] = 48
    untold_window_h: Annotated[int, Field(ge=1, le=24 * 60)] = 7 * 24
    announce_h: Annotated[int, Field(ge=0, le=24 * 30)] = 24
    dispute_window_h: Annotated[int, Field(ge=1, le=24 * 60)] = 7 * 24
    prepay_caps: PrepayCaps = PrepayCaps()
    reports: ReportRules = ReportRules()
    prepay_refund_fee_percent: Annotated[int, Field(ge=0, le=100)] = 0

    @property
    def confirm_window(self) -> timedelta:
        """How long a learner who was told may confirm or dispute a taught lesson before silence confirms it."""
        return timedelta(hours=self.confirm_window_h)

    @property
    def untold_window(self) -> timedelta:
        """How long silence is waited for when nobody could be told; never shorter than for somebody who was."""
        return timedelta(hours=max(self.untold_window_h, self.confirm_window_h))

    @property
    def announce_lead(self) -> timedelta:
        """How long before a deduction the learner knows of it, unless it follows from their own word."""
        return timedelta(hours=self.announce_h)

    @property
    def dispute_window(self) -> timedelta:
        """How long an institution may answer a dispute before it is decided for the learner."""
        return timedelta(hours=self.dispute_window_h)


def agreement_for(mode: FeeMode, policy: Policy) -> Agreement:
    """Say how the learner agrees at WeChat under this fee mode."""
    if mode is FeeMode.PAY_PER_LESSON:
        return Agreement.PLAN
    if mode is FeeMode.PREPAY:
        return Agreement.PAYMENT
    return policy.pay_after_course_by
