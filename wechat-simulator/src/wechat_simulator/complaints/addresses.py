"""``/v3/merchant-service/complaint-notifications``: where notices about complaints go."""

from __future__ import annotations

from urllib.parse import urlsplit

from wechat_simulator.complaints.state import Complaints
from wechat_simulator.errors import WeChatPayError
from wechat_simulator.fields import Fields
from wechat_simulator.surface import Answer, Call, json_answer, no_content

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


async def create(call: Call) -> Answer:
    """Set the address for the first time; a second time is refused [N]."""
    if call.merchant.mchid in Complaints.of(call.world).addresses:
        raise WeChatPayError(400, "INVALID_REQUEST", "投诉通知回调地址已存在，请使用更新接口")
    return _set(call)


async def update(call: Call) -> Answer:
    """Change the address."""
    _known(call)
    return _set(call)


async def read(call: Call) -> Answer:
    """Answer the address."""
    return json_answer({"mchid": call.merchant.mchid, "url": _known(call)})


async def delete(call: Call) -> Answer:
    """Want no more notices."""
    _known(call)
    del Complaints.of(call.world).addresses[call.merchant.mchid]
    return no_content()


def _set(call: Call) -> Answer:
    body = Fields.body(call)
    url = body.text("url", 255)
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not (parts.scheme == "https" or local) or "?" in url:
        raise body.error("url", "应为https地址且不允许携带参数")
    Complaints.of(call.world).addresses[call.merchant.mchid] = url
    return json_answer({"mchid": call.merchant.mchid, "url": url})


def _known(call: Call) -> str:
    url = Complaints.of(call.world).addresses.get(call.merchant.mchid)
    if url is None:
        raise WeChatPayError(404, "RESOURCE_NOT_EXISTS", "投诉通知回调地址不存在")
    return url
