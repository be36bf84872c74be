"""``GET /v3/bill/tradebill`` and the file behind its address.

Source: "申请交易账单", pay.weixin.qq.com/doc/v3/merchant/4012556654
"""

from __future__ import annotations

import gzip
import hashlib
from datetime import date
from typing import TYPE_CHECKING, Any

from wechat_simulator.bills.days import asked_period, day_period, missing
from wechat_simulator.bills.rows import rows
from wechat_simulator.bills.tickets import address, redeem
from wechat_simulator.bills.trade_file import trade_file
from wechat_simulator.errors import WeChatPayError
from wechat_simulator.fields import Fields
from wechat_simulator.payments.parties import Party
from wechat_simulator.surface import Answer, Call, json_answer

if TYPE_CHECKING:
    from wechat_simulator.world import World

DOWNLOAD = "/v3/billdownload/file"
_KINDS = ("ALL", "SUCCESS", "REFUND")


async def ask(call: Call) -> Answer:
    """Answer where the bill of a day is, and the SHA-1 of its uncompressed text."""
    query = Fields.query(call)
    kind = query.word("bill_type", _KINDS) if query.has("bill_type") else "ALL"
    packed = query.has("tar_type") and query.word("tar_type", ("GZIP",)) == "GZIP"
    sub_mchid = _sub_mchid(call, query)
    day = asked_period(call.world, query).begin.date()
    wish = {"day": day.isoformat(), "kind": kind, "sub_mchid": sub_mchid, "packed": packed}
    text = _text(call.world, call.merchant.mchid, wish)
    return json_answer(
        {
            "hash_type": "SHA1",
            "hash_value": hashlib.sha1(text, usedforsecurity=False).hexdigest(),
            "download_url": address(call, DOWNLOAD, "trade", wish),
        }
    )


def _sub_mchid(call: Call, query: Fields) -> str | None:
    sub_mchid = query.maybe_text("sub_mchid", 32)
    if sub_mchid is not None and call.merchant.sub_merchant(sub_mchid) is None:
        raise WeChatPayError(403, "NO_AUTH", "无该子商户账单的权限")
    return sub_mchid


def _text(world: World, mchid: str, wish: dict[str, Any]) -> bytes:
    period = day_period(date.fromisoformat(wish["day"]))
    found = rows(world, Party(mchid, wish["sub_mchid"]), period, wish["kind"])
    if not found:
        raise missing()
    return trade_file(world, wish["kind"], found)


async def download(call: Call) -> Answer:
    """Answer the file, gzipped if so asked for; downloads are not signed."""
    wish = redeem(call, "trade")
    text = _text(call.world, call.merchant.mchid, wish)
    if wish["packed"]:
        body = gzip.compress(text, mtime=0)
        return Answer(body=body, content_type="application/x-gzip", signed=False)
    return Answer(body=text, content_type="text/plain; charset=utf-8", signed=False)
