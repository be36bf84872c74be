"""``GET /_sim/credentials``: what a merchant would copy from WeChat's consoles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator.plain import to_plain
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer

if TYPE_CHECKING:
    from wechat_simulator.accounts import Merchant
    from wechat_simulator.world import World


async def _credentials(call: Call) -> Answer:
    accounts = call.world.accounts
    return json_answer(
        {
            "apps": to_plain(accounts.apps),
            "merchants": [_merchant(call.world, m) for m in accounts.merchants],
            "platform": _platform(call.world),
        }
    )


def _merchant(world: World, merchant: Merchant) -> dict[str, Any]:
    pair = world.keys.get(merchant.key_slot)
    plain: dict[str, Any] = to_plain(merchant)
    del plain["certificate"]
    if merchant.kind == "direct":
        del plain["sub_merchants"]
    return plain | {
        "serial_no": pair.serial,
        "private_key_pem": pair.private_pem,
        "certificate_pem": pair.certificate_pem,
    }


def _platform(world: World) -> dict[str, str]:
    keys = world.platform_keys
    certificate = keys.certificate_pair(world.keys, keys.certificates[-1])
    return {
        "public_key_id": keys.public_key_id,
        "public_key_pem": keys.public_key_pair(world.keys, keys.public_keys[-1]).public_pem,
        "certificate_serial": certificate.serial,
        "certificate_pem": certificate.certificate_pem,
    }


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    return (Route("GET", "/_sim/credentials", _credentials, Plane.CONTROL),)
