"""The order's page in WeChat, opened with an HMAC-signed jump (wxpayScoreDetail).

Source: the order's page, pay.weixin.qq.com/doc/v3/merchant/4012587984
"""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING, Any

from wechat_simulator.crypto import hmac_sign
from wechat_simulator.errors import ControlError
from wechat_simulator.payscore.pages import new_query_id
from wechat_simulator.payscore.shown import order_shown
from wechat_simulator.payscore.state import PayScore
from wechat_simulator.payscore.tickets import EMPTY, ILLEGAL, OTHER_APPID, declined

if TYPE_CHECKING:
    from wechat_simulator.accounts import Merchant
    from wechat_simulator.payscore.state import Order
    from wechat_simulator.surface import Jump

MISMATCH, BAD_SERVICE, BAD_NUMBER, NO_ORDER = 4188, 4189, 4190, 3961
_FIELDS = (
    *("mch_id", "service_id", "out_order_no", "timestamp", "nonce_str", "sign_type", "sign"),
)


async def detail(jump: Jump) -> dict[str, Any]:
    """Check the jump's sign and show the order to the user whose order it is."""
    extra = _texts(jump)
    merchant = jump.world.accounts.merchant(extra["mch_id"])
    if merchant is None:
        raise ControlError("mch_id, appid and service_id do not match", errcode=MISMATCH)
    _check_sign(merchant, extra)
    order = _order(jump, merchant, extra)
    if order.user_id != jump.user.user_id:
        return declined("订单不属于当前用户")
    query_id = new_query_id(jump.world, order.key)
    shown = order_shown(jump.world, order)
    return {"result": "accepted", "shown": shown, "extraData": {"query_id": query_id}}


def _texts(jump: Jump) -> dict[str, str]:
    for name in _FIELDS:
        if not jump.extra.get(name):
            raise ControlError(f"{name} is empty", errcode=EMPTY)
    for name, value in jump.extra.items():
        if not isinstance(value, str):
            raise ControlError(f"{name} must be a string", errcode=ILLEGAL)
    return jump.extra


def _check_sign(merchant: Merchant, extra: dict[str, str]) -> None:
    if extra["sign_type"] != "HMAC-SHA256" or not re.fullmatch(r"\d{10}", extra["timestamp"]):
        raise ControlError("sign_type or timestamp (string of seconds) is illegal", errcode=ILLEGAL)
    if not hmac.compare_digest(hmac_sign(extra, merchant.api_v2_key), extra["sign"]):
        raise ControlError("sign does not match", errcode=ILLEGAL)


def _order(jump: Jump, merchant: Merchant, extra: dict[str, str]) -> Order:
    if merchant.service(extra["service_id"]) is None:
        raise ControlError("service_id is illegal", errcode=BAD_SERVICE)
    if not re.fullmatch(r"[0-9A-Za-z_\-|*]{1,32}", extra["out_order_no"]):
        raise ControlError("out_order_no is illegal", errcode=BAD_NUMBER)
    order = PayScore.of(jump.world).orders.get(f"{merchant.mchid}|{extra['out_order_no']}")
    if order is None or order.service_id != extra["service_id"]:
        raise ControlError("service_id is wrong or the order is missing", errcode=NO_ORDER)
    if jump.appid != (order.sub_appid or order.appid):
        raise ControlError("appid differs from the order's", errcode=OTHER_APPID)
    return order
