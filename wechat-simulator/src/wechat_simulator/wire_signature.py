"""Signing what leaves WeChat Pay, and checking the signature of what arrives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wechat_simulator.crypto import SCHEME, answer_message, request_message, rsa_verify
from wechat_simulator.errors import WeChatPayError
from wechat_simulator.multipart import signed_part

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa

    from wechat_simulator.accounts import Merchant
    from wechat_simulator.faults import Fault
    from wechat_simulator.surface import Call
    from wechat_simulator.world import World

_ITEM = re.compile(r'\s*(mchid|nonce_str|signature|timestamp|serial_no)="([^"]*)"\s*')
_ITEMS = 5
_STALE_S = 601
# the guide on signature probes: pay.weixin.qq.com/doc/v3/merchant/4013053249
_PROBE = "WECHATPAY/SIGNTEST/"
_TIMESTAMP_NUMERIC = 268443699
_MERCHANT_NUMERIC = 271302144


async def signed_headers(
    world: World, body: bytes, serial: str, key: rsa.RSAPrivateKey, fault: Fault | None = None
) -> dict[str, str]:
    """Return the five Wechatpay- headers for ``body``, made wrong as the fault wants."""
    kind = fault.kind if fault else None
    seconds = int(world.now().timestamp()) - (_STALE_S if kind == "stale_timestamp" else 0)
    timestamp, nonce = str(seconds), world.wire_ids.alnum("nonce", 32)
    if kind == "unknown_serial":
        pair = world.keys.get("stranger")
        serial, key = pair.serial, pair.private
    message = answer_message(timestamp, nonce, b"tampered" if kind == "bad_signature" else body)
    signature = await world.sign(key, message)
    if kind == "signtest":
        signature = _PROBE + signature[len(_PROBE) :]
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": signature,
        "Wechatpay-Serial": serial,
        "Wechatpay-Signature-Type": SCHEME,
    }


def answer_signer(world: World, asked: str | None) -> tuple[str, rsa.RSAPrivateKey]:
    """Return (serial, key) for an answer: the key the request named, else the switch's."""
    named = world.platform_keys.signer(world.keys, asked) if asked else None
    return named or world.platform_keys.current(world.keys, world.switches.text("signing"))


def authenticate(call: Call) -> Merchant:
    """Return the merchant that signed the request; WeChatPayError 401 otherwise."""
    items = _authorization(call.headers.get("Authorization", ""))
    merchant = call.world.accounts.merchant(items["mchid"])
    if merchant is None:
        raise _refused("商户号不存在", "mchid", numeric=_MERCHANT_NUMERIC)
    pair = call.world.keys.get(merchant.key_slot)
    if items["serial_no"].upper() != pair.serial.upper():
        raise _refused("商户证书序列号有误", "serial_no")
    _check_timestamp(call.world, items["timestamp"])
    message = request_message(
        call.method, call.raw_url, items["timestamp"], items["nonce_str"], _signed_body(call)
    )
    if not rsa_verify(pair.public, message, items["signature"]):
        raise _wrong_signature(call, message)
    return merchant


def _signed_body(call: Call) -> bytes:
    upload = call.headers.get("Content-Type", "").startswith("multipart/form-data")
    return signed_part(call.body) if upload else call.body


def _authorization(header: str) -> dict[str, str]:
    scheme, _, rest = header.partition(" ")
    found = [_ITEM.fullmatch(item) for item in rest.split(",")]
    items = {match[1]: match[2] for match in found if match}
    if scheme != SCHEME or len(found) != _ITEMS or len(items) != _ITEMS or "" in items.values():
        raise _refused(
            "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》", "Authorization"
        )
    return items


def _check_timestamp(world: World, text: str) -> None:
    seconds = int(text) if text.isascii() and text.isdigit() else 0
    if abs(world.now().timestamp() - seconds) > world.switches.number("request_tolerance_s"):
        raise _refused(
            "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟",
            "timestamp",
            numeric=_TIMESTAMP_NUMERIC,
        )


def _refused(message: str, field: str, numeric: int | None = None) -> WeChatPayError:
    detail = {"field": field, "issue": message, "location": "authorization"}
    return WeChatPayError(401, "SIGN_ERROR", message, numeric=numeric, detail=detail)


def _wrong_signature(call: Call, message: bytes) -> WeChatPayError:
    text = message.decode("utf-8", "replace")
    detail = {
        "detail": {"issue": "sign not match"},
        "field": "signature",
        "location": "authorization",
        "sign_information": {
            "method": call.method,
            "sign_message_length": len(message),
            "truncated_sign_message": text[:128],
            "url": call.raw_url,
        },
    }
    return WeChatPayError(401, "SIGN_ERROR", "签名错误，请检查后再试", detail=detail)
