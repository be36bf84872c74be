"""A service order as the merchant sees it: which answer carries which fields.

The views share the order's lists: serialise them at once, or copy them as ``notify`` does.

Source: "查询支付分订单",
pay.weixin.qq.com/docs/merchant/apis/weixin-pay-score/service-order/get-service-order.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator.payscore.state import Collection, Order, Payment

if TYPE_CHECKING:
    from wechat_simulator.world import World

_IDS = ("appid", "mchid", "sub_mchid", "sub_appid", "out_order_no", "service_id", "order_id")
_TERMS = (
    *_IDS,
    "service_introduction",
    "state",
    "state_description",
    "post_payments",
    "post_discounts",
    "risk_fund",
    "time_range",
    "location",
)
_CREATED = (*_TERMS, "attach", "notify_url")
_COMPLETED = (*_TERMS, "total_amount", "need_collection")
_FULL = (*_CREATED, "total_amount", "need_collection")


def brief(order: Order) -> dict[str, Any]:
    """Return the numbers that name an order: the answer of cancel and pay."""
    return _pick(order, _IDS)


def created(world: World, order: Order) -> dict[str, Any]:
    """Return the answer of create, without ``package``."""
    return _filled(world, order, _pick(order, _CREATED))


def completed(world: World, order: Order) -> dict[str, Any]:
    """Return the answer of complete: it has no ``collection``, not even once the money came."""
    return _filled(world, order, _pick(order, _COMPLETED), attach=False)


def full(world: World, order: Order, *, promotions: bool = True) -> dict[str, Any]:
    """Return the whole entity: query, modify, sync, notices."""
    plain = _filled(world, order, _pick(order, _FULL))
    if order.collection is not None:
        plain["collection"] = _collection(world, order.collection, promotions=promotions)
    if order.user_id is not None:
        openids = world.users.users[order.user_id].openids
        plain["openid"] = openids[order.appid]
        if order.sub_appid is not None:
            plain["sub_openid"] = openids[order.sub_appid]
    return plain


def told(world: World, order: Order) -> dict[str, Any]:
    """Return the entity of a notice: it names the user by one openid, as the order did."""
    plain = full(world, order)
    named = [name for name in ("sub_openid", "openid") if order.request.get(name)]
    keep = named[0] if named else "sub_openid" if "sub_openid" in plain else "openid"
    for name in {"openid", "sub_openid"} - {keep}:
        plain.pop(name, None)
    return plain


def _filled(
    world: World, order: Order, plain: dict[str, Any], *, attach: bool = True
) -> dict[str, Any]:
    if not world.switches.flag("empty_members"):
        return plain
    empty: dict[str, Any] = {"post_payments": [], "post_discounts": []}
    empty |= {"attach": ""} if attach else {}
    empty |= {"sub_appid": ""} if order.sub_mchid is not None else {}
    return empty | plain


def _pick(order: Order, names: tuple[str, ...]) -> dict[str, Any]:
    pairs = ((name, getattr(order, name)) for name in names)
    return {name: value for name, value in pairs if value not in (None, [])}


def _collection(world: World, collection: Collection, *, promotions: bool) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "state": collection.state,
        "total_amount": collection.total_amount,
        "paying_amount": collection.paying_amount,
        "paid_amount": collection.paid_amount,
    }
    if collection.details or world.switches.flag("empty_members"):
        plain["details"] = [_payment(p, promotions=promotions) for p in collection.details]
    return plain


def _payment(payment: Payment, *, promotions: bool) -> dict[str, Any]:
    plain = {key: value for key, value in vars(payment).items() if value is not None}
    return plain | ({"promotion_detail": []} if promotions else {})
