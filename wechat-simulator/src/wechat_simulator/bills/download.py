"""``GET /v3/billdownload/file``: the files behind the addresses of the day's bills."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from wechat_simulator.bills import fund, trade
from wechat_simulator.bills.tickets import redeem
from wechat_simulator.surface import Answer

if TYPE_CHECKING:
    from wechat_simulator.surface import Call

_MAKERS = {trade.KIND: trade.text, fund.KIND: fund.text}


async def download(call: Call) -> Answer:
    """Answer the file, gzipped if so asked for; downloads are not signed."""
    ticket = redeem(call, tuple(_MAKERS))
    text = _MAKERS[ticket.kind](call.world, call.merchant.mchid, ticket.wish)
    if ticket.wish["packed"]:
        body = gzip.compress(text, mtime=0)
        return Answer(body=body, content_type="application/x-gzip", signed=False)
    return Answer(body=text, content_type="text/plain; charset=utf-8", signed=False)
