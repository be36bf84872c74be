"""Authorization by the merchant's side: apply, query, terminate.

Sources:
- "API列表" of 免确认,
  pay.weixin.qq.com/docs/merchant/products/weixin-pay-score-no-confirm/apilist.html
- "商户预授权",
  pay.weixin.qq.com/docs/merchant/apis/weixin-pay-score-no-confirm/apply-permissions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator.errors import WeChatPayError
from wechat_simulator.fields import Fields
from wechat_simulator.moments import rfc3339_beijing
from wechat_simulator.payscore.party import Party, is_partner, no_auth, party, person
from wechat_simulator.payscore.state import PayScore, Permission
from wechat_simulator.payscore.tell import tell_permission
from wechat_simulator.payscore.tickets import new_ticket
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer, no_content

if TYPE_CHECKING:
    from wechat_simulator.users import User

CODE = r"[0-9A-Za-z_\-|*]+"
_REENTRY = 271316598
_TOKEN_S = 3600


async def apply(call: Call) -> Answer:
    """Pre-authorise: the same code with the same parameters gives a further token."""
    fields = Fields.body(call)
    who = party(call, fields)
    if who.service.kind != "no_confirm":
        raise no_auth("此服务未开通免确认权限")
    asked = Permission(
        mchid=who.mchid,
        service_id=who.service_id,
        appid=who.appid,
        authorization_code=fields.text("authorization_code", 32, CODE),
        notify_url=fields.maybe_notify_url(),
        sub_mchid=who.sub_mchid,
        sub_appid=who.sub_appid,
    )
    known = PayScore.of(call.world).permissions.setdefault(asked.key, asked)
    if _terms(known) != _terms(asked):
        raise WeChatPayError(400, "PARAM_ERROR", "授权协议号重入参数校验失败", numeric=_REENTRY)
    token = new_ticket(call.world, "wxpayScoreEnable", asked.key, _TOKEN_S, "permission_token")
    return json_answer({"apply_permissions_token": token})


def _terms(permission: Permission) -> tuple[str | None, ...]:
    p = permission
    return p.service_id, p.appid, p.sub_mchid, p.sub_appid, p.notify_url


async def query_by_code(call: Call) -> Answer:
    """Answer the state of one authorization code; UNBINDUSER until somebody accepts."""
    who = party(call, Fields.query(call), with_appid=False)
    return json_answer(_view(call, _by_code(call, who), by_code=True))


async def query_by_openid(call: Call) -> Answer:
    """Answer whether the user authorised the service; 404 when he never did."""
    who, user = _who_and_user(call, Fields.query(call))
    return json_answer(_view(call, _by_user(call, who, user), by_code=False))


async def terminate_by_code(call: Call) -> Answer:
    """End the authorization that was made with this code."""
    fields = Fields.body(call)
    who = party(call, fields, with_appid=False)
    fields.text("reason", 50)
    permission = _by_code(call, who)
    _end(call, permission)
    return no_content()


async def terminate_by_openid(call: Call) -> Answer:
    """End the user's authorization at this service."""
    fields = Fields.body(call)
    who, user = _who_and_user(call, fields)
    fields.text("reason", 50)
    _end(call, _by_user(call, who, user))
    return no_content()


def _who_and_user(call: Call, fields: Fields) -> tuple[Party, User]:
    who = party(call, fields)
    if is_partner(call):
        return who, person(call, who, fields)
    user = call.world.users.by_openid(who.appid, call.params["openid"])
    if user is None:
        raise _unknown()
    return who, user


def _by_code(call: Call, who: Party) -> Permission:
    key = who.key(call.params["authorization_code"])
    permission = PayScore.of(call.world).permissions.get(key)
    if permission is None or permission.service_id != who.service_id:
        raise _unknown()
    if permission.sub_mchid != who.sub_mchid:
        raise _unknown()
    return permission


def _by_user(call: Call, who: Party, user: User) -> Permission:
    permission = PayScore.of(call.world).latest_permission(who, user.user_id)
    if permission is None:
        raise _unknown()
    return permission


def _unknown() -> WeChatPayError:
    return WeChatPayError(404, "ORDER_NOT_EXIST", "请求操作的授权记录不存在")


def _end(call: Call, permission: Permission) -> None:
    world, score = call.world, PayScore.of(call.world)
    user_id = permission.user_id
    if user_id is None or score.latest_permission(permission, user_id) is not permission:
        raise _refused("商户解除授权的授权码不是这个用户签约的授权")
    if permission.state != "AVAILABLE":
        if world.switches.text("terminate_again") == "allow":
            return
        raise _refused("授权已解除")
    if any(o.service_id == permission.service_id for o in score.open_orders(user_id)):
        raise _refused("存在未完成订单")
    close(call, permission)


def close(call: Call, permission: Permission) -> None:
    """Take the authorization out of force by the merchant's wish."""
    permission.state, permission.cancelled_at = "UNAVAILABLE", call.world.now()
    if call.world.switches.flag("close_notice_after_terminate"):
        tell_permission(call.world, permission, "USER_CLOSE_SERVICE")


def _refused(message: str) -> WeChatPayError:
    return WeChatPayError(400, "INVALID_REQUEST", message)


def _view(call: Call, permission: Permission, *, by_code: bool) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "service_id": permission.service_id,
        "appid": permission.appid,
        "mchid": permission.mchid,
        "sub_mchid": permission.sub_mchid,
        "sub_appid": permission.sub_appid,
        "authorization_state": permission.state,
        "authorization_code": permission.authorization_code,
    }
    if by_code:
        plain["notify_url"] = permission.notify_url
    if permission.user_id is not None:
        openids = call.world.users.users[permission.user_id].openids
        plain["openid"] = openids[permission.appid]
        plain["sub_openid"] = openids[permission.sub_appid] if permission.sub_appid else None
        if call.world.switches.flag("show_risk_level"):
            plain |= _risk(call.world.users.users[permission.user_id])
    if permission.success_at is not None:
        moment = rfc3339_beijing(permission.success_at, milliseconds=True)
        plain["authorization_success_time"] = moment
    if permission.cancelled_at is not None:
        moment = rfc3339_beijing(permission.cancelled_at, milliseconds=True)
        plain["cancel_authorization_time"] = moment
    return {key: value for key, value in plain.items() if value is not None}


def _risk(user: User) -> dict[str, int]:
    classes = ((750, 1), (650, 2), (600, 3))
    level = next((level for score, level in classes if user.score >= score), 4)
    return {"user_risk_level": level, "risk_level_version": 1}


def routes() -> tuple[Route, ...]:
    """Return the merchant's and the partner's forms."""
    base, partner = "/v3/payscore/permissions", "/v3/payscore/partner/permissions"
    code = "/authorization-code/{authorization_code}"
    table = (
        ("POST", base, apply),
        ("GET", base + code, query_by_code),
        ("GET", base + "/openid/{openid}", query_by_openid),
        ("POST", base + code + "/terminate", terminate_by_code),
        ("POST", base + "/openid/{openid}/terminate", terminate_by_openid),
        ("POST", partner, apply),
        ("GET", partner + "/search", query_by_openid),
        ("GET", partner + code, query_by_code),
        ("POST", partner + code + "/terminate", terminate_by_code),
        ("POST", partner + "/terminate", terminate_by_openid),
    )
    return tuple(Route(method, path, handler, Plane.PAY) for method, path, handler in table)
