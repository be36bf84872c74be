"""WeChat apart from money: Mini Program login, tokens, messages, links and the message push.

Pure rules (time and randomness are arguments) stand in modules without I/O; the HTTP surface and
the pusher use them. An *app* is one account on the platform: a Mini Program or an Official Account.
"""

from __future__ import annotations

from wechat_simulator.surface import Surface
from wechat_simulator.weixin import (
    api_login,
    api_token,
    control_chat,
    control_people,
    control_server,
    pusher,
)
from wechat_simulator.weixin.chats import Chats
from wechat_simulator.weixin.deliveries import Deliveries
from wechat_simulator.weixin.rates import Rates
from wechat_simulator.weixin.servers import Servers
from wechat_simulator.weixin.sessions import Sessions
from wechat_simulator.weixin.settings import SWITCHES
from wechat_simulator.weixin.tokens import Tokens
from wechat_simulator.weixin.traits import Traits


def surface() -> Surface:
    """Return everything this side adds."""
    modules = (api_login, api_token, control_chat, control_people, control_server)
    return Surface(
        routes=tuple(route for module in modules for route in module.routes()),
        parts=(Chats, Deliveries, Rates, Servers, Sessions, Tokens, Traits),
        events={pusher.PUSH_EVENT: pusher.on_push, pusher.RELEASE_EVENT: pusher.on_release},
        switches=SWITCHES,
    )
