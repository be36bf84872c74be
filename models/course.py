"""A course on sale: its lessons, one price each, and what a product page shows."""

from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from models.base import Entity, Fen, PositiveFen, Value
from models.contract import price_list_sha256
from models.errors import Conflict
from models.fee_mode import Agreement, FeeMode
from models.merchant import Merchant
from models.policy import Policy, agreement_for

LAST_BASIC_CHARACTER = 0xFFFF
"""WeChat takes UTF-8 of up to three bytes a character only (interface rules, charset)."""

MAX_LESSONS = 100
"""WeChat takes at most 100 items in an order's fee list."""


class LessonPrice(Value):
    """Lesson `n` of the price list."""

    title: Annotated[str, Field(min_length=1, max_length=40)]
    price_fen: PositiveFen


class Course(Entity):
    """A product. `introduction` is what WeChat's pages show: at most 20 characters, no emoji."""

    id: str
    institution_id: str
    title: Annotated[str, Field(min_length=1, max_length=60)]
    introduction: Annotated[str, Field(min_length=1, max_length=20)]
    description: Annotated[str, Field(max_length=5000)] = ""
    price_fen: PositiveFen
    lessons: Annotated[list[LessonPrice], Field(min_length=1, max_length=MAX_LESSONS)]
    fee_modes: tuple[FeeMode, ...] = (FeeMode.PAY_AFTER_COURSE,)
    duration_days: Annotated[int, Field(ge=1, le=1000)] = 180
    open: bool = True
    revision: int = 1

    @model_validator(mode="after")
    def _prices_add_up(self) -> Self:
        if sum(self.prices_fen) != self.price_fen:
            message = f"lesson prices sum to {sum(self.prices_fen)}, the course costs {self.price_fen}"
            raise ValueError(message)
        if any(ord(char) > LAST_BASIC_CHARACTER for char in self.introduction + self.title):
            message = "WeChat takes no characters beyond the basic plane (emoji) in title and introduction"
            raise ValueError(message)
        return self

    @property
    def prices_fen(self) -> list[Fen]:
        """The price of each lesson, in order."""
        return [lesson.price_fen for lesson in self.lessons]

    @property
    def price_list_sha256(self) -> str:
        """Fingerprint of the price list."""
        return price_list_sha256(self.prices_fen)


def check_fee_mode(course: Course, mode: FeeMode, policy: Policy, merchant: Merchant) -> None:
    """Raise Conflict naming the reason when this course cannot be taken under this fee mode."""
    if not course.open:
        raise Conflict("course_closed", course_id=course.id)
    if mode not in course.fee_modes or mode not in policy.fee_modes:
        raise Conflict("fee_mode_closed", fee_mode=mode)
    agreement = agreement_for(mode, policy)
    if agreement is not Agreement.PAYMENT and agreement not in merchant.services:
        raise Conflict("fee_mode_closed", fee_mode=mode, reason="service_not_configured")
    if mode is FeeMode.PREPAY:
        _check_prepay_caps(course, policy)
        return
    at_risk_fen = course.price_fen if mode is FeeMode.PAY_AFTER_COURSE else max(course.prices_fen)
    if at_risk_fen > merchant.risk_cap_fen:
        raise Conflict("price_above_cap", at_risk_fen=at_risk_fen, cap_fen=merchant.risk_cap_fen)
    if mode is FeeMode.PAY_PER_LESSON and _rises(course.prices_fen):
        raise Conflict("prices_rise", fee_mode=mode)


def _rises(prices_fen: list[Fen]) -> bool:
    return any(later > earlier for earlier, later in pairwise(prices_fen))


def _check_prepay_caps(course: Course, policy: Policy) -> None:
    caps = policy.prepay_caps
    over = {
        "lessons": len(course.lessons) > caps.lessons,
        "amount_fen": course.price_fen > caps.amount_fen,
        "months": course.duration_days > caps.months * 31,
    }
    for field, is_over in over.items():
        if is_over:
            raise Conflict("prepay_above_cap", cap=field)
