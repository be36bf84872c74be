"""Notices: envelope, signature, retry schedules, and everything that can go wrong."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from wechat_simulator.notices import SCHEDULES
from wechat_simulator.notifier import notify

if TYPE_CHECKING:
    from merchant_client import Control
    from receiver import Receiver
    from wechat_simulator.server import Simulator

EVENT = "PAYSCORE.USER_PAID"


def tell(sim: Simulator, receiver: Receiver, schedule: str = "order", number: str = "N1") -> None:
    notify(
        sim.worlds.named("default"),
        mchid="1900000001",
        url=receiver.url,
        event_type=EVENT,
        original_type="payscore",
        plaintext={"mchid": "1900000001", "out_order_no": number, "total_amount": 8900},
        business_key=number,
        summary="支付成功",
        schedule=schedule,
    )


async def test_a_notice_is_encrypted_signed_and_delivered_once(
    sim: Simulator, control: Control, receiver: Receiver
) -> None:
    tell(sim, receiver)
    await control.advance(100_000)
    assert len(receiver.arrivals) == 1
    arrival = receiver.arrivals[0]
    receiver.pay.verify(arrival.headers, arrival.raw)
    assert arrival.headers["Wechatpay-Signature-Type"] == "WECHATPAY2-SHA256-RSA2048"
    envelope = arrival.envelope
    assert (envelope["event_type"], envelope["resource_type"]) == (EVENT, "encrypt-resource")
    assert envelope["resource"]["associated_data"] == "payscore"
    assert len(envelope["resource"]["nonce"]) == 12
    assert receiver.plain()["total_amount"] == 8900
    shown = (await control.get("/_sim/notices"))["notices"][0]
    assert (shown["state"], shown["tries"][0]["status"]) == ("delivered", 204)


@pytest.mark.parametrize(
    ("schedule", "gaps"),
    [
        ("order", [15, 15, 30, 180, 1800, 1800, 1800, 1800, 3600]),
        ("plan", [60] * 10),
        (
            "general",
            [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, *[10800] * 3, *[21600] * 2],
        ),
    ],
)
async def test_a_refused_notice_is_repeated_on_its_schedule_signed_afresh(
    sim: Simulator, control: Control, receiver: Receiver, schedule: str, gaps: list[int]
) -> None:
    receiver.statuses = [500] * 1000
    tell(sim, receiver, schedule)
    await control.advance(200_000)
    sent = [int(arrival.headers["Wechatpay-Timestamp"]) for arrival in receiver.arrivals]
    assert [b - a for a, b in pairwise(sent)] == gaps
    assert len({arrival.envelope["id"] for arrival in receiver.arrivals}) == 1
    shown = (await control.get("/_sim/notices"))["notices"][0]
    assert (shown["state"], shown["next_try_at"]) == ("gave_up", None)


def test_authorization_notices_are_repeated_for_three_days() -> None:
    delays = SCHEDULES["authorization"]
    assert delays[:10] == [0, 15, 15, 30, 180, 1800, 1800, 1800, 1800, 3600]
    assert set(delays[10:]) == {3600}
    assert 71 * 3600 < sum(delays) <= 72 * 3600


async def test_an_unreachable_merchant_is_tried_again(
    sim: Simulator, control: Control, receiver: Receiver
) -> None:
    good, receiver.url = receiver.url, "http://127.0.0.1:1/notices"
    tell(sim, receiver)
    await control.advance(1)
    shown = (await control.get("/_sim/notices"))["notices"][0]
    assert (shown["state"], shown["tries"][0]["status"]) == ("pending", None)
    assert "Connect" in shown["tries"][0]["error"]
    assert good


async def test_a_merchant_that_answers_too_late_has_not_received(
    sim: Simulator, control: Control, receiver: Receiver
) -> None:
    await control.post("/_sim/switches", {"notice_timeout_s": 0.05})
    receiver.slowness_s = 0.2
    tell(sim, receiver)
    await control.advance(0)
    shown = (await control.get("/_sim/notices"))["notices"][0]
    assert (shown["state"], shown["tries"][0]["status"]) == ("pending", None)
    receiver.slowness_s = 0
    await control.advance(15)
    assert (await control.get("/_sim/notices"))["notices"][0]["state"] == "delivered"


async def test_the_certificate_signs_where_the_switch_says_so(
    sim: Simulator, control: Control, receiver: Receiver
) -> None:
    await control.post("/_sim/switches", {"signing": "certificate", "associated_data": ""})
    tell(sim, receiver)
    await control.advance(0)
    arrival = receiver.arrivals[0]
    receiver.pay.verify(arrival.headers, arrival.raw)
    assert not arrival.headers["Wechatpay-Serial"].startswith("PUB_KEY_ID_")
    assert arrival.envelope["resource"]["associated_data"] == ""


async def faulty(
    sim: Simulator, control: Control, receiver: Receiver, fault: dict[str, Any]
) -> None:
    await control.post("/_sim/faults", {"target": f"notice:{EVENT}", **fault})
    tell(sim, receiver)
    await control.advance(0)


async def test_a_lost_notice_never_comes(
    sim: Simulator, control: Control, receiver: Receiver
) -> None:
    await faulty(sim, control, receiver, {"kind": "lost"})
    await control.advance(400_000)
    assert receiver.arrivals == []
    assert (await control.get("/_sim/notices"))["notices"][0]["state"] == "lost"
    faults = (await control.get("/_sim/faults"))["faults"]
    assert (faults[0]["left"], faults[0]["fired"]) == (0, 1)


async def test_a_notice_lost_once_comes_with_the_next_try(
    sim: Simulator, control: Control, receiver: Receiver
) -> None:
    await faulty(sim, control, receiver, {"kind": "lost_once"})
    assert receiver.arrivals == []
    await control.advance(15)
    assert len(receiver.arrivals) == 1


async def test_a_late_notice_waits_its_delay(
    sim: Simulator, control: Control, receiver: Receiver
) -> None:
    await faulty(sim, control, receiver, {"kind": "late", "delay_s": 120})
    await control.advance(119)
    assert receiver.arrivals == []
    await control.advance(1)
    assert len(receiver.arrivals) == 1


async def test_a_doubled_notice_comes_twice_with_one_id(
    sim: Simulator, control: Control, receiver: Receiver
) -> None:
    await faulty(sim, control, receiver, {"kind": "twice"})
    await control.advance(2)
    assert len(receiver.arrivals) == 2
    assert len({arrival.envelope["id"] for arrival in receiver.arrivals}) == 1


async def test_a_reordered_notice_is_overtaken_by_the_next(
    sim: Simulator, control: Control, receiver: Receiver
) -> None:
    await faulty(sim, control, receiver, {"kind": "reordered"})
    tell(sim, receiver, number="N2")
    await control.advance(0)
    assert [receiver.plain(i)["out_order_no"] for i in (0, 1)] == ["N2", "N1"]


async def test_a_reordered_notice_that_nobody_overtakes_comes_late(
    sim: Simulator, control: Control, receiver: Receiver
) -> None:
    await faulty(sim, control, receiver, {"kind": "reordered", "delay_s": 40})
    await control.advance(39)
    assert receiver.arrivals == []
    await control.advance(1)
    assert len(receiver.arrivals) == 1


@pytest.mark.parametrize("kind", ["bad_signature", "signtest", "unknown_serial"])
async def test_a_badly_signed_notice_is_sent_again_well_signed(
    sim: Simulator, control: Control, receiver: Receiver, kind: str
) -> None:
    receiver.statuses = [401]
    await faulty(sim, control, receiver, {"kind": kind})
    await control.advance(15)
    verdicts = [receiver.pay.verifies(a.headers, a.raw) for a in receiver.arrivals]
    assert verdicts == [False, True]
    if kind == "signtest":
        signature = receiver.arrivals[0].headers["Wechatpay-Signature"]
        assert signature.startswith("WECHATPAY/SIGNTEST/")


async def test_a_stale_notice_is_rightly_signed_but_old(
    sim: Simulator, control: Control, receiver: Receiver
) -> None:
    await faulty(sim, control, receiver, {"kind": "stale_timestamp"})
    arrival = receiver.arrivals[0]
    receiver.pay.verify(arrival.headers, arrival.raw)
    now = datetime.fromisoformat((await control.get("/_sim/clock"))["now"]).timestamp()
    assert now - int(arrival.headers["Wechatpay-Timestamp"]) > 300


@pytest.mark.parametrize(
    ("fault", "key", "value"),
    [
        ({"kind": "wrong_amount"}, "total_amount", 8901),
        ({"kind": "wrong_amount", "delta": -100}, "total_amount", 8800),
        ({"kind": "string_numbers"}, "total_amount", "8900"),
        ({"kind": "mch_id_spelling"}, "mch_id", "1900000001"),
    ],
)
async def test_a_bent_plaintext_is_still_rightly_sealed(  # noqa: PLR0913, PLR0917
    sim: Simulator,
    control: Control,
    receiver: Receiver,
    fault: dict[str, Any],
    key: str,
    value: object,
) -> None:
    await faulty(sim, control, receiver, fault)
    receiver.pay.verify(receiver.arrivals[0].headers, receiver.arrivals[0].raw)
    assert receiver.plain()[key] == value


async def test_unknown_keys_appear_inside_and_outside(
    sim: Simulator, control: Control, receiver: Receiver
) -> None:
    await faulty(sim, control, receiver, {"kind": "unknown_keys"})
    assert "sim_unknown_key" in receiver.plain()
    assert "sim_unknown_key" in receiver.arrivals[0].envelope


@pytest.mark.parametrize("absent", [False, True])
async def test_associated_data_may_be_empty_or_absent(
    sim: Simulator, control: Control, receiver: Receiver, absent: bool
) -> None:
    await faulty(sim, control, receiver, {"kind": "empty_associated_data", "absent": absent})
    resource = receiver.arrivals[0].envelope["resource"]
    assert resource.get("associated_data") == (None if absent else "")
    assert receiver.plain()["total_amount"] == 8900


async def test_a_fault_that_can_never_fire_is_refused(control: Control) -> None:
    for wish in (
        {"target": "POST /v3/no-such-route", "kind": "500"},
        {"target": "notice:*", "kind": "502_html"},
        {"target": "GET /_sim/ledger", "kind": "explode"},
    ):
        assert (await control.call("POST", "/_sim/faults", wish))[0] == 400
