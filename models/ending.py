"""Ending an order at any time: the quote that says what it will cost, the fence, and the receipt.

From the fence on no later lesson can be charged. A lesson taught but not reported before the fence is not
charged either: what the quote or the receipt said is what is charged (docs/decisions/0008).
"""

from datetime import datetime, timedelta

from models.announcing import announce_quoted
from models.base import Fen, Moment, Value
from models.errors import Conflict, NotFound
from models.facts import FactKind
from models.fee_mode import Agreement
from models.lesson import Lesson, LessonState
from models.merchant import Channel
from models.order import UNSIGNED_STATES, Fence, Order, OrderState
from models.placing import close_unsigned, withdraw_order
from models.quote import Quote, QuoteLine, quote_id, quoted_at
from models.refunding import share_unearned
from models.training import cancel_reported_after, cancel_scheduled, confirm_lesson

QUOTE_LIFE = timedelta(minutes=10)
WITHIN_A_SECOND = timedelta(milliseconds=999)


class Receipt(Value):
    """What an ended order leaves behind: taken, still owed, given back, and that nothing more can be charged."""

    number: str
    order_no: str
    ended_at: Moment
    ended_by: str
    reason: str
    lessons_owed: int
    lessons_never_charged: int
    paid_fen: Fen
    still_due_fen: Fen
    refunded_fen: Fen


def make_quote(order: Order, at: datetime) -> Quote:
    """Say to the fen what ending now would cost and by which rule; it stands for ten minutes.

    Nothing is written: the id holds the moment and a digest of what is said, so that whoever asks, however often,
    keeps nobody from changing the order. Raises Conflict when there is nothing to end.
    """
    _require_endable(order)
    lines = tuple(_line(lesson) for lesson in order.lessons)
    unearned_fen = sum(line.price_fen - line.due_fen for line in lines if line.rule != "disputed_waits")
    fee_fen, back_fen = share_unearned(order, order.charges[0], unearned_fen, "learner")
    said = Quote(
        id="",
        made_at=at,
        expires_at=at + QUOTE_LIFE,
        lines=lines,
        due_fen=sum(line.due_fen for line in lines),
        paid_fen=order.paid_fen,
        fee_fen=fee_fen,
        back_fen=back_fen if order.agreement is Agreement.PAYMENT else 0,
    )
    return said.model_copy(update={"id": quote_id(order.no, said)})


def end_by_quote(order: Order, at: datetime, quote_id: str, receipt_no: str) -> bool:
    """End as quoted: taught lessons count as confirmed, the rest is never charged. Says whether this was news.

    Raises NotFound for a foreign quote, Conflict `quote_expired`, or `quote_stale` when a lesson moved meanwhile.
    """
    if order.fence is not None and order.quote is not None and order.quote.id == quote_id:
        return False
    made_at = quoted_at(order.no, quote_id)
    if made_at is None or made_at > at:
        raise NotFound("quote_not_found", quote_id=quote_id)
    _require_endable(order)
    if at >= made_at + QUOTE_LIFE:
        raise Conflict("quote_expired", quote_id=quote_id)
    quote = make_quote(order, made_at)
    if quote.id != quote_id:
        raise Conflict("quote_stale", quote_id=quote_id)
    for lesson in order.lessons_in(LessonState.TAUGHT):
        confirm_lesson(order, at, lesson.n, "learner", "ending_quote")
    order.quote = quote.model_copy(update={"accepted_at": at})
    _set_fence(
        order, at, Fence(at=_after_reports(order, at), by="learner", reason="ended_by_learner", receipt_no=receipt_no)
    )
    announce_quoted(order, at)
    return True


def end_without_quote(order: Order, at: datetime, by: str, reason: str, receipt_no: str) -> bool:
    """End because the institution or the operator says so; taught lessons keep their confirmation window."""
    if order.fence is not None or (order.is_final and order.signed_at is None):
        return False
    if order.state in {OrderState.PLACING, OrderState.AWAITING_LEARNER}:
        close_unsigned(order, at, OrderState.CANCELLED, by)
        return True
    _require_endable(order)
    _set_fence(order, at, Fence(at=_after_reports(order, at), by=by, reason=reason, receipt_no=receipt_no))
    return True


