"""Money WeChat has not got yet: reminders, a lower amount, payment outside WeChat. Its own retries are left alone."""

from datetime import datetime

from models import collecting
from models.collecting import begin_lowering, lowering_refused
from models.errors import Conflict, Refusal
from models.fee_mode import Agreement
from models.notices import FeeLine, WxCall
from models.order import Order
from models.readings import apply_lowering
from models.requests import completion_fees
from services.asking import ask_charge
from services.changing import Which, change, institutions, learners, require_order
from services.ports import Ports
from services.settlement import apply_charge_reading, settle_charge


async def remind_overdue(ports: Ports, which: Which) -> Order:
    """Say that money is overdue, when that is due to be said."""
    return (await change(ports, which, collecting.remind_overdue)).order


async def lower_charge(
    ports: Ports, institution_id: str, order_no: str, charge_no: str, amount_fen: int, reason: str
) -> Order:
    """Ask for less than before; raises Conflict when it is not less, or WeChat's no.

    When WeChat's answer never comes (OutsideFailure), repeating the call tells it again, and so does asking it.
    """
    theirs = institutions(institution_id, order_no)
    order, must_tell = await change(ports, theirs, begin_lowering, charge_no, amount_fen, reason)
    if not must_tell:
        return order
    try:
        reading = await ports.service_gateway.lower_service(
            order.channel, charge_no, _lowered_fees(order, charge_no, amount_fen), amount_fen, reason
        )
    except Refusal:
        known = await ask_charge(ports, order, charge_no)
        order = order if known is None else await apply_charge_reading(ports, order, known)
        if order.charge(charge_no).lowered_to_fen != amount_fen:
            return order  # an earlier request of ours had got through
        await change(ports, order, lowering_refused, charge_no, amount_fen)
        raise
    return (await change(ports, order, apply_lowering, charge_no, amount_fen, reading)).order


async def report_outside_payment(
    ports: Ports, institution_id: str, order_no: str, charge_no: str, paid_at: datetime, reference: str
) -> Order:
    """Tell WeChat at once that the learner paid the institution; if both took money, WeChat's side goes back.

    The report is stored first: while WeChat cannot take it, the settle job tells it again.
    """
    theirs = institutions(institution_id, order_no)
    order, _ = await change(ports, theirs, collecting.report_outside_payment, charge_no, paid_at, reference)
    return await settle_charge(ports, order, charge_no)


async def view_charge(ports: Ports, learner_id: str, order_no: str, charge_no: str) -> WxCall:
    """Return the call that shows the service order inside WeChat, where an overdue one can be paid.

    Raises Conflict `no_service_order` for a prepaid order: a payment has no such page.
    """
    order = await require_order(ports, learners(learner_id, order_no))
    if order.agreement is Agreement.PAYMENT:
        raise Conflict("no_service_order", order_no=order_no)
    now = await ports.clock.now()
    return ports.service_gateway.detail_view(order.channel, order.charge(charge_no).no, now, ports.ids.new(""))


def _lowered_fees(order: Order, charge_no: str, amount_fen: int) -> tuple[FeeLine, ...]:
    charge = order.charge(charge_no)
    if charge.completion is None:
        return ()
    return completion_fees(order, charge, charge.completion.model_copy(update={"amount_fen": amount_fen}))
