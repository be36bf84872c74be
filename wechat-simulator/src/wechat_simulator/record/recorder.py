"""Asking the steps one after another; what comes back is reduced to shapes before it is kept."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from wechat_simulator.record.shapes import sentence, shape
from wechat_simulator.record.signed import Signed
from wechat_simulator.record.steps import wanted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import aiohttp

    from wechat_simulator.record.settings import Settings
    from wechat_simulator.record.signed import Reply
    from wechat_simulator.record.steps import Step

_HEADERS = ("Content-Type", "Wechatpay-Signature-Type")


async def recordings(
    settings: Settings, http: aiohttp.ClientSession, *, write: bool
) -> AsyncIterator[dict[str, Any]]:
    """Ask every step that the settings allow; give each answer's recording."""
    signed = Signed(settings, http)
    known = settings.about | {"mchid": settings.mchid}
    known |= {"new_order_no": f"REC{await signed.now()}{secrets.token_hex(4)}"}
    for step in wanted(known, write=write)[0]:
        method, url, body = step.filled(known)
        reply = await signed.send(method, url, body, forged=step.forged)
        yield recording(step, reply, settings.private)


def recording(step: Step, reply: Reply, private: tuple[str, ...]) -> dict[str, Any]:
    """Return what is kept of an answer."""
    kept = {name: reply.headers[name] for name in _HEADERS if name in reply.headers}
    numeric = reply.headers.get("Request-ID", "").rpartition("-")[2]
    kept |= {"Request-ID": f"…-{numeric}"} if numeric.isdigit() else {}
    return {
        "name": step.name,
        "call": step.call,
        "status": reply.status,
        "headers": kept,
        "body": _body(reply.raw, private),
    }


def _body(raw: bytes, private: tuple[str, ...]) -> Any:
    try:
        plain = json.loads(raw) if raw else None
    except ValueError:
        return "not JSON"
    kept = shape(plain)
    if isinstance(plain, dict) and isinstance(plain.get("message"), str):
        kept["message"] = sentence(plain["message"], private)
    return kept
