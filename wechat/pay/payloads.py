"""Our values written as WeChat's JSON, within its limits: lengths, characters, and sums that must be exact."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from urllib.parse import quote

from models.charge import Completion
from models.errors import XianxueError
from models.notices import (
    BankCard,
    FeeLine,
    PaymentRequest,
    PlanRequest,
    RedirectRequest,
    RefundRequest,
    ServiceRequest,
)
from models.refusals import named
from wechat.pay.times import digits14, rfc3339

Json = dict[str, Any]

NAME_LENGTH, DESCRIPTION_LENGTH, REASON_LENGTH = 20, 30, 50
STOP_REASON_LENGTH, REFUND_REASON_LENGTH, PAYMENT_DESCRIPTION_LENGTH = 128, 80, 127

ENJOY_FIRST = "ESTIMATE_ORDER_COST"
"""The only risk fund name a service without confirmation may use, and the one that means "pay after use"."""

ON_ACCEPT = "OnAccept"
"""The service starts when the learner agrees; unlike a time of ours it is the same in every repeat."""

LAST_THREE_BYTE_CHARACTER = 0xFFFF


def clipped(value: str, length: int) -> str:
    """Fit a text: no control characters, none that take four bytes in UTF-8 (emoji), at most `length` characters.

    WeChat refuses a longer text instead of shortening it (basic rules; field tables).
    """
    kept = "".join(c if c.isprintable() else " " for c in value if ord(c) <= LAST_THREE_BYTE_CHARACTER)
    return " ".join(kept.split())[:length].rstrip()


def post_payments(fees: Iterable[FeeLine]) -> list[Json]:
    """Write fee lines; two may not carry the same name, so a repeated one gets a number."""
    lines: list[Json] = []
    taken: set[str] = set()
    for fee in fees:
        name = _unused(clipped(fee.name, NAME_LENGTH), taken)
        taken.add(name)
        line: Json = {"name": name, "amount": fee.amount_fen, "count": fee.count}
        if description := clipped(fee.description, DESCRIPTION_LENGTH):
            line["description"] = description
        lines.append(line)
    return lines


def service_order(request: ServiceRequest) -> Json:
    """Write what opens a service order, but for whose it is."""
    body: Json = {
        "out_order_no": request.no,
        "service_introduction": clipped(request.introduction, NAME_LENGTH),
        "time_range": {"start_time": ON_ACCEPT},
        "risk_fund": {"name": ENJOY_FIRST, "amount": request.estimate_fen},
        "need_user_confirm": request.need_confirm,
    }
    if request.fees:
        body["post_payments"] = post_payments(request.fees)
    if request.attach:
        body["attach"] = quote(request.attach, safe="")
    return body


def completion(asked: Completion, fees: tuple[FeeLine, ...]) -> Json:
    """Write what asks for the money; raises InvalidInput fee_sum_mismatch before anything is sent."""
    return amount(fees, asked.amount_fen) | {
        "time_range": {"start_time": digits14(asked.started_at), "end_time": digits14(asked.ended_at)}
    }


def amount(fees: tuple[FeeLine, ...], amount_fen: int) -> Json:
    """Write fee lines and their total: total_amount is exactly the sum of the items' amounts, whatever their counts.

    Raises InvalidInput fee_sum_mismatch.
    """
    fees_fen = sum(fee.amount_fen for fee in fees)
    if fees_fen != amount_fen:
        raise _mismatch(fees_fen, amount_fen)
    return {"post_payments": post_payments(fees), "total_amount": amount_fen}


def paid_outside(paid_at: datetime) -> Json:
    """Write that the learner paid elsewhere."""
    return {"type": "Order_Paid", "detail": {"paid_time": digits14(paid_at)}}


def plan(request: PlanRequest) -> Json:
    """Write a plan: one detail per lesson, in order; WeChat numbers them from 1."""
    details = [
        {"plan_detail_name": clipped(title, NAME_LENGTH), "original_price": price_fen, "actual_price": price_fen}
        for title, price_fen in zip(request.lesson_titles, request.prices_fen, strict=True)
    ]
    return {
        "merchant_plan_no": request.no,
        "plan_name": clipped(request.name, NAME_LENGTH),
        "plan_duration": request.duration_days,
        "deduction_quantity": len(details),
        "total_original_price": sum(request.prices_fen),
        "total_actual_price": sum(request.prices_fen),
        "plan_detail_list": details,
    }


def plan_details(charge_nos: tuple[str, ...]) -> list[Json]:
    """Name, for every detail of the plan, the number its service order will have."""
    return [{"plan_detail_no": n, "merchant_plan_detail_no": no} for n, no in enumerate(charge_nos, 1)]


def lesson_order(request: ServiceRequest, sign_plan_id: str, lesson_n: int) -> Json:
    """Write what opens the service order of one lesson; fees and risk fund come from the plan."""
    body: Json = {
        "sign_plan_id": sign_plan_id,
        "plan_detail_no": lesson_n,
        "out_trade_no": request.no,
        "service_introduction": clipped(request.introduction, NAME_LENGTH),
        "time_range": {"start_time": ON_ACCEPT},
    }
    if request.attach:
        body["attach"] = quote(request.attach, safe="")
    return body


def payment(request: PaymentRequest) -> Json:
    """Write an ordinary payment, but for whose it is."""
    return {
        "description": clipped(request.description, PAYMENT_DESCRIPTION_LENGTH),
        "out_trade_no": request.no,
        "time_expire": rfc3339(request.expires_at),
        "amount": {"total": request.amount_fen, "currency": "CNY"},
    }


def refund(request: RefundRequest) -> Json:
    """Write a refund, named by the transaction id: WeChat knows no other number of a Pay Score deduction."""
    return {
        "transaction_id": request.transaction_id,
        "out_refund_no": request.no,
        "reason": clipped(request.reason, REFUND_REASON_LENGTH),
        "amount": {"refund": request.refund_fen, "total": request.total_fen, "currency": "CNY"},
    }


def redirection(request: RedirectRequest, card: BankCard | None, seal: Callable[[str], str]) -> Json:
    """Write where an abnormal refund goes instead; nobody but WeChat can read the card."""
    body = {"out_refund_no": request.no, "type": "USER_BANK_CARD" if card else "MERCHANT_BANK_CARD"}
    if card:
        body |= {
            "bank_type": card.bank_type,
            "bank_account": seal(card.number.get_secret_value()),
            "real_name": seal(card.holder.get_secret_value()),
        }
    return body


def _unused(name: str, taken: set[str]) -> str:
    candidate, n = name, 1
    while candidate in taken:
        n += 1
        candidate = f"{name[: NAME_LENGTH - len(f' {n}')]} {n}"
    return candidate


def _mismatch(fees_fen: int, amount_fen: int) -> XianxueError:
    return named("fee_sum_mismatch", fees_fen=fees_fen, amount_fen=amount_fen)
