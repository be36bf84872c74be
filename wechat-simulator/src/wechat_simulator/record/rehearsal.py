"""A simulator in which everything happened that the steps ask about, to compare with WeChat."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from wechat_simulator.moments import BEIJING, fourteen_digits
from wechat_simulator.record.settings import Settings
from wechat_simulator.record.signed import Signed

if TYPE_CHECKING:
    import aiohttp

    from wechat_simulator.server import Simulator

_MCHID = "1900000001"
_ORDERS = "/v3/payscore/serviceorder"
_NUMBER = "REHEARSED-1"


class Rehearsal:
    """Plays one paid, refunded and complained-about lesson in a simulator's default world."""

    def __init__(self, simulator: Simulator, http: aiohttp.ClientSession) -> None:
        self._url = simulator.url
        self._http = http

    async def settings(self) -> Settings:
        """Return what a merchant of this world would write into its file."""
        await self._control("clock", {"running": False})
        shown = await self._control("credentials")
        merchant = next(m for m in shown["merchants"] if m["mchid"] == _MCHID)
        about = {
            "appid": shown["apps"][0]["appid"],
            "service_id": merchant["services"][0]["service_id"],
            "confirm_service_id": merchant["services"][1]["service_id"],
            "authorization_code": "REHEARSED-CODE",
            "out_order_no": _NUMBER,
            "out_refund_no": "REHEARSED-REFUND",
        }
        settings = Settings(
            url=self._url,
            mchid=_MCHID,
            serial_no=merchant["serial_no"],
            private_key_pem=merchant["private_key_pem"],
            wechatpay_serial=shown["platform"]["public_key_id"],
            clock_url=f"{self._url}/_sim/clock",
            about=about,
        )
        about |= await self._play(Signed(settings, self._http), about)
        return settings

    async def _play(self, pay: Signed, about: dict[str, str]) -> dict[str, str]:
        user = await self._control("users", {"nickname": "录制"})
        names = {"appid": about["appid"], "service_id": about["service_id"]}
        openid = user["openids"][about["appid"]]
        code = {"authorization_code": about["authorization_code"]}
        token = await pay.post("/v3/payscore/permissions", names | code)
        jump = {"businessType": "wxpayScoreEnable", "extraData": token}
        await self._control(f"users/{user['user_id']}/view", jump)
        await pay.post(_ORDERS, names | self._order(openid, await self._now()))
        await self._control("clock", {"advance_s": 60})
        await pay.post(f"{_ORDERS}/{_NUMBER}/complete", names | self._bill(await self._now()))
        await self._control("clock", {"advance_s": 60})
        query = f"{_ORDERS}?service_id={names['service_id']}&appid={names['appid']}"
        order = await pay.get(f"{query}&out_order_no={_NUMBER}")
        paid = order["collection"]["details"][0]["transaction_id"]
        await pay.post("/v3/refund/domestic/refunds", self._refund(paid))
        wish = {"transaction_id": paid, "detail": "录制", "phone": "13900000000"}
        complaint = await self._control(f"users/{user['user_id']}/complain", wish)
        day = await self._next_morning()
        return {
            "openid": openid,
            "transaction_id": paid,
            "complaint_id": complaint["complaint_id"],
            "bill_date": day,
        }

    @staticmethod
    def _order(openid: str, now: datetime) -> dict[str, Any]:
        return {
            "out_order_no": _NUMBER,
            "service_introduction": "录制",
            "time_range": {"start_time": fourteen_digits(now)},
            "risk_fund": {"name": "ESTIMATE_ORDER_COST", "amount": 100},
            "notify_url": "https://example.com/never-called",
            "need_user_confirm": False,
            "openid": openid,
        }

    @staticmethod
    def _bill(now: datetime) -> dict[str, Any]:
        return {
            "post_payments": [{"name": "课时费", "amount": 100, "count": 1}],
            "total_amount": 100,
            "time_range": {"end_time": fourteen_digits(now - timedelta(seconds=1))},
        }

    @staticmethod
    def _refund(paid: str) -> dict[str, Any]:
        amount = {"refund": 40, "total": 100, "currency": "CNY"}
        return {"transaction_id": paid, "out_refund_no": "REHEARSED-REFUND", "amount": amount}

    async def _next_morning(self) -> str:
        now = (await self._now()).astimezone(BEIJING)
        morning = (now + timedelta(days=1)).replace(hour=11, minute=0, second=0)
        await self._control("clock", {"to": morning.isoformat()})
        return str(now.date())

    async def _now(self) -> datetime:
        return datetime.fromisoformat((await self._control("clock"))["now"])

    async def _control(self, path: str, wish: Any = None) -> Any:
        method = "GET" if wish is None else "POST"
        async with self._http.request(method, f"{self._url}/_sim/{path}", json=wish) as answer:
            answer.raise_for_status()
            return await answer.json()
