"""The money side survives a restart and shows itself whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from merchant_client import Control, PayClient
from receiver import Receiver
from shop import REFUNDS, Shop
from wechat_simulator.server import Simulator
from wechat_simulator.state import StateFolder

if TYPE_CHECKING:
    from pathlib import Path

MCHID = "1900000001"


async def test_orders_refunds_and_complaints_are_kept_between_two_runs(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    async with Simulator(state=state) as sim, Control(sim.url) as control:
        await control.post("/_sim/clock", {"running": False})
        credentials = await control.get("/_sim/credentials")
        async with PayClient(control, credentials, MCHID) as pay, Receiver(pay) as receiver:
            shop = Shop(pay, receiver.url, sim.worlds.named("default"))
            user = await shop.user(balance_fen=20_000)
            paid = await shop.buy(user)
            prepay_id = await shop.place(user, "PRE-000002")
            await shop.refund(paid, 9900, notify_url=None)
            path = f"/_sim/users/{user['user_id']}/complain"
            await control.post(path, {"transaction_id": paid})
            parts = (await control.get("/_sim/world"))["parts"]
    async with Simulator(state=StateFolder(tmp_path)) as sim, Control(sim.url) as control:
        again = (await control.get("/_sim/world"))["parts"]
        assert again == parts
        async with PayClient(control, await control.get("/_sim/credentials"), MCHID) as pay:
            shop = Shop(pay, "https://example.com/n", sim.worlds.named("default"))
            await control.advance(10)
            assert (await pay.call("GET", f"{REFUNDS}/R1")).json["status"] == "SUCCESS"
            _, outcome = await shop.phone(user, await shop.sheet(prepay_id))
            assert outcome["result"] == "paid"
            assert (await shop.query("PRE-000001")).json["trade_state"] == "REFUND"
            assert await shop.balance(user) == 10_100
