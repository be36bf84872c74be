"""Sensitive fields: RSA-OAEP with SHA-1, base64, in both directions."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from wechat_simulator.errors import WeChatPayError

if TYPE_CHECKING:
    from wechat_simulator.accounts import Merchant
    from wechat_simulator.fields import Fields
    from wechat_simulator.surface import Call
    from wechat_simulator.world import World

_OAEP = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)  # noqa: S303 - WeChat's
_LIMIT = 1024


def opened(call: Call, fields: Fields, name: str) -> str:
    """Return a field that the merchant encrypted for the key named by Wechatpay-Serial."""
    serial = call.headers.get("Wechatpay-Serial", "")
    known = call.world.platform_keys.signer(call.world.keys, serial)
    if known is None:
        message = "Http头Wechatpay-Serial缺失或不是有效的平台证书序列号、公钥ID"
        raise WeChatPayError(400, "PARAM_ERROR", message)
    sealed = fields.text(name, _LIMIT)
    try:
        return known[1].decrypt(base64.b64decode(sealed, validate=True), _OAEP).decode()
    except (ValueError, binascii.Error) as error:
        raise fields.error(name, "敏感字段解密失败") from error


def sealed_for(world: World, merchant: Merchant, text: str) -> str:
    """Return ``text`` encrypted with the merchant's API certificate."""
    return sealed_bytes_for(world, merchant, text.encode())


def sealed_bytes_for(world: World, merchant: Merchant, data: bytes) -> str:
    """Return ``data`` encrypted with the merchant's API certificate."""
    public = world.keys.get(merchant.key_slot).public
    return base64.b64encode(public.encrypt(data, _OAEP)).decode()
