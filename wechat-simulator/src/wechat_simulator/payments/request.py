"""Reading ``POST /v3/pay/transactions/jsapi`` and its partner form.

Source: "JSAPI下单",
pay.weixin.qq.com/docs/merchant/apis/jsapi-payment/direct-jsons/jsapi-prepay.html
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from wechat_simulator.fields import Fields
from wechat_simulator.moments import parse_rfc3339
from wechat_simulator.payments.parties import Apps, Party, apps, party
from wechat_simulator.payments.state import Trade

if TYPE_CHECKING:
    from wechat_simulator.surface import Call
    from wechat_simulator.users import User
    from wechat_simulator.world import World

LIFE = timedelta(days=7)
OUT_TRADE_NO = r"[0-9A-Za-z_\-|*]{6,32}"
_CNY = ("CNY",)
_OPENID = 128


def read_trade(call: Call) -> Trade:
    """Return the order that the body asks for, everything checked that needs no other order."""
    body = Fields.body(call)
    who = party(call, body)
    number = body.text("out_trade_no", 32, OUT_TRADE_NO)
    description = body.text("description", 127)
    total = _total(body)
    notify_url = body.notify_url()
    _check_extras(body)
    expires_at = _expiry(call.world, body)
    bound = apps(body, call.merchant, who)
    payer, user = _payer(call.world, body, who, bound)
    return Trade(
        mchid=who.mchid,
        sub_mchid=who.sub_mchid,
        out_trade_no=number,
        appid=bound.appid,
        sub_appid=bound.sub_appid,
        description=description,
        total=total,
        notify_url=notify_url,
        user_id=user.user_id,
        payer=payer,
        request=call.json(),
        created_at=call.world.now(),
        expires_at=expires_at,
        attach=body.maybe_text("attach", 128),
        scene_info=_scene(body),
        profit_sharing=_profit_sharing(body),
    )


def _total(body: Fields) -> int:
    amount = body.child("amount")
    if amount.has("currency"):
        amount.word("currency", _CNY)
    return amount.integer("total", low=1)


def _expiry(world: World, body: Fields) -> datetime:
    text = body.maybe_text("time_expire", 64)
    if text is None:
        return world.now() + LIFE
    try:
        moment = parse_rfc3339(text)
    except ValueError as error:
        raise body.error("time_expire", "格式应遵循rfc3339") from error
    if moment <= world.now():
        raise body.error("time_expire", "订单失效时间早于当前时间")
    return moment


def _payer(world: World, body: Fields, who: Party, bound: Apps) -> tuple[dict[str, str], User]:
    payer = body.child("payer")
    direct = who.sub_mchid is None
    pairs = [("openid", bound.appid)] if direct else _partner_openids(payer, bound)
    found = [(name, appid, payer.text(name, _OPENID)) for name, appid in pairs]
    users = [world.users.by_openid(appid, openid) for _, appid, openid in found]
    first = users[0]
    if first is None or any(user is not first for user in users):
        raise payer.error(found[0][0], "无效的openid")
    return {name: openid for name, _, openid in found}, first


def _partner_openids(payer: Fields, bound: Apps) -> list[tuple[str, str]]:
    pairs = [("sp_openid", bound.appid)] if payer.has("sp_openid") else []
    if payer.has("sub_openid"):
        if bound.sub_appid is None:
            raise payer.error("sub_openid", "传入sub_openid时sub_appid必传")
        pairs.append(("sub_openid", bound.sub_appid))
    if not pairs:
        raise payer.error("sp_openid", "sp_openid和sub_openid二选一")
    return pairs


def _check_extras(body: Fields) -> None:
    body.maybe_text("goods_tag", 32)
    body.flag("support_fapiao", default=False)
    detail = body.maybe_child("detail")
    if detail is None:
        return
    detail.maybe_integer("cost_price")
    detail.maybe_text("invoice_id", 32)
    for goods in detail.children("goods_detail", 0, 6000):
        goods.text("merchant_goods_id", 32)
        goods.maybe_text("wechatpay_goods_id", 32)
        goods.maybe_text("goods_name", 256)
        goods.integer("quantity", low=1)
        goods.integer("unit_price")


def _scene(body: Fields) -> dict[str, Any] | None:
    scene = body.maybe_child("scene_info")
    if scene is None:
        return None
    scene.text("payer_client_ip", 45)
    device = scene.maybe_text("device_id", 32)
    store = scene.maybe_child("store_info")
    if store is not None:
        store.text("id", 32)
        store.maybe_text("name", 256)
        store.maybe_text("area_code", 32)
        store.maybe_text("address", 512)
    return {"device_id": device} if device else {}


def _profit_sharing(body: Fields) -> bool:
    settle = body.maybe_child("settle_info")
    return settle is not None and settle.flag("profit_sharing", default=False)
