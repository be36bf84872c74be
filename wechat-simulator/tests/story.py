"""One story that touches every part of a world and makes WeChat tell everything it can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from developer import Developer
from people import event, say, subscribe
from plan_steps import Course
from weixin_client import Weixin

if TYPE_CHECKING:
    from school import School
    from shop import Shop


async def everything(school: School, shop: Shop) -> None:
    """Play one story in which WeChat tells everything it can tell."""
    address = {"url": school.receiver.url}
    await school.pay.call("POST", "/v3/merchant-service/complaint-notifications", address)
    user = await shop.user()
    await school.authorize(user)
    await school.complete((await school.open_order(user))["out_order_no"])
    body = await school.need_confirm_order()
    package = (await school.post("/v3/payscore/serviceorder", body)).json["package"]
    await school.view(user, "wxpayScoreUse", {"package": package})
    course = Course(school, user, [(200, 150)])
    await course.sign()
    acts = f"/_sim/users/{user['user_id']}"
    wish = {"sign_plan_id": course.signed["sign_plan_id"]}
    await school.control.post(f"{acts}/cancel-sign-plan", wish)
    await school.control.post(f"{acts}/close-service", {"service_id": school.no_confirm})
    paid = await shop.buy(user)
    for number, outcome in enumerate(("abnormal", "closed", "")):
        if outcome:
            await school.control.post("/_sim/faults", {"target": "refund:*", "kind": outcome})
        assert (await shop.refund(paid, 100, f"R{number}")).status == 200
        await school.control.advance(60)
    told = {"transaction_id": paid, "detail": "退款"}
    complaint = (await school.control.post(f"{acts}/complain", told))["complaint_id"]
    more = {"complaint_id": complaint, "action": "respond", "text": "还没退"}
    await school.control.post(f"{acts}/complain", more)
    await school.settle()


async def conversation(school: School) -> None:
    """Play the Mini Program and Official Account side: login, chat, messages, links."""
    control, user = school.control, await school.control.user(nickname="小明")
    mp, oa = await Weixin.of(control, "miniprogram"), await Weixin.of(control, "official_account")
    login = await control.post(f"/_sim/users/{user['user_id']}/login", {"appid": mp.appid})
    await mp.login(login["code"])
    async with Developer(control, oa.app) as developer:
        await developer.configure()
        await say(control, user)
    await event(control, user, "user_enter_tempsession", appid=mp.appid)
    await subscribe(control, user, mp.template("扣款成功通知"))
    openid = user["openids"][oa.appid]
    text = {"touser": openid, "msgtype": "text", "text": {"content": "在"}}
    await oa.post("/cgi-bin/message/custom/send", text)
    await mp.post("/wxa/generate_urllink", {"path": "", "query": "", "is_expire": False})
    await oa.post("/cgi-bin/clear_quota", {"appid": oa.appid})
    await control.post("/_sim/switches", {"deduction_delay_s": 7})
    await control.post("/_sim/faults", {"target": "push:say", "kind": "lost"})
    menu = {"button": [{"name": "课程", "type": "click", "key": "COURSES"}]}
    await control.post(f"/_sim/apps/{oa.appid}/menu", menu)
    domain = {"address": "http://127.0.0.1:1"}
    await control.post(f"/_sim/apps/{mp.appid}/request-domain", domain)
    await control.post("/_sim/rotate", {"what": "certificate"})
