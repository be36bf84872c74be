"""A school in miniature: the steps every Pay Score test repeats."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from merchant_client import Control, PayClient, Wire
    from receiver import Receiver

BEIJING = timezone(timedelta(hours=8))
ORDERS = "/v3/payscore/serviceorder"
PERMISSIONS = "/v3/payscore/permissions"


class School:
    """One direct merchant with its callback address; numbers count up by themselves."""

    def __init__(self, control: Control, pay: PayClient, receiver: Receiver) -> None:
        self.control = control
        self.pay = pay
        self.receiver = receiver
        self.appid = pay.appid
        self.no_confirm = pay.service("no_confirm")
        self.need_confirm = pay.service("need_confirm")
        self._count = 0

    def number(self, prefix: str = "LSN") -> str:
        self._count += 1
        return f"{prefix}-{self._count:06d}"

    async def digits(self, seconds: float = 0) -> str:
        now = datetime.fromisoformat((await self.control.get("/_sim/clock"))["now"])
        return (now + timedelta(seconds=seconds)).astimezone(BEIJING).strftime("%Y%m%d%H%M%S")

    async def post(self, path: str, body: Any, status: int = 200) -> Wire:
        wire = await self.pay.call("POST", path, body)
        assert wire.status == status, wire.raw.decode()
        return wire

    async def refused(self, path: str, body: Any, status: int, code: str, numeric: int = 0) -> Wire:
        wire = await self.post(path, body, status)
        assert wire.json["code"] == code, wire.raw.decode()
        assert numeric in (0, wire.numeric), (wire.numeric, wire.raw.decode())
        return wire

    async def settle(self) -> None:
        await self.control.advance(0)

    # authorization

    def permission(self, **changes: Any) -> dict[str, Any]:
        body = {
            "service_id": self.no_confirm,
            "appid": self.appid,
            "authorization_code": self.number("AUTH"),
            "notify_url": self.receiver.url,
        }
        return body | changes

    async def view(self, user: Any, kind: str, extra: Any, **more: Any) -> Any:
        body = {"businessType": kind, "extraData": extra, "decision": "accept", **more}
        return await self.control.post(f"/_sim/users/{user['user_id']}/view", body)

    async def authorize(self, user: Any, **changes: Any) -> str:
        body = self.permission(**changes)
        answer = await self.post(PERMISSIONS, body)
        shown = await self.view(user, "wxpayScoreEnable", answer.json)
        assert shown["result"] == "accepted", shown
        await self.settle()
        return str(body["authorization_code"])

    # orders

    def openid(self, user: Any) -> str:
        return str(user["openids"][self.appid])

    async def order(self, **changes: Any) -> dict[str, Any]:
        body: dict[str, Any] = {
            "out_order_no": self.number(),
            "appid": self.appid,
            "service_id": self.no_confirm,
            "service_introduction": "英语口语课",
            "post_payments": [{"name": "课时费", "amount": 9900, "description": "每课时99元"}],
            "time_range": {"start_time": await self.digits()},
            "risk_fund": {"name": "ESTIMATE_ORDER_COST", "amount": 9900},
            "attach": "course%3D42",
            "notify_url": self.receiver.url,
            "need_user_confirm": False,
        }
        return {key: value for key, value in (body | changes).items() if value is not ...}

    async def need_confirm_order(self, **changes: Any) -> dict[str, Any]:
        confirm = {"service_id": self.need_confirm, "need_user_confirm": True}
        return await self.order(**(confirm | changes))

    async def open_order(self, user: Any, **changes: Any) -> dict[str, Any]:
        body = await self.order(openid=self.openid(user), **changes)
        await self.post(ORDERS, body)
        return body

    async def completion(self, amount: int = 9900, **changes: Any) -> dict[str, Any]:
        body: dict[str, Any] = {
            "appid": self.appid,
            "service_id": self.no_confirm,
            "post_payments": [{"name": "课时费", "amount": amount, "count": 1}],
            "total_amount": amount,
            "time_range": {"end_time": await self.digits(-1)},
        }
        return {key: value for key, value in (body | changes).items() if value is not ...}

    async def complete(self, number: str, amount: int = 9900, **changes: Any) -> Any:
        await self.control.advance(60)
        body = await self.completion(amount, **changes)
        return (await self.post(f"{ORDERS}/{number}/complete", body)).json

    def names(self, **changes: Any) -> dict[str, Any]:
        return {"appid": self.appid, "service_id": self.no_confirm} | changes

    async def query(self, number: str, service_id: str = "") -> Any:
        service = service_id or self.no_confirm
        tail = f"service_id={service}&appid={self.appid}&out_order_no={number}"
        wire = await self.pay.call("GET", f"{ORDERS}?{tail}")
        assert wire.status == 200, wire.raw.decode()
        return wire.json

    async def entries(self) -> list[Any]:
        return list((await self.control.get("/_sim/ledger"))["entries"])
