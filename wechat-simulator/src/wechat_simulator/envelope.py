"""The bytes and headers of a notice: encrypted plaintext, signed body, and their distortions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from wechat_simulator.crypto import aes_gcm_encrypt
from wechat_simulator.distortions import distort
from wechat_simulator.moments import rfc3339_beijing
from wechat_simulator.wire_signature import signed_headers

if TYPE_CHECKING:
    from wechat_simulator.faults import Fault
    from wechat_simulator.notices import Notice
    from wechat_simulator.world import World


async def sealed(world: World, notice: Notice, fault: Fault | None) -> tuple[bytes, dict[str, str]]:
    """Return (body, headers) of one delivery, signed afresh at the present virtual moment."""
    envelope: dict[str, Any] = {
        "id": notice.id,
        "create_time": rfc3339_beijing(notice.created_at),
        "resource_type": "encrypt-resource",
        "event_type": notice.event_type,
        "summary": notice.summary,
        "resource": _resource(world, notice, fault),
    }
    if fault is not None and fault.kind == "unknown_keys":
        envelope = distort(fault, envelope)
    body = orjson.dumps(envelope)
    serial, key = world.platform_keys.current(world.keys, world.switches.text("signing"))
    headers = await signed_headers(world, body, serial, key, fault)
    return body, headers | {
        "Content-Type": "application/json",
        "Accept": "*/*",
        "User-Agent": "Mozilla/4.0",
        "Request-ID": f"{world.wire_ids.hex('notice_request', 32).upper()}-0",
    }


def _resource(world: World, notice: Notice, fault: Fault | None) -> dict[str, str]:
    merchant = world.accounts.merchant(notice.mchid)
    if merchant is None:
        raise KeyError(notice.mchid)
    data = world.switches.text("associated_data")
    data = notice.original_type if data == "original_type" else data
    if fault is not None and fault.kind == "empty_associated_data":
        data = ""
    nonce = world.wire_ids.alnum("notice_nonce", 12)
    plaintext = orjson.dumps(distort(fault, notice.plaintext))
    resource = {
        "original_type": notice.original_type,
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": aes_gcm_encrypt(merchant.api_v3_key, nonce, data, plaintext),
        "associated_data": data,
        "nonce": nonce,
    }
    if fault is not None and fault.options.get("absent"):
        del resource["associated_data"]
    return resource
