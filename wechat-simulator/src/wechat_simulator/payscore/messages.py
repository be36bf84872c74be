"""Announcing a coming deduction to the user, once per order and kind.

Source: "send-pendingmessage" as transcribed at github.com/TheNorthMemory/wechatpay-openapi,
docs/v3/payscore
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wechat_simulator.fields import Fields
from wechat_simulator.payscore import items
from wechat_simulator.payscore.act import invalid, refuse_final
from wechat_simulator.payscore.create import found
from wechat_simulator.payscore.party import party
from wechat_simulator.payscore.state import CREATED
from wechat_simulator.surface import Answer, Call, Plane, Route, no_content

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

KINDS = ("send-pendingmessage", "send-prepaidmessage")


def _sender(kind: str) -> Callable[[Call], Awaitable[Answer]]:
    async def send(call: Call) -> Answer:
        fields = Fields.body(call)
        who = party(call, fields, with_appid=False)
        order = found(call, who, who.key(call.params["out_order_no"]))
        paid, off = items.payments(fields, 1), items.discounts(fields, final=True)
        items.total(fields, paid, off)
        if not re.fullmatch(r"\d{8}", fields.text("prepaid_time", 8)):
            raise fields.error("prepaid_time", "应为yyyyMMdd")
        refuse_final(order)
        if order.state == CREATED:
            raise invalid("当前订单状态不合法")
        if kind in order.messages:
            raise invalid("此消息每个订单只能发送一次")
        order.messages.append(kind)
        return no_content()

    return send


def routes() -> tuple[Route, ...]:
    """Return both messages in both forms."""
    bases = ("/v3/payscore/serviceorder", "/v3/payscore/partner/serviceorder")
    return tuple(
        Route("POST", f"{base}/{{out_order_no}}/{kind}", _sender(kind), Plane.PAY)
        for base in bases
        for kind in KINDS
    )
