"""How a course is paid for, and how WeChat learns that the learner agrees."""

from enum import StrEnum


class FeeMode(StrEnum):
    """How a course is paid for."""

    PAY_AFTER_COURSE = "pay_after_course"
    PAY_PER_LESSON = "pay_per_lesson"
    PREPAY = "prepay"


class Agreement(StrEnum):
    """How WeChat learns that the learner agrees: once for all orders, each order, a signed plan, or by paying."""

    AUTHORIZATION = "authorization"
    NEED_CONFIRM = "need_confirm"
    PLAN = "plan"
    PAYMENT = "payment"
