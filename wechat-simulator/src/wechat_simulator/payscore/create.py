"""Creating and querying a service order.

Sources:
- "创建支付分订单", pay.weixin.qq.com/doc/v3/merchant/4012587900
- "查询支付分订单",
  pay.weixin.qq.com/docs/merchant/apis/weixin-pay-score/service-order/get-service-order.html
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from wechat_simulator.errors import WeChatPayError
from wechat_simulator.faults import CREATION_KINDS
from wechat_simulator.fields import Fields
from wechat_simulator.moments import fourteen_digits
from wechat_simulator.payscore import items
from wechat_simulator.payscore.entity import created, full
from wechat_simulator.payscore.limits import refusal
from wechat_simulator.payscore.party import Party, is_partner, no_auth, party, person
from wechat_simulator.payscore.state import CREATED, Order, PayScore
from wechat_simulator.payscore.tickets import new_ticket
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer

if TYPE_CHECKING:
    from wechat_simulator.users import User
    from wechat_simulator.world import World

NUMBER = r"[0-9A-Za-z_\-|*]+"
REENTRY = 271316598
_EXPIRES = timedelta(days=30)
_PACKAGE_S = 3600


async def create(call: Call) -> Answer:
    """Create an order, or answer the one that the same parameters created before.

    In authorization mode CREATED means that the creation failed (创建支付分订单API, 2020.03.05);
    asking again with the same parameters tries again [N].
    """
    fields = Fields.body(call)
    who = party(call, fields)
    needs_confirm = _check_mode(fields, who)
    asked = _read(call, fields, who)
    known = PayScore.of(call.world).orders.get(asked.key)
    if known is not None and known.request != asked.request:
        raise reentry_refused()
    user = None
    if not needs_confirm and (known is None or known.state == CREATED):
        user = _authorized_user(call, who, fields)
    known = known or _accept(call.world, asked)
    if user is not None and call.world.faults.take(call.route.target, CREATION_KINDS) is None:
        PayScore.of(call.world).begin(known, user.user_id, call.world.now())
    plain = created(call.world, known)
    if needs_confirm and known.state == CREATED:
        plain["package"] = new_ticket(
            call.world, "wxpayScoreUse", known.key, _PACKAGE_S, "order_package"
        )
    return json_answer(plain)


def reentry_refused() -> WeChatPayError:
    """Return the refusal of a known number with changed parameters."""
    return WeChatPayError(400, "PARAM_ERROR", "订单重入参数校验失败", numeric=REENTRY)


def _check_mode(fields: Fields, who: Party) -> bool:
    needs_confirm = fields.flag("need_user_confirm", default=True)
    if who.service.kind != ("need_confirm" if needs_confirm else "no_confirm"):
        raise no_auth("商户暂无权限使用此服务：服务类型与下单方式不符")
    if needs_confirm:
        fields.forbid("openid", "需确认订单不允许传openid")
        fields.forbid("sub_openid", "需确认订单不允许传sub_openid")
    return needs_confirm


def _read(call: Call, fields: Fields, who: Party) -> Order:
    asked = Order(
        mchid=who.mchid,
        out_order_no=fields.text("out_order_no", 32, NUMBER),
        order_id="",
        mode=who.service.kind,
        service_id=who.service_id,
        appid=who.appid,
        sub_mchid=who.sub_mchid,
        sub_appid=who.sub_appid,
        service_introduction=fields.text("service_introduction", 20),
        created_at=call.world.now(),
        request={},
        post_payments=items.payments(fields, 0),
        post_discounts=items.discounts(fields, final=False),
        time_range=items.planned_times(fields),
        location=items.location(fields),
        risk_fund=items.risk_fund(fields, who.service),
        attach=fields.maybe_text("attach", 256),
        notify_url=fields.notify_url(),
        device=items.device(fields),
    )
    asked.request = _terms(asked) | {
        "openid": fields.maybe_text("openid", 128),
        "sub_openid": fields.maybe_text("sub_openid", 128),
    }
    return asked


def _terms(order: Order) -> dict[str, Any]:
    names = (
        *("service_id", "appid", "sub_mchid", "sub_appid", "service_introduction"),
        *("post_payments", "post_discounts", "time_range", "location", "risk_fund"),
        *("attach", "notify_url", "device"),
    )
    return {name: getattr(order, name) for name in names}


def _authorized_user(call: Call, who: Party, fields: Fields) -> User:
    user = person(call, who, fields)
    if PayScore.of(call.world).authorized(who, user.user_id) is None:
        raise no_auth("用户未授权此服务")
    refused = refusal(call.world, user, scored=_scores_at_create(call.world))
    if refused is not None:
        raise refused
    return user


def _scores_at_create(world: World) -> bool:
    return world.switches.text("score_checked_at") == "create"


def _accept(world: World, order: Order) -> Order:
    order.order_id = new_order_id(world)
    score = PayScore.of(world)
    if order.key in score.reserved:
        raise reentry_refused()
    score.orders[order.key] = order
    world.at(world.now() + _EXPIRES, "payscore.expire", {"order": order.key})
    return order


def new_order_id(world: World) -> str:
    """Return a new number of 31 digits that carry the Beijing second, as merchants see them."""
    return f"1000000000{fourteen_digits(world.now())}{world.ids.digits('order_id', 7)}"


async def expire(world: World, payload: dict[str, Any]) -> None:
    """End an order that nobody confirmed within 30 days."""
    score = PayScore.of(world)
    order = score.orders[payload["order"]]
    if order.state == CREATED:
        score.finish(order, "EXPIRED", world.now())


async def query(call: Call) -> Answer:
    """Answer the whole entity by out_order_no or, exclusively, by query_id."""
    fields = Fields.query(call)
    who = party(call, fields, with_appid=not is_partner(call))
    number = fields.maybe_text("out_order_no", 32)
    query_id = fields.maybe_text("query_id", 64)
    if (number is None) == (query_id is None):
        raise fields.error("out_order_no", "out_order_no与query_id必须且只能传一个")
    key = who.key(number) if number else PayScore.of(call.world).query_ids.get(query_id or "", "")
    return json_answer(full(call.world, found(call, who, key)))


def found(call: Call, who: Party, key: str) -> Order:
    """Return the order stored under ``key`` if it is this party's; 404 otherwise."""
    world = call.world
    order = PayScore.of(world).orders.get(key)
    delay = timedelta(seconds=world.switches.number("queryable_after_s"))
    if (
        order is None
        or order.service_id != who.service_id
        or order.sub_mchid != who.sub_mchid
        or (order.mchid, who.appid or order.appid) != (who.mchid, order.appid)
        or world.now() < order.created_at + delay
    ):
        raise WeChatPayError(404, "ORDER_NOT_EXIST", "订单不存在")
    return order


def routes() -> tuple[Route, ...]:
    """Return create and query in both forms."""
    return tuple(
        Route(method, path, handler, Plane.PAY)
        for path in ("/v3/payscore/serviceorder", "/v3/payscore/partner/serviceorder")
        for method, handler in (("POST", create), ("GET", query))
    )
