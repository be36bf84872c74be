"""A shop for ordinary payments: what a merchant's server and its Mini Program send."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

if TYPE_CHECKING:
    from merchant_client import PayClient, Wire
    from wechat_simulator.world import World

JSAPI = "/v3/pay/transactions/jsapi"
NUMBER = "/v3/pay/transactions/out-trade-no"
REFUNDS = "/v3/refund/domestic/refunds"


class Shop:
    """Orders, pays and refunds as the merchant of ``pay``, told of results at ``notify_url``."""

    def __init__(self, pay: PayClient, notify_url: str, world: World) -> None:
        self.pay = pay
        self.world = world
        self.control = pay.control
        self.notify_url = notify_url
        self.mchid: str = pay.merchant["mchid"]

    async def user(self, **wishes: Any) -> Any:
        user = await self.control.user(**wishes)
        user["openid"] = user["openids"][self.pay.appid]
        return user

    def order(self, user: Any, number: str = "PRE-000001", **changes: Any) -> dict[str, Any]:
        plain = {
            "appid": self.pay.appid,
            "mchid": self.mchid,
            "description": "书法课 20 节",
            "out_trade_no": number,
            "attach": "course=42",
            "notify_url": self.notify_url,
            "amount": {"total": 9900, "currency": "CNY"},
            "payer": {"openid": user["openid"]},
        }
        return {k: v for k, v in (plain | changes).items() if v is not None}

    async def place(self, user: Any, number: str = "PRE-000001", **changes: Any) -> str:
        wire = await self.pay.call("POST", JSAPI, self.order(user, number, **changes))
        assert wire.status == 200, wire.raw
        return str(wire.json["prepay_id"])

    async def sheet(self, prepay_id: str, appid: str | None = None) -> dict[str, str]:
        """Return the five parameters of wx.requestPayment."""
        timestamp, nonce = str(await self.pay.seconds()), secrets.token_hex(16)
        package = f"prepay_id={prepay_id}"
        lines = f"{appid or self.pay.appid}\n{timestamp}\n{nonce}\n{package}\n"
        signed = self.pay.key.sign(lines.encode(), PKCS1v15(), SHA256())
        return {
            "timeStamp": timestamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": base64.b64encode(signed).decode(),
        }

    async def phone(self, user: Any, sheet: dict[str, Any]) -> tuple[int, Any]:
        path = f"/_sim/users/{user['user_id']}/request-payment"
        return await self.control.call("POST", path, sheet)

    async def buy(self, user: Any, number: str = "PRE-000001", **changes: Any) -> str:
        """Order and pay; return the transaction id."""
        sheet = await self.sheet(await self.place(user, number, **changes))
        status, outcome = await self.phone(user, sheet)
        assert (status, outcome["result"]) == (200, "paid"), outcome
        await self.control.advance(0)
        return str(outcome["transaction_id"])

    async def query(self, number: str = "PRE-000001") -> Wire:
        return await self.pay.call("GET", f"{NUMBER}/{number}?mchid={self.mchid}")

    def refund_body(
        self, paid: str | None, fen: int, number: str = "R1", **changes: Any
    ) -> dict[str, Any]:
        plain = {
            "transaction_id": paid,
            "out_refund_no": number,
            "reason": "未上的课",
            "notify_url": self.notify_url,
            "amount": {"refund": fen, "total": 9900, "currency": "CNY"},
        }
        return {k: v for k, v in (plain | changes).items() if v is not None}

    async def refund(self, paid: str | None, fen: int, number: str = "R1", **changes: Any) -> Wire:
        body = self.refund_body(paid, fen, number, **changes)
        return await self.pay.call("POST", REFUNDS, body)

    async def balance(self, user: Any) -> int:
        return int((await self.control.get("/_sim/ledger"))["balances"][user["user_id"]])

    async def entries(self) -> Any:
        return (await self.control.get("/_sim/ledger"))["entries"]
