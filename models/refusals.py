"""Every named no that comes from WeChat's side: which error it is, who can act, and whether trying again helps."""

from enum import StrEnum

from models.base import Value
from models.errors import (
    Conflict,
    Declined,
    InvalidInput,
    NotAuthenticated,
    OutsideFailure,
    XianxueError,
)


class Actor(StrEnum):
    """Who can do something about it."""

    LEARNER = "learner"
    INSTITUTION = "institution"
    OPERATOR = "operator"
    WECHAT = "wechat"


class RefusalRule(Value):
    """What one code means for us.

    `retry_helps`: once whoever acts has acted (or, when that is WeChat, after a while), the same request may succeed.
    """

    error: type[XianxueError]
    who: Actor
    retry_helps: bool


_LEARNER, _INSTITUTION, _OPERATOR, _WECHAT = Actor.LEARNER, Actor.INSTITUTION, Actor.OPERATOR, Actor.WECHAT


def _rule(error: type[XianxueError], who: Actor, *, retry: bool) -> RefusalRule:
    return RefusalRule(error=error, who=who, retry_helps=retry)


REFUSALS: dict[str, RefusalRule] = {
    # Pay Score and payment: WeChat's no to this learner
    "wechat_assessment_declined": _rule(Declined, _LEARNER, retry=False),
    "wechat_too_many_orders": _rule(Declined, _LEARNER, retry=True),
    "wechat_overdue_orders": _rule(Declined, _LEARNER, retry=True),
    "wechat_payment_limited": _rule(Declined, _LEARNER, retry=True),
    "wechat_not_authorized": _rule(Declined, _LEARNER, retry=True),
    "wechat_deduction_failed": _rule(Declined, _LEARNER, retry=True),
    "wechat_account_abnormal": _rule(Declined, _LEARNER, retry=False),
    "wechat_user_blocked": _rule(Declined, _LEARNER, retry=False),
    # ... to the institution
    "wechat_amount_above_cap": _rule(Declined, _INSTITUTION, retry=False),
    "wechat_merchant_balance_short": _rule(Declined, _INSTITUTION, retry=True),
    # ... to us
    "wechat_no_permission": _rule(Declined, _OPERATOR, retry=True),
    "wechat_request_rejected": _rule(Declined, _OPERATOR, retry=False),
    "wechat_request_changed": _rule(Declined, _OPERATOR, retry=False),
    "wechat_request_blocked": _rule(Declined, _OPERATOR, retry=True),
    "fee_sum_mismatch": _rule(InvalidInput, _OPERATOR, retry=False),
    "merchant_not_configured": _rule(Conflict, _OPERATOR, retry=True),
    # not possible as things stand at WeChat
    "wechat_state": _rule(Conflict, _WECHAT, retry=False),
    "wechat_in_progress": _rule(Conflict, _WECHAT, retry=True),
    "wechat_not_found": _rule(Conflict, _WECHAT, retry=True),
    "wechat_orders_unfinished": _rule(Conflict, _LEARNER, retry=True),
    # nobody knows, or nothing happened yet: ask, then repeat
    "wechat_too_frequent": _rule(OutsideFailure, _WECHAT, retry=True),
    "wechat_unavailable": _rule(OutsideFailure, _WECHAT, retry=True),
    "wechat_silent": _rule(OutsideFailure, _WECHAT, retry=True),
    "wechat_unreachable": _rule(OutsideFailure, _WECHAT, retry=True),
    "wechat_unverified": _rule(OutsideFailure, _WECHAT, retry=True),
    "wechat_unreadable": _rule(OutsideFailure, _WECHAT, retry=True),
    "wechat_credentials_rejected": _rule(OutsideFailure, _OPERATOR, retry=True),
    "wechat_address_refused": _rule(OutsideFailure, _OPERATOR, retry=True),
    # logging in
    "login_code_invalid": _rule(NotAuthenticated, _LEARNER, retry=False),
    "login_code_used": _rule(NotAuthenticated, _LEARNER, retry=False),
    "phone_code_invalid": _rule(InvalidInput, _LEARNER, retry=False),
    # what arrives at our doors
    "wechat_signature_invalid": _rule(NotAuthenticated, _OPERATOR, retry=True),
    "wechat_timestamp_stale": _rule(NotAuthenticated, _OPERATOR, retry=True),
    "wechat_content_unreadable": _rule(InvalidInput, _OPERATOR, retry=False),
    # messages to one user
    "push_not_subscribed": _rule(Declined, _LEARNER, retry=True),
    "push_window_closed": _rule(Declined, _LEARNER, retry=True),
    "push_not_following": _rule(Declined, _LEARNER, retry=True),
    "push_minor_protected": _rule(Declined, _LEARNER, retry=False),
    "push_receiver_unknown": _rule(Declined, _OPERATOR, retry=False),
    "push_template_rejected": _rule(Declined, _OPERATOR, retry=True),
    "push_content_rejected": _rule(Declined, _OPERATOR, retry=False),
    "push_not_permitted": _rule(Declined, _OPERATOR, retry=True),
}


def named(code: str, **detail: object) -> XianxueError:
    """Build the error a code stands for; its detail says who can act and whether trying again helps.

    Raises KeyError for a code the table lacks.
    """
    rule = REFUSALS[code]
    return rule.error(code, who=rule.who.value, retry_helps=rule.retry_helps, **detail)
