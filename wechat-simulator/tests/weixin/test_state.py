"""This side's state survives a restart of the simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from merchant_client import Control
from people import event, inbox, say, subscribe
from wechat_simulator.server import Simulator
from wechat_simulator.state import StateFolder
from weixin_client import Weixin

if TYPE_CHECKING:
    from pathlib import Path

    from wechat_simulator.keys import KeyRing


async def test_everything_comes_back(tmp_path: Path, keys: KeyRing) -> None:
    folder = StateFolder(tmp_path)
    async with Simulator(keys=keys, state=folder) as sim, Control(sim.url) as control:
        await control.post("/_sim/clock", {"running": False})
        mp, oa = (
            await Weixin.of(control, "miniprogram"),
            await Weixin.of(control, "official_account"),
        )
        user = await control.user()
        login = await control.post(f"/_sim/users/{user['user_id']}/login", {"appid": mp.appid})
        session = await mp.login(login["code"])
        await say(control, user)
        await subscribe(control, user, mp.template("扣款成功通知"))
        await event(control, user, "user_enter_tempsession", appid=mp.appid)
        await oa.post(
            "/cgi-bin/message/custom/send",
            {"touser": user["openids"][oa.appid], "msgtype": "text", "text": {"content": "在"}},
        )
        before = await control.get("/_sim/world")
    async with Simulator(keys=keys, state=folder) as sim, Control(sim.url) as control:
        after = await control.get("/_sim/world")
        assert after["parts"] == before["parts"]
        again = Weixin(control, mp.app)
        assert (await again.renew())["access_token"] == mp.token
        assert (await again.login(login["code"]))["errcode"] == 40163
        assert len(await inbox(control, user)) == 1
        assert session["session_key"] in str(after["parts"])
