"""Creating and completing an order in one step, for services allowed to.

Source: "创单结单合并", pay.weixin.qq.com/doc/v3/merchant/4012924361
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator.fields import Fields
from wechat_simulator.payscore import items
from wechat_simulator.payscore.closing import collect
from wechat_simulator.payscore.create import NUMBER, new_order_id, reentry_refused
from wechat_simulator.payscore.entity import completed
from wechat_simulator.payscore.party import Party, no_auth, party, person
from wechat_simulator.payscore.state import Order, PayScore
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer

if TYPE_CHECKING:
    from wechat_simulator.users import User


async def direct_complete(call: Call) -> Answer:
    """Charge an authorised user for a service that is already over; no risk evaluation."""
    fields = Fields.body(call)
    who = party(call, fields)
    if who.service.kind != "no_confirm" or not who.service.direct_complete:
        raise no_auth("商户暂无直接完结权限")
    user = person(call, who, fields)
    asked = _read(call, fields, who, user)
    score = PayScore.of(call.world)
    known = score.orders.get(asked.key)
    if known is not None:
        if known.request != asked.request:
            raise reentry_refused()
        return json_answer(completed(call.world, known))
    if score.authorized(who, user.user_id) is None:
        raise no_auth("用户未授权此服务")
    asked.order_id = new_order_id(call.world)
    score.orders[asked.key] = asked
    score.begin(asked, user.user_id, call.world.now())
    collect(call.world, asked, asked.total_amount or 0)
    return json_answer(completed(call.world, asked))


def _read(call: Call, fields: Fields, who: Party, user: User) -> Order:
    paid, off = items.payments(fields, 1), items.discounts(fields, final=True)
    amount = items.total(fields, paid, off)
    if amount > who.service.risk_cap_fen:
        raise items.over_cap("完结金额超过此服务的服务风险金额")
    planned = items.planned_times(fields)
    now = call.world.now()
    asked = Order(
        mchid=who.mchid,
        sub_mchid=who.sub_mchid,
        sub_appid=who.sub_appid,
        out_order_no=fields.text("out_order_no", 32, NUMBER),
        order_id="",
        mode="direct",
        service_id=who.service_id,
        appid=who.appid,
        service_introduction=fields.text("service_introduction", 20),
        created_at=now,
        request={},
        post_payments=paid,
        post_discounts=off,
        total_amount=amount,
        time_range=items.real_times(fields, {"start_time": planned["start_time"]}, now, now),
        location=items.location(fields),
        attach=fields.maybe_text("attach", 256),
        notify_url=fields.notify_url() if amount else fields.maybe_notify_url(),
        profit_sharing=fields.flag("profit_sharing", default=False),
    )
    asked.request = _terms(asked) | {
        "user": user.user_id,
        "goods_tag": fields.maybe_text("goods_tag", 32),
    }
    asked.completion = asked.request
    return asked


def _terms(order: Order) -> dict[str, Any]:
    names = (
        *("service_id", "appid", "sub_mchid", "sub_appid", "service_introduction", "time_range"),
        *("post_payments", "post_discounts", "total_amount", "location", "attach", "notify_url"),
        "profit_sharing",
    )
    return {name: getattr(order, name) for name in names}


def routes() -> tuple[Route, ...]:
    """Return the call in both forms."""
    bases = ("/v3/payscore/serviceorder", "/v3/payscore/partner/serviceorder")
    return tuple(
        Route("POST", f"{base}/direct-complete", direct_complete, Plane.PAY) for base in bases
    )