def turn_billing_off(order: Order, at: datetime, by: str, fence_at: datetime, receipt_no: str) -> bool:
    """End because the learner took the permission back, here or inside WeChat. Says whether this was news.

    `fence_at` is when that happened. We may hear of it late, even while settling: what was reported since is
    cancelled as if we had heard at once. WeChat tells whole seconds, so what was reported within that second came
    before.
    """
    if order.fence is not None or order.state not in {OrderState.IN_TRAINING, OrderState.SETTLING}:
        return False
    order.record(FactKind.BILLING_TURNED_OFF, at, by, amount_fen=order.owed_fen)
    _set_fence(
        order, at, Fence(at=min(fence_at + WITHIN_A_SECOND, at), by=by, reason="billing_off", receipt_no=receipt_no)
    )
    return True


def turn_billing_off_here(order: Order, at: datetime, off_since: datetime | None, receipt_no: str) -> bool:
    """Do to one order what turning billing off at its institution means. Says whether this was news.

    One that has not begun is withdrawn, one that has is ended, as of the moment it was turned off (None: now);
    nothing can be charged for one paid in advance. One placed at that very moment ends as it began.
    """
    if order.agreement is Agreement.PAYMENT or order.is_final:
        return False
    if order.state in UNSIGNED_STATES:
        return withdraw_order(order, at)
    return turn_billing_off(order, at, "learner", max(off_since or at, order.placed_at), receipt_no)


def end_under_closed_permission(
    order: Order, at: datetime, channel: Channel, closed_at: datetime, receipt_no: str
) -> bool:
    """End an order signed before the learner closed this permission, though it may have been given again since.

    WeChat gives times in whole seconds, so an order signed within that second counts as signed before.
    """
    ours = channel.owns(order.channel.origin)  # a partner's schools share one service
    if not ours or order.signed_at is None or order.signed_at.replace(microsecond=0) > closed_at:
        return False
    return turn_billing_off(order, at, "learner", closed_at, receipt_no)


def receipt(order: Order) -> Receipt:
    """Write the receipt of an ended order as things stand now; raises Conflict when it was not ended."""
    if order.fence is None:
        raise Conflict("order_not_ended", order_no=order.no)
    owed = [lesson for lesson in order.lessons if lesson.is_owed or lesson.state is LessonState.TAUGHT]
    never = order.lessons_in(LessonState.CANCELLED, LessonState.VOID)
    return Receipt(
        number=order.fence.receipt_no,
        order_no=order.no,
        ended_at=order.fence.at,
        ended_by=order.fence.by,
        reason=order.fence.reason,
        lessons_owed=len(owed),
        lessons_never_charged=len(never),
        paid_fen=order.paid_fen,
        refunded_fen=order.refunded_fen,
        still_due_fen=max(0, sum(lesson.price_fen for lesson in owed) - order.paid_fen),
    )


def _after_reports(order: Order, at: datetime) -> datetime:
    """An ending made here follows every report it has seen, though another process's clock may be ahead of ours."""
    return max([at, *(lesson.attendance.reported_at for lesson in order.lessons if lesson.attendance)])


def _set_fence(order: Order, at: datetime, fence: Fence) -> None:
    order.fence, order.running_key = fence, ""
    order.record(
        FactKind.ORDER_ENDED,
        at,
        fence.by,
        amount_fen=order.owed_fen,
        reason=fence.reason,
        receipt_no=fence.receipt_no,
        fence_at=fence.at.isoformat(),
    )
    cancel_scheduled(order, at, fence.by)
    cancel_reported_after(order, at, fence.at, fence.by)


def _require_endable(order: Order) -> None:
    if order.fence is not None:
        raise Conflict("order_already_ended", order_no=order.no)
    if order.state is not OrderState.IN_TRAINING:
        raise Conflict("order_not_in_training", state=order.state)


RULES = {
    LessonState.CONFIRMED: "confirmed_is_due",
    LessonState.TAUGHT: "taught_is_due",
    LessonState.DISPUTED: "disputed_waits",
    LessonState.SCHEDULED: "not_taught_is_free",
    LessonState.VOID: "void_is_free",
    LessonState.CANCELLED: "not_taught_is_free",
}


def _line(lesson: Lesson) -> QuoteLine:
    due = lesson.price_fen if lesson.state in {LessonState.CONFIRMED, LessonState.TAUGHT} else 0
    return QuoteLine(
        n=lesson.n,
        title=lesson.title,
        price_fen=lesson.price_fen,
        state=lesson.state,
        due_fen=due,
        rule=RULES[lesson.state],
    )
