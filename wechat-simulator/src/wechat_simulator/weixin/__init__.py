"""WeChat apart from money: Mini Program login, tokens, messages, links and the message push.

Pure rules (time and randomness are arguments) stand in modules without I/O; the HTTP surface and
the pusher use them. An *app* is one account on the platform: a Mini Program or an Official Account.
"""

from __future__ import annotations

from wechat_simulator.surface import Surface
from wechat_simulator.weixin import (
    api_custom,
    api_links,
    api_login,
    api_quota,
    api_robot,
    api_safety,
    api_subscribe,
    api_template,
    api_token,
    api_user,
    control_chat,
    control_menu,
    control_people,
    control_scan,
    control_server,
    control_subscribe,
    pusher,
)
from wechat_simulator.weixin.api_links import Links
from wechat_simulator.weixin.api_quota import Resets
from wechat_simulator.weixin.api_robot import Robots
from wechat_simulator.weixin.chats import Chats
from wechat_simulator.weixin.control_menu import Menus
from wechat_simulator.weixin.deliveries import Deliveries
from wechat_simulator.weixin.rates import Rates
from wechat_simulator.weixin.servers import Servers
from wechat_simulator.weixin.sessions import Sessions
from wechat_simulator.weixin.settings import SWITCHES
from wechat_simulator.weixin.subscriptions import Busy, Subscriptions
from wechat_simulator.weixin.tokens import Tokens
from wechat_simulator.weixin.traits import Traits

_MODULES = (
    api_custom,
    api_links,
    api_login,
    api_robot,
    api_safety,
    api_subscribe,
    api_template,
    api_token,
    api_user,
    control_chat,
    control_menu,
    control_people,
    control_scan,
    control_server,
    control_subscribe,
    api_quota,  # last: its final routes catch every unknown path
)
_PARTS = (
    Busy,
    Chats,
    Deliveries,
    Links,
    Menus,
    Rates,
    Resets,
    Robots,
    Servers,
    Sessions,
    Subscriptions,
    Tokens,
    Traits,
)


def surface() -> Surface:
    """Return everything this side adds."""
    return Surface(
        routes=tuple(route for module in _MODULES for route in module.routes()),
        parts=_PARTS,
        events={pusher.PUSH_EVENT: pusher.on_push, pusher.RELEASE_EVENT: pusher.on_release},
        switches=SWITCHES,
    )
