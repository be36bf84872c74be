"""A complaint and its history as merchants read them.

Source: "查询投诉单详情",
pay.weixin.qq.com/docs/merchant/apis/consumer-complaint/complaints/query-complaint-v2.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator.ledger_index import LedgerIndex
from wechat_simulator.moments import rfc3339_beijing
from wechat_simulator.payscore.state import PayScore
from wechat_simulator.sealed_fields import sealed_for

if TYPE_CHECKING:
    from wechat_simulator.complaints.state import Complaint, Step
    from wechat_simulator.ledger import Entry
    from wechat_simulator.payscore.state import Order
    from wechat_simulator.surface import Call
    from wechat_simulator.world import World

IMAGES = "/v3/merchant-service/images"


def complaint_entity(call: Call, complaint: Complaint) -> dict[str, Any]:
    """Return the detail; the phone is encrypted with the reading merchant's certificate."""
    world = call.world
    plain: dict[str, Any] = {
        "complaint_id": complaint.complaint_id,
        "complaint_time": rfc3339_beijing(complaint.created_at, milliseconds=True),
        "complaint_detail": complaint.detail,
        "complaint_state": complaint.state,
        "complainted_mchid": complaint.complainted_mchid,
        "payer_phone": sealed_for(world, call.merchant, complaint.phone),
        "payer_openid": complaint.openid,
        "complaint_order_info": _orders(world, complaint),
        "service_order_info": _services(world, complaint),
        "complaint_media_list": media(call, "USER_COMPLAINT_IMAGE", complaint.images),
        "complaint_full_refunded": full_refunded(world, complaint),
        "incoming_user_response": complaint.waiting_reply,
        "problem_description": complaint.problem_description,
        "user_complaint_times": complaint.times,
        "problem_type": complaint.problem_type,
        "user_tag_list": complaint.tags,
        "in_platform_service": complaint.in_platform_service,
        "need_immediate_service": complaint.need_immediate_service,
        "is_agent_mode": False,
    }
    if complaint.apply_refund_amount is not None:
        plain["apply_refund_amount"] = complaint.apply_refund_amount
    return plain


def media(call: Call, kind: str, ids: list[str]) -> list[dict[str, Any]]:
    """Return a media list with one element, or none without pictures."""
    host = call.headers.get("Host", "127.0.0.1")
    urls = [f"http://{host}{IMAGES}/{media_id}" for media_id in ids]
    return [{"media_type": kind, "media_url": urls}] if urls else []


def payment_of(world: World, complaint: Complaint) -> Entry | None:
    """Return the payment complained about, also one made after the complaint, or None."""
    if complaint.transaction_id is not None:
        return LedgerIndex.of(world.ledger).paid(complaint.transaction_id)
    order = service_order(world, complaint)
    details = order.collection.details if order and order.collection else []
    numbers = [detail.transaction_id for detail in details if detail.transaction_id]
    return LedgerIndex.of(world.ledger).paid(numbers[0]) if numbers else None


def full_refunded(world: World, complaint: Complaint) -> bool:
    """Return whether all of the payment has gone back."""
    entry = payment_of(world, complaint)
    if entry is None:
        return False
    refunds = LedgerIndex.of(world.ledger).refunds(entry.transaction_id)
    return sum(refund.amount_fen for refund in refunds) >= entry.amount_fen


def service_order(world: World, complaint: Complaint) -> Order | None:
    """Return the Pay Score order complained about, or None."""
    return PayScore.of(world).orders.get(f"{complaint.mchid}|{complaint.out_order_no}")


def _orders(world: World, complaint: Complaint) -> list[dict[str, Any]]:
    entry = payment_of(world, complaint)
    if entry is None:
        return []
    return [
        {
            "transaction_id": entry.transaction_id,
            "out_trade_no": entry.out_trade_no,
            "amount": entry.amount_fen,
        }
    ]


def _services(world: World, complaint: Complaint) -> list[dict[str, str]]:
    order = service_order(world, complaint)
    if order is None:
        return []
    state = "WAITPAY" if order.waiting else order.state
    state = {"CREATED": "DOING", "EXPIRED": "REVOKED"}.get(state, state)
    return [{"order_id": order.order_id, "out_order_no": order.out_order_no, "state": state}]


def step_entity(call: Call, step: Step) -> dict[str, Any]:
    """Return one entry of the negotiation history."""
    pictures = media(call, "OPERATION_IMAGE", step.images)
    plain: dict[str, Any] = {
        "log_id": step.log_id,
        "operator": step.operator,
        "operate_time": rfc3339_beijing(step.at, milliseconds=True),
        "operate_type": step.operate_type,
        "operate_details": step.details,
        "image_list": pictures[0]["media_url"] if pictures else [],
    }
    return plain | ({"complaint_media_list": pictures[0]} if pictures else {})
