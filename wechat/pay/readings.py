"""WeChat's JSON read into our values, leniently: unknown keys, strings for numbers, empty strings for nothing."""

from collections.abc import Mapping
from typing import Any

from models.authorization import AuthorizationState
from models.charge import ABNORMAL, BACK_AT_MERCHANT, ChannelReading, ChannelState, RefundState, parse_channel_state
from models.merchant import NO_SERVICE, Origin
from models.notices import AuthorizationReading, PlanReading, RefundReading
from wechat.pay.times import read_time

Json = Mapping[str, Any]


class UnreadableError(Exception):
    """Something is missing without which the content means nothing; the message names the field."""


def text(data: Json, *names: str) -> str | None:
    """Return the first of these fields that is a non-empty string (or a number, written out)."""
    for name in names:
        value = data.get(name)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return None


def required(data: Json, *names: str) -> str:
    """Return the first of these fields; raises UnreadableError when there is none."""
    value = text(data, *names)
    if value is None:
        raise UnreadableError(names[0])
    return value


def fen(value: object) -> int | None:
    """Read an amount in fen; samples of notices write some as strings. Anything else is no amount, never a guess."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def inner(data: Json, name: str) -> Json:
    """Return a nested object, an empty one when it is absent or null."""
    value = data.get(name)
    return value if isinstance(value, Mapping) else {}


def read_origin(data: Json, known: Origin) -> Origin:
    """Read whose word this is; what it does not name is what is known of how it came."""
    return Origin(
        merchant_id=known.merchant_id,
        mchid=text(data, "sp_mchid", "mchid", "mch_id") or known.mchid,
        sub_mchid=text(data, "sub_mchid", "sub_mch_id") or known.sub_mchid,
        appid=text(data, "sp_appid", "appid") or known.appid,
        sub_appid=text(data, "sub_appid") or known.sub_appid,
        service_id=text(data, "service_id") or known.service_id,
    )


PAID_HOW = {"NEWTON": "pay_score", "MCH": "outside"}
"""collection.details[].paid_type: deducted by Pay Score, or paid elsewhere and reported by `sync`."""


def service_reading(data: Json, known: Origin) -> ChannelReading:
    """Read a service order: an answer, or the plaintext of USER_CONFIRM and USER_PAID.

    The state is the triple of state, state_description and collection.state; raises UnreadableError without a number.
    """
    collection = inner(data, "collection")
    details = [detail for detail in collection.get("details") or [] if isinstance(detail, Mapping)]
    paid = next((detail for detail in details if text(detail, "transaction_id")), details[0] if details else {})
    how = text(paid, "paid_type") or ""
    total_fen = fen(data.get("total_amount"))
    states = text(data, "state"), text(data, "state_description"), text(collection, "state")
    return ChannelReading(
        origin=read_origin(data, known),
        charge_no=required(data, "out_order_no"),
        state=parse_channel_state(*states, total_fen),
        order_id=text(data, "order_id"),
        total_fen=fen(collection.get("total_amount")) if total_fen is None else total_fen,
        paid_fen=fen(collection.get("paid_amount")),
        paid_at=read_time(paid.get("paid_time")),
        paid_how=PAID_HOW.get(how, how.lower()),
        transaction_id=text(paid, "transaction_id"),
        started_at=read_time(inner(data, "time_range").get("start_time")),
    )


TRADE_STATES = {
    "SUCCESS": ChannelState.PAID,
    "REFUND": ChannelState.PAID,
    "NOTPAY": ChannelState.AWAITING_LEARNER,
    "USERPAYING": ChannelState.AWAITING_LEARNER,
    "CLOSED": ChannelState.CANCELLED,
    "REVOKED": ChannelState.CANCELLED,
}
"""trade_state of an ordinary payment; REFUND means paid, and something of it went back."""


def payment_reading(data: Json, known: Origin) -> ChannelReading:
    """Read an ordinary payment: an answer, or the plaintext of TRANSACTION.SUCCESS; raises UnreadableError."""
    state = TRADE_STATES.get(text(data, "trade_state") or "", ChannelState.UNKNOWN)
    total_fen = fen(inner(data, "amount").get("total"))
    return ChannelReading(
        origin=read_origin(data, known).model_copy(update={"service_id": NO_SERVICE}),
        charge_no=required(data, "out_trade_no"),
        state=state,
        total_fen=total_fen,
        paid_fen=total_fen if state is ChannelState.PAID else None,
        paid_at=read_time(data.get("success_time")),
        paid_how=(text(data, "trade_type") or "").lower(),
        transaction_id=text(data, "transaction_id"),
    )


AUTHORIZATION_STATES = {
    "AVAILABLE": AuthorizationState.ACTIVE,
    "UNAVAILABLE": AuthorizationState.CLOSED,
    "UNBINDUSER": AuthorizationState.APPLIED,
    "USER_OPEN_SERVICE": AuthorizationState.ACTIVE,
    "USER_CLOSE_SERVICE": AuthorizationState.CLOSED,
}
"""authorization_state of a query, user_service_status of a notice."""


def authorization_reading(data: Json, known: Origin, event: str = "") -> AuthorizationReading:
    """Read a permission: an answer, or the plaintext of USER_OPEN_SERVICE and USER_CLOSE_SERVICE.

    `event` (the last part of the event type) stands in for a missing status. A learner is known by the sub-merchant's
    openid wherever there is one. Raises UnreadableError when neither tells the state.
    """
    word = text(data, "authorization_state", "user_service_status") or event
    state = AUTHORIZATION_STATES.get(word) or AUTHORIZATION_STATES.get(event)
    if state is None:
        raise UnreadableError("authorization_state")
    since = "cancel_authorization_time" if state is AuthorizationState.CLOSED else "authorization_success_time"
    return AuthorizationReading(
        origin=read_origin(data, known),
        openid=text(data, "sub_openid", "openid"),
        state=state,
        code=text(data, "authorization_code", "out_request_no", "out_contract_code"),
        at=read_time(data.get("openorclose_time")) or read_time(data.get(since)) or read_time(data.get("create_time")),
    )


PLAN_STATES = {
    "UNSIGNED": "unsigned",
    "SIGNED": "signed",
    "SIGN_PLAN_CANCEL": "cancelled",
    "COMPLETE": "complete",
    "EXPIRE": "expired",
}
CANCELLED_BY = {"USER": "learner", "MERCHANT": "institution", "REVOKE_SERVICE": "learner"}
"""cancel_sign_type; whoever revokes the whole service cancels its plans with it."""


def plan_reading(data: Json, known: Origin) -> PlanReading:
    """Read a signed plan: an answer, or the plaintext of its notices. An unknown state reads as "unknown"."""
    state = PLAN_STATES.get(text(data, "sign_state") or "", "unknown")
    since = "cancel_sign_time" if state == "cancelled" else "sign_time"
    return PlanReading(
        origin=read_origin(data, known),
        plan_no=required(data, "merchant_sign_plan_no"),
        sign_plan_id=text(data, "sign_plan_id") or "",
        state=state,
        cancelled_by=CANCELLED_BY.get(text(data, "cancel_sign_type") or "", ""),
        at=read_time(data.get(since)),
    )


REFUND_STATES = {
    "SUCCESS": (RefundState.REFUNDED, ""),
    "PROCESSING": (RefundState.REFUNDING, ""),
    "ABNORMAL": (RefundState.FAILED, ABNORMAL),
    "CLOSED": (RefundState.CLOSED, "closed"),
}

MERCHANTS_ACCOUNT = ("商户", "退还商户")
"""How user_received_account begins when the money went to the merchant, because the learner's account took nothing."""


def refund_reading(data: Json, known: Origin) -> RefundReading:
    """Read a refund: an answer (`status`) or a notice (`refund_status`). An unknown status is still under way.

    One that succeeded to the merchant's own account has not reached the learner.
    """
    state, problem = REFUND_STATES.get(text(data, "refund_status", "status") or "", (RefundState.REFUNDING, ""))
    if state is RefundState.REFUNDED and (text(data, "user_received_account") or "").startswith(MERCHANTS_ACCOUNT):
        state, problem = RefundState.FAILED, BACK_AT_MERCHANT
    return RefundReading(
        origin=read_origin(data, known),
        refund_id=text(data, "refund_id") or "",
        refund_no=required(data, "out_refund_no"),
        state=state,
        problem=problem,
        refunded_at=read_time(data.get("success_time")),
        amount_fen=fen(inner(data, "amount").get("refund")),
    )
