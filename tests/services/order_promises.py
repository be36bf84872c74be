"""What every life of an order must keep to, looked at against WeChat's ledger."""

from models.charge import PAID_OUTSIDE, Charge, ChargeState, RefundState
from models.fee_mode import Agreement
from models.order import Order
from tests.fakes.school_world import SchoolWorld


def likely_charge(order: Order, pick: int) -> Charge:
    """Return a charge about which something can be done, if there is one."""
    charges = order.charges_in(ChargeState.DEDUCTING, ChargeState.PAID) or order.charges
    return charges[pick % len(charges)]


def ledger_holds(w: SchoolWorld, order: Order, charge: Charge) -> None:
    taken_fen, returned_fen = w.wechat.ledger.taken_fen(charge.no), w.wechat.ledger.returned_fen(charge.no)
    covered = [lesson for lesson in order.lessons if charge.lesson_n in (None, lesson.n)]
    confirmed_fen = sum(lesson.price_fen for lesson in covered if lesson.confirmation)
    owed_fen = order.price_fen if order.agreement is Agreement.PAYMENT else confirmed_fen
    assert w.wechat.ledger.times_taken(charge.no) <= 1
    assert charge.paid_how == PAID_OUTSIDE or charge.paid_fen <= taken_fen
    assert charge.refunded_fen <= returned_fen <= taken_fen
    assert taken_fen <= owed_fen


def frozen_holds(was: Order, order: Order) -> None:
    assert (was.price_fen, was.acceptance, was.policy) == (order.price_fen, order.acceptance, order.policy)
    assert was.fence is None or was.fence == order.fence
    assert not was.is_final or order.state is was.state


def is_over(w: SchoolWorld, order: Order) -> None:
    """Every order is final, every charge as WeChat has it, our charges less refunds its ledger, to the fen."""
    assert order.is_final, (order.state, [charge.state for charge in order.charges])
    signature = w.wechat.signatures.get(f"{order.no}-S")
    assert signature is None or signature.state != "SIGNED"
    for charge in order.charges:
        service, payment = w.wechat.services.get(charge.no), w.wechat.payments.get(charge.no)
        assert charge.is_final, charge.state
        assert service is None or not service.is_unfinished, service
        assert payment is None or payment.state.value in {"paid", "cancelled"}, payment
        paid_fen = 0 if charge.paid_how == PAID_OUTSIDE else charge.paid_fen
        assert w.wechat.ledger.taken_fen(charge.no) == paid_fen
        assert w.wechat.ledger.returned_fen(charge.no) == charge.refunded_fen == charge.promised_fen
        assert all(refund.state is RefundState.REFUNDED or refund.again_no for refund in charge.refunds)
    kept_fen = order.paid_fen - order.promised_fen
    fee_fen = order.price_fen * order.policy.prepay_refund_fee_percent // 100
    assert kept_fen <= order.owed_fen + (fee_fen if order.agreement is Agreement.PAYMENT else 0)
