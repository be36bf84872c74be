"""What we ask WeChat for about one order; made from what the order froze, so that a repeat is identical."""

from models.charge import Charge, Completion
from models.fee_mode import Agreement
from models.notices import FeeLine, PaymentRequest, ServiceRequest
from models.order import Order
from models.placing import LEARNER_PATIENCE

FEE, MOST_NAME, MOST_DESCRIPTION = "课时费", 20, 30
"""What WeChat shows of a fee line: a name, never repeated in an order, and a description, in so many characters."""


def service_request(order: Order, charge: Charge) -> ServiceRequest:
    """Ask for a service order over the lessons this charge covers, at most at their frozen price."""
    estimate_fen = order.price_fen if charge.lesson_n is None else order.lesson(charge.lesson_n).price_fen
    count = len(order.lessons) if charge.lesson_n is None else 1
    description = f"共{count}节,上课后按实际扣费" if charge.lesson_n is None else _lesson_name(order, charge.lesson_n)
    return ServiceRequest(
        channel=order.channel,
        no=charge.no,
        openid=order.buyer.openid,
        introduction=order.course.introduction,
        fees=(FeeLine(name=_fee_name(order), amount_fen=estimate_fen, description=description, count=count),),
        estimate_fen=estimate_fen,
        need_confirm=order.agreement is Agreement.NEED_CONFIRM,
        attach=order.no,
    )


def completion_fees(order: Order, charge: Charge, completion: Completion) -> tuple[FeeLine, ...]:
    """Name what is asked for, course and lesson: one line, so that the sum is the total by construction."""
    description = f"已上{completion.lessons}节" if charge.lesson_n is None else _lesson_name(order, charge.lesson_n)
    return (
        FeeLine(
            name=_fee_name(order), amount_fen=completion.amount_fen, description=description, count=completion.lessons
        ),
    )


def payment_request(order: Order) -> PaymentRequest:
    """Ask for the whole course in advance; it lapses with the order itself."""
    return PaymentRequest(
        channel=order.channel,
        no=order.charges[0].no,
        openid=order.buyer.openid,
        description=order.course.title,
        amount_fen=order.price_fen,
        expires_at=order.placed_at + LEARNER_PATIENCE,
    )


def _fee_name(order: Order) -> str:
    return _within(order.course.title, MOST_NAME - len(FEE)) + FEE


def _lesson_name(order: Order, n: int) -> str:
    return _within(f"第{n}节 {order.lesson(n).title}", MOST_DESCRIPTION)


def _within(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
