"""``GET /v3/payscore/merchant-bill``: a service's money of a day, encrypted.

The columns of this file are published nowhere; they are ours, in the manner of the trade bill [N].

Source: "申请获取对账单", pay.weixin.qq.com/doc/v3/merchant/4013394586
"""

from __future__ import annotations

import gzip
import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from wechat_simulator.bills.days import Period, asked_period, missing
from wechat_simulator.bills.rows import yuan
from wechat_simulator.bills.tickets import address, redeem
from wechat_simulator.errors import WeChatPayError
from wechat_simulator.fields import Fields
from wechat_simulator.moments import BEIJING
from wechat_simulator.sealed_fields import sealed_for
from wechat_simulator.surface import Answer, Call, json_answer

if TYPE_CHECKING:
    from wechat_simulator.ledger import Entry

DOWNLOAD = "/v3/payscore/bill/downloadurl"
HEADER = (
    "时间,公众账号ID,商户号,服务ID,商户服务订单号,微信支付服务订单号,"
    "用户标识,类型,金额,微信支付订单号,商户退款单号"
)
PATTERNS = {"yyyy-MM-dd": "%Y-%m-%d", "YYYYMMDDHH": "%Y%m%d%H"}


async def ask(call: Call) -> Answer:
    """Answer the list of encrypted files, here always one, with its key and nonce."""
    query, world = Fields.query(call), call.world
    query.word("tar_type", ("GZIP",))
    query.word("encryption_algorithm", ("AEAD_AES_256_GCM",))
    service_id = query.text("service_id", 32)
    if call.merchant.service(service_id) is None:
        raise WeChatPayError(403, "NO_AUTH", "商户暂无权限使用此服务")
    pattern = PATTERNS[world.switches.text("merchant_bill_date")]
    period = asked_period(world, query, pattern)
    key, nonce = world.ids.alnum("bill_key", 32), world.ids.alnum("bill_nonce", 16)
    wish = {
        "service_id": service_id,
        "begin": period.begin.isoformat(),
        "end": period.end.isoformat(),
        "key": key,
        "nonce": nonce,
    }
    text = _text(call, wish)
    item = {
        "bill_sequence": 1,
        "hash_type": "SHA1",
        "hash_value": hashlib.sha1(text, usedforsecurity=False).hexdigest(),
        "download_url": address(call, DOWNLOAD, "payscore", wish),
        "encrypt_key": sealed_for(world, call.merchant, key),
        "nonce": nonce,
    }
    return json_answer({"download_bill_count": 1, "download_bill_list": [item]})


async def download(call: Call) -> Answer:
    """Answer the gzipped text under AES-256-GCM, raw; downloads are not signed."""
    wish = redeem(call, ("payscore",)).wish
    packed = gzip.compress(_text(call, wish), mtime=0)
    sealed = AESGCM(wish["key"].encode()).encrypt(wish["nonce"].encode(), packed, b"")
    return Answer(body=sealed, content_type="application/octet-stream", signed=False)


def _text(call: Call, wish: dict[str, Any]) -> bytes:
    end = datetime.fromisoformat(wish["end"])
    period = Period(datetime.fromisoformat(wish["begin"]), end, end)
    found = [
        entry
        for entry in call.world.ledger.entries
        if (entry.mchid, entry.service_id) == (call.merchant.mchid, wish["service_id"])
        and period.holds(entry.at)
    ]
    if not found:
        raise missing()
    return "".join(f"{line}\r\n" for line in (HEADER, *map(_line, found))).encode()


def _line(entry: Entry) -> str:
    values = (
        entry.at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
        entry.appid,
        entry.mchid,
        entry.service_id,
        entry.out_order_no,
        entry.order_id,
        entry.openid,
        entry.kind.upper(),
        yuan(entry.amount_fen),
        entry.transaction_id,
        entry.out_refund_no,
    )
    return ",".join(f"`{value or ''}" for value in values)
