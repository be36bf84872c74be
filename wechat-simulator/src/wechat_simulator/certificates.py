"""``GET /v3/certificates`` and the control call that rotates keys.

Source: "获取平台证书", pay.weixin.qq.com/wiki/doc/apiv3/wechatpay/wechatpay5_1.shtml
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator.crypto import aes_gcm_encrypt
from wechat_simulator.errors import ControlError
from wechat_simulator.fields import Fields
from wechat_simulator.moments import rfc3339_beijing
from wechat_simulator.surface import Answer, Call, Plane, Route, Surface, json_answer

if TYPE_CHECKING:
    from wechat_simulator.accounts import Merchant
    from wechat_simulator.keys import KeyPair
    from wechat_simulator.world import World

_KINDS = ("RSA", "SM2", "ALL")
_ASSOCIATED_DATA = "certificate"


async def _download(call: Call) -> Answer:
    query = Fields.query(call)
    kind = query.word("algorithm_type", _KINDS) if query.has("algorithm_type") else "RSA"
    return json_answer({"data": _listed(call.world, call.merchant, kind)})


def _listed(world: World, merchant: Merchant, kind: str) -> list[dict[str, Any]]:
    """Return the certificates in force, oldest first; SM2 certificates there are none."""
    if kind == "SM2":
        return []
    keys = world.platform_keys
    pairs = [keys.certificate_pair(world.keys, number) for number in keys.certificates]
    return [_sealed(world, merchant, pair) for pair in pairs]


def _sealed(world: World, merchant: Merchant, pair: KeyPair) -> dict[str, Any]:
    nonce = world.wire_ids.alnum("certificate_nonce", 12)
    pem = pair.certificate_pem.encode()
    return {
        "serial_no": pair.serial,
        "effective_time": rfc3339_beijing(pair.certificate.not_valid_before_utc),
        "expire_time": rfc3339_beijing(pair.certificate.not_valid_after_utc),
        "encrypt_certificate": {
            "algorithm": "AEAD_AES_256_GCM",
            "nonce": nonce,
            "associated_data": _ASSOCIATED_DATA,
            "ciphertext": aes_gcm_encrypt(merchant.api_v3_key, nonce, _ASSOCIATED_DATA, pem),
        },
    }


async def _rotate(call: Call) -> Answer:
    """Make a new key that signs from now on; the old ones stay valid unless ``retire`` is true.

    ``what``: ``certificate`` and ``public_key`` are WeChat's, the same for every merchant here;
    ``merchant_certificate`` is that of ``mchid``, whose old serial number is refused at once.
    """
    wish = call.json()
    what, retire = wish.get("what"), bool(wish.get("retire"))
    keys = call.world.platform_keys
    if what == "certificate":
        keys.certificates = _next(keys.certificates, retire=retire)
    elif what == "public_key":
        keys.public_keys = _next(keys.public_keys, retire=retire)
    elif what == "merchant_certificate":
        return json_answer(_renewed(call.world, str(wish.get("mchid"))))
    else:
        raise ControlError("what must be certificate, public_key or merchant_certificate")
    return json_answer(_shown(call.world))


def _next(generations: list[int], *, retire: bool) -> list[int]:
    newest = generations[-1] + 1
    return [newest] if retire else [*generations, newest]


def _renewed(world: World, mchid: str) -> dict[str, Any]:
    merchant = world.accounts.merchant(mchid)
    if merchant is None:
        raise ControlError(f"no merchant {mchid}", status=404)
    merchant.certificate += 1
    pair = world.keys.get(merchant.key_slot)
    return {
        "mchid": mchid,
        "serial_no": pair.serial,
        "private_key_pem": pair.private_pem,
        "certificate_pem": pair.certificate_pem,
    }


def _shown(world: World) -> dict[str, Any]:
    keys = world.platform_keys
    certificates = [keys.certificate_pair(world.keys, number) for number in keys.certificates]
    return {
        "certificates": [
            {"serial": pair.serial, "certificate_pem": pair.certificate_pem}
            for pair in certificates
        ],
        "public_keys": [
            {
                "public_key_id": keys.public_key_id_of(number),
                "public_key_pem": keys.public_key_pair(world.keys, number).public_pem,
            }
            for number in keys.public_keys
        ],
    }


def surface() -> Surface:
    """Return the routes of certificates."""
    return Surface(
        routes=(
            Route("GET", "/v3/certificates", _download, Plane.PAY),
            Route("POST", "/_sim/rotate", _rotate, Plane.CONTROL),
        )
    )
