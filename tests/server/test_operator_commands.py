"""What an operator does by hand, by the real commands on the real MongoDB."""

from datetime import timedelta

import pytest

from lab.rig.orders import EVEN, in_training, teach, teach_and_charge_all
from models.contract import Contract
from models.exceptions import ExceptionCase, ExceptionKind, Owner
from models.institution import Institution
from models.lesson import LessonState
from models.order import Order
from models.parking import park_order
from models.refunding import owe_refund, refund_failed
from models.training import dispute_lesson
from server.cli.exceptions import short_age
from services.login import token_hash
from tests.fakes.outside import START
from tests.fakes.stores import PortStores
from tests.server.operator_desk import Desk


async def _known(stores: PortStores) -> Order:
    order = in_training(prices=EVEN)
    await stores.orders.add(order)
    return order


async def _stored(stores: PortStores, no: str) -> Order:
    order = await stores.orders.get(no)
    assert order is not None
    return order


async def test_the_queue_is_listed_with_what_to_do_and_closed_by_its_id(desk: Desk, stores: PortStores) -> None:
    assert "nothing waits" in (await desk.run("exceptions")).answer
    case = ExceptionCase(
        id="R1-refund_failed",
        kind=ExceptionKind.REFUND_FAILED,
        owner=Owner.INSTITUTION,
        subject="R1",
        order_no="X1",
        institution_id="wandou",
        opened_at=START,
        detail={"refund_no": "R1", "problem": "[red]odd"},
    )
    await stores.exceptions.save(case)
    listed = (await desk.run("exceptions")).answer
    assert all(word in listed for word in ("R1-refund_failed", "wandou", "Refund R1 failed ([red]odd)"))
    assert (await desk.run("exceptions-close", case.id, "paid back in cash")).code == 0
    assert "nothing waits" in (await desk.run("exceptions")).answer
    assert "paid back in cash" in (await desk.run("exceptions", "--all")).answer
    unknown = await desk.run("exceptions-close", "R2-refund_failed", "done")
    assert (unknown.code, unknown.answer, unknown.told) == (1, "", "There is no such exception.\n")


async def test_an_order_shows_its_state_its_money_and_its_story(desk: Desk, stores: PortStores) -> None:
    order = in_training(prices=EVEN)
    teach_and_charge_all(order)
    await stores.orders.add(order)
    shown = (await desk.run("order", order.no)).answer
    for word in (
        "settled",
        "思维训练课",
        "taken 360.00",
        f"{order.no}-C",
        f"42-{order.no}-C",
        "Settled: 360.00 yuan in all",
    ):
        assert word in shown
    assert (await desk.run("order", "X0")).told == "There is no such order.\n"


async def test_an_order_is_ended_and_unparked_with_a_reason_that_stays(desk: Desk, stores: PortStores) -> None:
    order = await _known(stores)
    assert (await desk.run("order-unpark", order.no, "compared")).told == "The order is not parked.\n"
    parked = await _stored(stores, order.no)
    before = parked.model_dump()
    park_order(parked, START, "amount_mismatch")
    await stores.orders.save(parked, before)
    assert "parked: amount_mismatch" in (await desk.run("order", order.no)).answer
    assert (await desk.run("order-unpark", order.no, "compared")).code == 0
    unparked = await _stored(stores, order.no)
    assert (unparked.parked, unparked.facts[-1].by, unparked.facts[-1].data) == ("", "operator", {"reason": "compared"})
    assert "ended" in (await desk.run("order-end", order.no, "school closed")).answer
    fence = (await _stored(stores, order.no)).fence
    assert fence is not None
    assert (fence.by, fence.reason) == ("operator", "school closed")


async def test_a_refund_made_another_way_is_recorded_with_its_proof(desk: Desk, stores: PortStores) -> None:
    order = in_training(prices=EVEN)
    teach_and_charge_all(order)
    charge = order.charges[0]
    owe_refund(order, START, charge.no, 100, "多收", "institution", f"{charge.no}-R1")
    refund_failed(order, START, f"{charge.no}-R1", "abnormal")
    await stores.orders.add(order)
    assert (await desk.run("refund-settled", order.no, f"{charge.no}-R1", "转账 0001")).code == 0
    refund = (await _stored(stores, order.no)).charges[0].refunds[0]
    assert (refund.state, refund.reference) == ("settled_outside", "转账 0001")
    again = await desk.run("refund-settled", order.no, f"{charge.no}-R1", "转账 0002")
    assert (again.code, "转账 0001" in again.told) == (1, True)


async def test_a_report_outside_the_rules_is_allowed_with_a_reason_that_stays(desk: Desk, stores: PortStores) -> None:
    order = await _known(stores)
    assert (await desk.run("order-allow-report", order.no, "2", "系统故障")).code == 0
    allowed = (await _stored(stores, order.no)).lesson(2).allowance
    assert allowed is not None
    assert (allowed.by, allowed.reason) == ("operator", "系统故障")
    assert (await desk.run("order-allow-report", order.no, "99", "系统故障")).code == 1


@pytest.mark.parametrize(("outcome", "state"), [("confirmed", LessonState.CONFIRMED), ("void", LessonState.VOID)])
async def test_a_dispute_is_decided_once(desk: Desk, stores: PortStores, outcome: str, state: LessonState) -> None:
    order = in_training(prices=EVEN)
    teach(order, 1)
    dispute_lesson(order, START, 1, "来晚了")
    await stores.orders.add(order)
    assert (await desk.run("dispute-decide", order.no, "1", "maybe")).code == 2
    assert f"lesson 1 is {state}" in (await desk.run("dispute-decide", order.no, "1", outcome)).answer
    decided = (await _stored(stores, order.no)).lesson(1)
    assert (decided.state, decided.dispute and decided.dispute.decided_by) == (state, "operator")
    other = "void" if outcome == "confirmed" else "confirmed"
    assert (await desk.run("dispute-decide", order.no, "1", other)).code == 1


async def test_a_key_is_issued_shown_once_and_revoked_by_its_prefix(desk: Desk, stores: PortStores) -> None:
    contract = Contract(version="1", title="协议", text="……")
    await stores.institutions.put(Institution(id="wandou", name="豌豆", merchant_id="wandou", contract=contract))
    issued = await desk.run("institution-key", "wandou", "--name", "back office")
    key = issued.answer.strip()
    kept = await stores.institutions.key(token_hash(key))
    assert kept is not None
    assert kept.prefix in issued.told
    revoked = await desk.run("institution-key", "wandou", "--revoke", kept.prefix)
    assert key not in revoked.answer + revoked.told
    gone = await stores.institutions.key(token_hash(key))
    assert gone is not None
    assert gone.revoked_at is not None
    assert (await desk.run("institution-key", "unknown")).told == "There is no such institution.\n"


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(seconds=59), "0 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=4, minutes=5), "4 h 05 min"),
        (timedelta(days=3, hours=4), "3 d 4 h"),
    ],
)
def test_an_age_is_said_in_the_words_of_people(age: timedelta, said: str) -> None:
    assert short_age(age) == said
