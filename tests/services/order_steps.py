"""What the order machine draws from: calls that may fail, steps of people, and spans of time."""

from hypothesis import strategies as st
from pydantic import SecretStr

from models.charge import ABNORMAL
from models.notices import BankCard
from tests.fakes.wechat.faults import When

CALLS = (
    "apply_authorization",
    "query_authorization",
    "terminate_authorization",
    "open_service",
    "query_service",
    "complete_service",
    "cancel_service",
    "lower_service",
    "sync_paid",
    "ensure_plan",
    "sign_plan",
    "query_plan",
    "stop_plan",
    "open_lesson",
    "prepay",
    "query_payment",
    "close_payment",
    "refund",
    "query_refund",
    "redirect_refund",
)

# what is written more often happens more often
LESSON_STEPS = (
    *("all", "all", "attend", "attend", "attend and confirm", "attend and confirm", "confirm", "dispute", "dispute"),
    *("take back", "answer", "concede", "decide confirmed", "decide void", "move", "call off", "make up"),
)
MONEY_STEPS = (
    *("deduct", "deduct", "deduct all", "give back", "refunds done", "refunds done", "refund fails", "try again"),
    "refund closes",
    *("lower", "paid outside"),
)
END_STEPS = (
    *("quote and accept", "quote", "accept", "institution", "completion", "take back", "cancel plan", "cancel plan"),
    *("close service", "close service", "close here", "authorize again"),
)
NOTICE_STEPS = ("deliver", "deliver", "deliver", "repeat", "lose", "late", "late")

REFUND_PROBLEMS = {"refund fails": ABNORMAL, "refund closes": "closed"}
CARD = BankCard(bank_type="CMB_DEBIT", number=SecretStr("6225880000000000"), holder=SecretStr("张三"))

WHEN: tuple[When, ...] = ("before", "after", "late")

PICK = st.integers(0, 50)
SECONDS_PASSING = (1, 3, 31, 60, 130, 601, 3600, 5 * 3600, 26 * 3600, 49 * 3600, 4 * 86400, 8 * 86400)
"""Our clock margin, first questions, a quote's life, windows, deadlines, expiry."""
