"""For whom a call is made: a direct merchant, or a service provider (partner) acting for a school.

Every difference of path and body between the two is here. Source: the partner forms of Pay Score, plans and JSAPI at
pay.weixin.qq.com/doc/v3/partner. Whatever is signed is signed by the provider; the school is named by sub_mchid, and
by sub_appid where the learner uses the school's own app.
"""

from typing import Any
from urllib.parse import quote

from models.merchant import Channel

Json = dict[str, Any]


def _kept(**values: str | None) -> Json:
    return {name: value for name, value in values.items() if value is not None}


def _segment(value: str) -> str:
    return quote(value, safe="")


def creator(channel: Channel) -> Json:
    """Name the parties of something being created."""
    return _kept(
        service_id=channel.service_id,
        appid=channel.appid,
        sub_mchid=channel.sub_mchid,
        sub_appid=channel.sub_appid,
    )


def reference(channel: Channel) -> Json:
    """Name the parties of something that exists: partners give no appid here."""
    if channel.sub_mchid:
        return _kept(service_id=channel.service_id, sub_mchid=channel.sub_mchid)
    return _kept(service_id=channel.service_id, appid=channel.appid)


def school(channel: Channel) -> Json:
    """Name the school where nothing else is asked for: a refund's body, or the query of a plan."""
    return _kept(sub_mchid=channel.sub_mchid)


def person(channel: Channel, openid: str) -> Json:
    """Name the learner: by the school's app where it has one, else by ours. Never by both."""
    return {"sub_openid" if channel.sub_appid else "openid": openid}


def jumping_appid(channel: Channel) -> str:
    """Return the app that may open WeChat's pages for this order: the school's where it was named at creation."""
    return channel.sub_appid or channel.appid


def permissions_path(channel: Channel) -> str:
    """Where an authorization is applied for."""
    return "/v3/payscore/partner/permissions" if channel.sub_mchid else "/v3/payscore/permissions"


def permission_query(channel: Channel, openid: str) -> tuple[str, Json]:
    """Where, and with which parameters, a learner's permission is asked for."""
    if channel.sub_mchid:
        return f"{permissions_path(channel)}/search", creator(channel) | person(channel, openid)
    return f"{permissions_path(channel)}/openid/{_segment(openid)}", reference(channel)


def permission_end(channel: Channel, openid: str) -> tuple[str, Json]:
    """Where, and with which body, a learner's permission is ended from our side."""
    if channel.sub_mchid:
        return f"{permissions_path(channel)}/terminate", creator(channel) | person(channel, openid)
    return f"{permissions_path(channel)}/openid/{_segment(openid)}/terminate", reference(channel)


def service_path(channel: Channel, charge_no: str = "", action: str = "") -> str:
    """Where service orders are created and asked for, or one of them is acted upon."""
    base = "/v3/payscore/partner/serviceorder" if channel.sub_mchid else "/v3/payscore/serviceorder"
    return f"{base}/{_segment(charge_no)}/{action}" if action else base


def plan_path(channel: Channel, plan_no: str = "") -> str:
    """Where plans are created, or one of them is asked for by our number."""
    base = f"/v3/payscore/plan/{_partner(channel)}payscore-plans"
    return f"{base}/merchant-plan-no/{_segment(plan_no)}" if plan_no else base


def sign_plan_path(channel: Channel, plan_no: str = "", action: str = "") -> str:
    """Where plans are offered to a learner, asked for by our number, or acted upon."""
    base = f"/v3/payscore/sign-plan/{_partner(channel)}user-sign-plans"
    found = f"{base}/merchant-sign-plan-no/{_segment(plan_no)}" if plan_no else base
    return f"{found}/{action}" if action else found


def lesson_path(channel: Channel) -> str:
    """Where the service order of one lesson of a signed plan is created."""
    return f"/v3/payscore/sign-plan/{_partner(channel)}serviceorder"


def payment_path(channel: Channel, payment_no: str = "", action: str = "") -> str:
    """Where ordinary payments are created, asked for by our number, or acted upon."""
    base = "/v3/pay/partner/transactions" if channel.sub_mchid else "/v3/pay/transactions"
    if not payment_no:
        return f"{base}/jsapi"
    found = f"{base}/out-trade-no/{_segment(payment_no)}"
    return f"{found}/{action}" if action else found


def payee(channel: Channel) -> Json:
    """Name who is paid by an ordinary payment that exists."""
    if channel.sub_mchid:
        return _kept(sp_mchid=channel.mchid, sub_mchid=channel.sub_mchid)
    return _kept(mchid=channel.mchid)


def payment_parties(channel: Channel, openid: str) -> Json:
    """Name who pays whom in an ordinary payment being created."""
    if not channel.sub_mchid:
        return payee(channel) | {"appid": channel.appid, "payer": {"openid": openid}}
    payer = {"sub_openid" if channel.sub_appid else "sp_openid": openid}
    return payee(channel) | _kept(sp_appid=channel.appid, sub_appid=channel.sub_appid) | {"payer": payer}


def refund_path(refund_no: str = "") -> str:
    """Where refunds are asked for, Pay Score's and ordinary ones alike."""
    base = "/v3/refund/domestic/refunds"
    return f"{base}/{_segment(refund_no)}" if refund_no else base


def abnormal_refund_path(refund_id: str) -> str:
    """Where a refund its account does not take is sent to another one; named by WeChat's own number."""
    return f"/v3/refund/domestic/refunds/{_segment(refund_id)}/apply-abnormal-refund"


def _partner(channel: Channel) -> str:
    return "partner/" if channel.sub_mchid else ""
