"""Whatever merchants and users do, in whatever order, the money adds up."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from school import ORDERS

if TYPE_CHECKING:
    from school import School

STEPS = 60
START_FEN = 20_000


class Life:
    """Random acts of one school and one learner; refusals are part of life, 5xx are not."""

    def __init__(self, school: School, user: Any, chance: random.Random) -> None:
        self.school = school
        self.user = user
        self.chance = chance
        self.numbers: list[str] = []
        self.topped_up = 0

    async def call(self, path: str, body: Any) -> None:
        wire = await self.school.pay.call("POST", path, body)
        assert wire.status < 500, wire.raw.decode()

    def some(self) -> str:
        return self.chance.choice(self.numbers) if self.numbers else "NONE"

    async def create(self) -> None:
        body = await self.school.order(openid=self.school.openid(self.user))
        self.numbers.append(body["out_order_no"])
        await self.call(ORDERS, body)

    async def complete(self) -> None:
        amount = self.chance.choice([0, 3000, 9900])
        await self.call(f"{ORDERS}/{self.some()}/complete", await self.school.completion(amount))

    async def cancel(self) -> None:
        await self.call(f"{ORDERS}/{self.some()}/cancel", self.school.names(reason="停课"))

    async def modify(self) -> None:
        amount = self.chance.choice([0, 1000, 2000])
        items = [{"name": "课时费", "amount": amount}]
        body = self.school.names(post_payments=items, total_amount=amount, reason="少上")
        await self.call(f"{ORDERS}/{self.some()}/modify", body)

    async def press(self) -> None:
        await self.call(f"{ORDERS}/{self.some()}/pay", self.school.names())

    async def sync(self) -> None:
        detail = {"paid_time": await self.school.digits(-1)}
        body = self.school.names(type="Order_Paid", detail=detail)
        await self.call(f"{ORDERS}/{self.some()}/sync", body)

    async def pay_by_hand(self) -> None:
        path = f"/_sim/users/{self.user['user_id']}/pay"
        await self.school.control.call("POST", path, {"out_order_no": self.some()})

    async def top_up(self) -> None:
        self.topped_up += 5000
        path = f"/_sim/users/{self.user['user_id']}/top-up"
        await self.school.control.post(path, {"amount_fen": 5000})

    async def wait(self) -> None:
        await self.school.control.advance(self.chance.choice([1, 20, 7 * 3600]))

    async def step(self) -> None:
        acts = [self.create, self.complete, self.cancel, self.modify, self.press, self.sync]
        await self.chance.choice([*acts, self.pay_by_hand, self.top_up, self.wait, self.wait])()


@pytest.mark.parametrize("seed", range(4))
async def test_money_adds_up_after_any_life(school: School, seed: int) -> None:
    user = await school.control.user(balance_fen=START_FEN)
    await school.authorize(user)
    switches = {"in_flight_s": 10, "cancel_in_user_paying": "allow", "modify_to_zero": "allow"}
    await school.control.post("/_sim/switches", switches)
    life = Life(school, user, random.Random(seed))  # noqa: S311 - chance, not a secret
    for _ in range(STEPS):
        await life.step()
    book = await school.control.get("/_sim/ledger")
    deducted = [e for e in book["entries"] if e["kind"] == "deduction"]
    taken = sum(e["amount_fen"] for e in deducted)
    assert book["balances"][user["user_id"]] == START_FEN + life.topped_up - taken >= 0
    settled = [e["out_order_no"] for e in book["entries"]]
    assert len(settled) == len(set(settled))
    await check_orders(school, {e["out_order_no"]: e["amount_fen"] for e in book["entries"]})


async def check_orders(school: School, settled: dict[str, int]) -> None:
    orders = (await school.control.get("/_sim/world"))["parts"]["payscore"]["orders"].values()
    for order in orders:
        money = order["collection"]
        paid = money["paid_amount"] if order["state"] == "DONE" and money else 0
        assert settled.get(order["out_order_no"], 0) == paid
        assert (order["state"] == "DOING") == (order["state_description"] is not None)
    told = (await school.control.get("/_sim/notices"))["notices"]
    assert {n["state"] for n in told} <= {"delivered", "pending"}
