"""Platform certificates and public keys: download, which one signs, rotation of each."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from merchant_client import PayClient
from shop import JSAPI

if TYPE_CHECKING:
    from merchant_client import Control
    from receiver import Receiver
    from shop import Shop

CERTIFICATES = "/v3/certificates"


def opened(pay: PayClient, item: dict[str, Any]) -> Any:
    sealed = item["encrypt_certificate"]
    assert sealed["algorithm"] == "AEAD_AES_256_GCM"
    assert len(sealed["nonce"]) == 12
    cipher = AESGCM(pay.merchant["api_v3_key"].encode())
    pem = cipher.decrypt(
        sealed["nonce"].encode(),
        base64.b64decode(sealed["ciphertext"]),
        sealed["associated_data"].encode(),
    )
    return load_pem_x509_certificate(pem)


async def listed(pay: PayClient) -> dict[str, Any]:
    items = (await pay.call("GET", CERTIFICATES)).json["data"]
    return {item["serial_no"]: opened(pay, item) for item in items}


async def learn(pay: PayClient, control: Control, what: str, **more: Any) -> list[str]:
    """Rotate, and let the client trust what there is now; return the serials, newest last."""
    shown = await control.post("/_sim/rotate", {"what": what, **more})
    for item in shown["certificates"]:
        certificate = load_pem_x509_certificate(item["certificate_pem"].encode())
        pay.platform[item["serial"]] = certificate.public_key()
    for item in shown["public_keys"]:
        pay.platform[item["public_key_id"]] = load_pem_public_key(item["public_key_pem"].encode())
    if what == "certificate":
        return [item["serial"] for item in shown["certificates"]]
    return [item["public_key_id"] for item in shown["public_keys"]]


async def test_certificates_come_encrypted_with_the_api_v3_key(pay: PayClient) -> None:
    wire = await pay.call("GET", f"{CERTIFICATES}?algorithm_type=RSA")
    (item,) = wire.json["data"]
    certificate = opened(pay, item)
    assert item["serial_no"] == f"{certificate.serial_number:X}"
    begin = datetime.fromisoformat(item["effective_time"])
    assert begin == certificate.not_valid_before_utc
    assert datetime.fromisoformat(item["expire_time"]) == certificate.not_valid_after_utc
    assert (await pay.call("GET", f"{CERTIFICATES}?algorithm_type=SM2")).json == {"data": []}
    wire = await pay.call("GET", f"{CERTIFICATES}?algorithm_type=DSA")
    assert (wire.status, wire.json["code"]) == (400, "PARAM_ERROR")


async def test_a_rotated_certificate_signs_beside_the_old_one(
    shop: Shop, receiver: Receiver
) -> None:
    pay, control = shop.pay, shop.control
    await control.post("/_sim/switches", {"signing": "certificate"})
    (old,) = await listed(pay)
    serials = await learn(pay, control, "certificate")
    assert list(await listed(pay)) == serials
    assert serials[0] == old
    new = serials[1]
    for asked, expected in ((None, new), (old, old), (new, new)):
        pay.serial = asked
        wire = await pay.call("GET", CERTIFICATES)
        assert wire.headers["Wechatpay-Serial"] == expected
    await shop.buy(await shop.user())
    assert receiver.arrivals[0].headers["Wechatpay-Serial"] == new
    receiver.pay.verify(receiver.arrivals[0].headers, receiver.arrivals[0].raw)


async def test_a_rotated_public_key_signs_and_the_old_one_may_be_retired(
    pay: PayClient, control: Control
) -> None:
    old, new = await learn(pay, control, "public_key")
    for asked, expected in ((None, new), (old, old)):
        pay.serial = asked
        wire = await pay.call("GET", CERTIFICATES)
        assert wire.headers["Wechatpay-Serial"] == expected
    (newest,) = await learn(pay, control, "public_key", retire=True)
    pay.serial = old
    wire = await pay.call("GET", CERTIFICATES)
    assert wire.headers["Wechatpay-Serial"] == newest


async def test_a_merchants_own_certificate_can_be_renewed(pay: PayClient, control: Control) -> None:
    renewed = await control.post(
        "/_sim/rotate", {"what": "merchant_certificate", "mchid": "1900000001"}
    )
    wire = await pay.call("GET", CERTIFICATES)
    assert (wire.status, wire.json["code"]) == (401, "SIGN_ERROR")
    credentials = await control.get("/_sim/credentials")
    assert credentials["merchants"][0]["serial_no"] == renewed["serial_no"]
    async with PayClient(control, credentials, "1900000001") as fresh:
        assert (await fresh.call("GET", CERTIFICATES)).status == 200


async def test_rotation_names_what_it_rotates(control: Control) -> None:
    for wish, status in (
        ({"what": "everything"}, 400),
        ({"what": "merchant_certificate", "mchid": "1"}, 404),
    ):
        assert (await control.call("POST", "/_sim/rotate", wish))[0] == status


async def test_faults_apply_to_payment_calls_too(shop: Shop) -> None:
    user = await shop.user()
    await shop.control.post("/_sim/faults", {"target": f"POST {JSAPI}", "kind": "429"})
    wire = await shop.pay.call("POST", JSAPI, shop.order(user))
    assert (wire.status, wire.json["code"]) == (429, "FREQUENCY_LIMITED")
    assert (await shop.pay.call("POST", JSAPI, shop.order(user))).status == 200
