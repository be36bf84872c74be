"""wechatpy 1.8.18, a client nobody here wrote, works unchanged but for the address.

Its addresses are written out in its code; a transport adapter of requests, mounted on the client's
own session, carries them to the simulator. It is synchronous, so each story runs in a thread.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from requests.adapters import HTTPAdapter

from people import event, inbox, say, subscribe

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from wechatpy import WeChatClient
    from wechatpy.client.api import WeChatWxa
    from wechatpy.exceptions import WeChatClientException

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

    from merchant_client import Control

WEIXIN = "https://api.weixin.qq.com"
DATA = {
    "thing1": {"value": "思维课第3节"},
    "amount2": {"value": "￥100.00"},
    "time3": {"value": "2026-03-01 12:00"},
    "thing4": {"value": "谢谢"},
}


class Detour(HTTPAdapter):
    """Sends what is meant for WeChat to the simulator."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        assert request.url is not None
        request.url = request.url.replace(WEIXIN, self._url)
        return super().send(request, *args, **kwargs)


Story = Callable[[Any], Any]


@pytest.fixture
async def apps(control: Control) -> Any:
    return (await control.get("/_sim/credentials"))["apps"]


async def told(control: Control, app: Any, story: Story, **settings: Any) -> Any:
    """Run the story with a client of the app, outside the event loop."""

    def run() -> Any:
        client = WeChatClient(app["appid"], app["secret"], timeout=10, **settings)
        session = client._http  # noqa: SLF001 - it has no public name
        session.mount(WEIXIN, Detour(control.url))
        with session:
            return story(client)

    return await asyncio.to_thread(run)


async def refused(control: Control, app: Any, story: Story) -> int:
    with pytest.raises(WeChatClientException) as caught:
        await told(control, app, story)
    return int(caught.value.errcode)


async def test_it_fetches_a_token_and_keeps_it(control: Control, apps: Any) -> None:
    def story(client: Any) -> Any:
        answer = client.fetch_access_token()
        return answer, client.access_token, client.misc.get_wechat_ips()

    answer, kept, addresses = await told(control, apps[1], story)
    assert answer["access_token"] == kept
    assert answer["expires_in"] == 7200
    assert addresses == ["127.0.0.1"]


async def test_a_wrong_secret_is_its_client_exception(control: Control, apps: Any) -> None:
    app = {**apps[1], "secret": "0" * 32}
    assert await refused(control, app, lambda client: client.fetch_access_token()) == 40125


async def test_it_renews_an_expired_token_by_itself(control: Control, apps: Any) -> None:
    user = await control.user()
    openid = user["openids"][apps[1]["appid"]]
    loop = asyncio.get_running_loop()

    def story(client: Any) -> Any:
        before = client.access_token
        asyncio.run_coroutine_threadsafe(control.advance(7200), loop).result(10)
        follower = client.user.get(openid)
        return before, client.access_token, follower

    before, after, follower = await told(control, apps[1], story)
    assert before != after
    assert follower["subscribe"] == 1


async def test_customer_service_messages(control: Control, apps: Any) -> None:
    user = await control.user()
    openid = user["openids"][apps[1]["appid"]]
    send: Story = lambda client: client.message.send_text(openid, "第3节已扣款")  # noqa: E731
    assert await refused(control, apps[1], send) == 45015
    await say(control, user)

    def story(client: Any) -> Any:
        client.message.send_text(openid, "第3节已扣款")
        client.message.send_image(openid, "media-1")
        menu = {
            "head_content": "满意吗",
            "list": [{"id": "1", "content": "满意"}],
            "tail_content": "",
        }
        client.message.send_msg_menu(openid, menu)
        return client.message.send_articles(
            openid, [{"title": "课程", "description": "", "url": "https://e.com", "image": ""}]
        )

    assert (await told(control, apps[1], story))["errcode"] == 0
    kinds = [message["content"]["msgtype"] for message in await inbox(control, user)]
    assert kinds == ["text", "image", "msgmenu", "news"]


async def test_template_messages(control: Control, apps: Any) -> None:
    user = await control.user()
    openid = user["openids"][apps[1]["appid"]]
    template_id = apps[1]["templates"][0]["template_id"]
    data = {name: DATA[name] for name in ("thing1", "amount2", "time3")}
    page = {"appid": apps[0]["appid"], "pagepath": "pages/orders"}
    send: Story = lambda client: client.message.send_template(  # noqa: E731
        openid, template_id, data, mini_program=page
    )
    sent = await told(control, apps[1], send)
    assert (sent["errcode"], isinstance(sent["msgid"], int)) == (0, True)
    assert (await inbox(control, user))[0]["content"]["miniprogram"] == page
    await event(control, user, "unsubscribe")
    assert await refused(control, apps[1], send) == 43004


async def test_notifications_of_the_account(control: Control, apps: Any) -> None:
    user = await control.user()
    openid = user["openids"][apps[1]["appid"]]
    template_id = apps[1]["templates"][0]["template_id"]
    data = {name: DATA[name] for name in ("thing1", "amount2", "time3")}
    send: Story = lambda client: client.message.send_subscribe_message(  # noqa: E731
        openid, template_id, data, page="https://example.com/"
    )
    assert await refused(control, apps[1], send) == 43101
    await subscribe(control, user, template_id, appid=apps[1]["appid"])
    assert (await told(control, apps[1], send))["errcode"] == 0


async def test_followers(control: Control, apps: Any) -> None:
    users = [await control.user() for _ in range(3)]
    openids = [user["openids"][apps[1]["appid"]] for user in users]

    def story(client: Any) -> Any:
        one = client.user.get(openids[0])
        batch = client.user.get_batch(openids)
        return one, batch, list(client.user.iter_followers())

    one, batch, everyone = await told(control, apps[1], story)
    assert one["unionid"] == users[0]["unionid"]
    assert [row["openid"] for row in batch] == everyone == openids
    get: Story = lambda client: client.user.get("nobody")  # noqa: E731
    assert await refused(control, apps[1], get) == 40003


async def test_qr_codes(control: Control, apps: Any) -> None:
    wish = {
        "expire_seconds": 1800,
        "action_name": "QR_STR_SCENE",
        "action_info": {"scene": {"scene_str": "bind"}},
    }
    made = await told(control, apps[1], lambda client: client.qrcode.create(wish))
    assert made["expire_seconds"] == 1800
    assert made["ticket"]


async def test_its_mini_program_calls(control: Control, apps: Any) -> None:
    user = await control.user()
    openid = user["openids"][apps[0]["appid"]]
    path = f"/_sim/users/{user['user_id']}/login"
    code = (await control.post(path, {"appid": apps[0]["appid"]}))["code"]
    template_id = apps[0]["templates"][0]["template_id"]
    await subscribe(control, user, template_id)

    def story(client: Any) -> Any:
        wxa = WeChatWxa(client)
        session = wxa.code_to_session(code)
        sent = wxa.send_subscribe_message(openid, template_id, DATA, page="pages/orders")
        image = wxa.get_wxa_code_unlimited("bind=1", page="pages/index")
        checked = wxa.check_text_security("老师讲得很好")
        return session, sent, image, checked

    session, sent, image, checked = await told(control, apps[0], story)
    assert (session["openid"], session["unionid"]) == (openid, user["unionid"])
    assert sent["errcode"] == checked["errcode"] == 0
    assert image.content.startswith(b"\x89PNG")
    again: Story = lambda client: WeChatWxa(client).code_to_session(code)  # noqa: E731
    assert await refused(control, apps[0], again) == 40163
