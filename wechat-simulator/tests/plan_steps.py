"""The steps of a signed plan that its tests repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from school import School

PLANS = "/v3/payscore/plan/payscore-plans"
SIGN_PLANS = "/v3/payscore/sign-plan/user-sign-plans"
PLAN_ORDERS = "/v3/payscore/sign-plan/serviceorder"


class Course:
    """A plan at a school, and one learner who may sign it."""

    def __init__(self, school: School, user: Any, prices: list[tuple[int, int]]) -> None:
        self.school = school
        self.user = user
        self.prices = prices
        self.service_id = school.pay.service("plan")
        self.plan: Any = None
        self.sign_body: dict[str, Any] = {}
        self.signed: Any = None

    def plan_body(self, **changes: Any) -> dict[str, Any]:
        body = {
            "service_id": self.service_id,
            "appid": self.school.appid,
            "plan_name": "叫叫阅读5节",
            "plan_duration": 300,
            "deduction_quantity": len(self.prices),
            "total_original_price": sum(original for original, _ in self.prices),
            "total_actual_price": sum(actual for _, actual in self.prices),
            "plan_detail_list": [
                {
                    "plan_detail_name": f"第{n}节课",
                    "original_price": original,
                    "actual_price": actual,
                    "plan_discount_description": "享受优惠",
                }
                for n, (original, actual) in enumerate(self.prices, start=1)
            ],
            "merchant_plan_no": self.school.number("PLAN"),
        }
        return body | changes

    def signing(self, **changes: Any) -> dict[str, Any]:
        base = self.school.number("SIGN")
        body = {
            "service_id": self.service_id,
            "plan_id": self.plan["plan_id"],
            "appid": self.school.appid,
            "openid": self.school.openid(self.user),
            "merchant_sign_plan_no": base,
            "notify_url": self.school.receiver.url,
            "sign_plan_detail": [
                {"plan_detail_no": n, "merchant_plan_detail_no": f"{base}-{n}"}
                for n in range(1, len(self.prices) + 1)
            ],
        }
        return body | changes

    async def prepare(self) -> Any:
        self.plan = (await self.school.post(PLANS, self.plan_body())).json
        self.sign_body = self.signing()
        return (await self.school.post(SIGN_PLANS, self.sign_body)).json

    async def sign(self) -> None:
        package = (await self.prepare())["package"]
        shown = await self.school.view(self.user, "wxpayScorePlan", {"package": package})
        assert shown["result"] == "accepted", shown
        await self.school.settle()
        self.signed = await self.state()

    async def state(self) -> Any:
        number = self.sign_body["merchant_sign_plan_no"]
        wire = await self.school.pay.call("GET", f"{SIGN_PLANS}/merchant-sign-plan-no/{number}")
        assert wire.status == 200, wire.raw.decode()
        return wire.json

    def number(self, lesson: int) -> str:
        return str(self.sign_body["sign_plan_detail"][lesson - 1]["merchant_plan_detail_no"])

    async def lesson(self, lesson: int, **changes: Any) -> dict[str, Any]:
        body = {
            "service_id": self.service_id,
            "sign_plan_id": self.signed["sign_plan_id"],
            "plan_detail_no": lesson,
            "appid": self.school.appid,
            "openid": self.school.openid(self.user),
            "notify_url": self.school.receiver.url,
            "service_introduction": "叫叫阅读",
            "time_range": {"start_time": await self.school.digits()},
            "attach": f"lesson%3D{lesson}",
            "out_trade_no": self.number(lesson),
        }
        return body | changes

    async def begin(self, lesson: int) -> Any:
        return (await self.school.post(PLAN_ORDERS, await self.lesson(lesson))).json

    async def complete(self, lesson: int, amount: int) -> Any:
        number = self.number(lesson)
        return await self.school.complete(number, amount, service_id=self.service_id)


PRICES_OF_TWO = (300, 200)


def plan_of_two() -> dict[str, Any]:
    return {
        "plan_name": "阅读2节",
        "plan_duration": 30,
        "deduction_quantity": 2,
        "total_original_price": 500,
        "total_actual_price": 500,
        "merchant_plan_no": "P2",
        "plan_detail_list": [
            {"plan_detail_name": f"第{n}节", "original_price": price, "actual_price": price}
            for n, price in enumerate(PRICES_OF_TWO, start=1)
        ],
    }


def sign_of_two(plan_id: str, url: str) -> dict[str, Any]:
    return {
        "plan_id": plan_id,
        "merchant_sign_plan_no": "S-1",
        "notify_url": url,
        "sign_plan_detail": [
            {"plan_detail_no": n, "merchant_plan_detail_no": f"S-1-{n}"} for n in (1, 2)
        ],
    }
