"""Complaints 2.0: users complain, merchants read, reply and settle.

Source: "查询投诉单列表", pay.weixin.qq.com/docs/merchant/products/consumer-complaint/apilist.html
"""

from __future__ import annotations

from wechat_simulator.complaints import addresses, images, people, reading, replies
from wechat_simulator.complaints.entity import IMAGES
from wechat_simulator.complaints.state import Complaints
from wechat_simulator.surface import Plane, Route, Surface

_BASE = "/v3/merchant-service/complaints-v2"
_ADDRESS = "/v3/merchant-service/complaint-notifications"
_ONE = f"{_BASE}/{{complaint_id}}"


def surface() -> Surface:
    """Return the merchants' routes and the users' control call."""
    return Surface(
        routes=(
            Route("GET", _BASE, reading.listed, Plane.PAY),
            Route("GET", _ONE, reading.detail, Plane.PAY),
            Route("GET", f"{_ONE}/negotiation-historys", reading.history, Plane.PAY),
            Route("POST", f"{_ONE}/response", replies.respond, Plane.PAY),
            Route("POST", f"{_ONE}/response-immediate-service", replies.respond_at_once, Plane.PAY),
            Route("POST", f"{_ONE}/complete", replies.complete, Plane.PAY),
            Route("POST", f"{_ONE}/update-refund-progress", replies.decide_refund, Plane.PAY),
            Route("POST", f"{IMAGES}/upload", images.upload, Plane.PAY),
            Route("GET", f"{IMAGES}/{{media_id}}", images.download, Plane.PAY),
            Route("POST", _ADDRESS, addresses.create, Plane.PAY),
            Route("GET", _ADDRESS, addresses.read, Plane.PAY),
            Route("PUT", _ADDRESS, addresses.update, Plane.PAY),
            Route("DELETE", _ADDRESS, addresses.delete, Plane.PAY),
            Route("POST", "/_sim/users/{user_id}/complain", people.complain, Plane.CONTROL),
        ),
        parts=(Complaints,),
    )
