"""``POST /_sim/users/{id}/complain``: what the user does about a payment or a service order."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from wechat_simulator.complaints.state import PENDING, Complaint, Complaints, Image, add_step
from wechat_simulator.complaints.tell import tell
from wechat_simulator.errors import ControlError
from wechat_simulator.ledger_index import LedgerIndex
from wechat_simulator.moments import fourteen_digits
from wechat_simulator.payscore.state import PayScore
from wechat_simulator.surface import Answer, Call, json_answer

if TYPE_CHECKING:
    from wechat_simulator.ledger import Entry
    from wechat_simulator.payscore.state import Order
    from wechat_simulator.users import User
    from wechat_simulator.world import World

_USER, _PLATFORM = "投诉人", "微信支付客服"
_PROBLEMS = ("REFUND", "SERVICE_NOT_WORK", "OTHERS")

# action → (who, entry of the history, action_type of the notice)
_ACTIONS = {
    "respond": (_USER, "USER_RESPONSE", "USER_RESPONSE"),
    "continue": (_USER, "USER_CONTINUE_COMPLAINT", "CONTINUE_COMPLAINT"),
    "apply_platform_service": (_USER, *["USER_APPLY_PLATFORM_SERVICE"] * 2),
    "cancel_platform_service": (_USER, *["USER_CANCEL_PLATFORM_SERVICE"] * 2),
    "platform_respond": (_PLATFORM, "PLATFORM_RESPONSE", "RESPONSE_BY_PLATFORM"),
    "finish_platform_service": (_PLATFORM, *["PLATFORM_SERVICE_FINISHED"] * 2),
}


async def complain(call: Call) -> Answer:
    """Begin a complaint, or go on with one (``complaint_id`` and ``action``, see below).

    New: ``transaction_id``, ``out_trade_no`` or ``out_order_no``, ``detail``, and optionally
    ``problem_type``, ``problem_description``, ``apply_refund_amount``, ``phone``, ``tags``,
    ``need_immediate_service``, ``images`` (base64). On: ``respond``, ``continue``,
    ``apply_platform_service``, ``cancel_platform_service``, ``platform_respond``,
    ``finish_platform_service``, each with ``text``.
    """
    world, wish = call.world, call.json()
    user = world.users.get(call.params["user_id"])
    known = "complaint_id" in wish
    complaint = _go_on(world, user, wish) if known else _begin(world, user, wish)
    return json_answer({"complaint_id": complaint.complaint_id, "complaint_state": complaint.state})


def _go_on(world: World, user: User, wish: dict[str, Any]) -> Complaint:
    complaint = Complaints.of(world).complaints.get(str(wish["complaint_id"]))
    if complaint is None or complaint.user_id != user.user_id:
        raise ControlError(f"no complaint {wish['complaint_id']} of this user", status=404)
    action = str(wish.get("action"))
    if action not in _ACTIONS:
        raise ControlError(f"action must be one of {sorted(_ACTIONS)}")
    operator, operate_type, action_type = _ACTIONS[action]
    add_step(world, complaint, operator, operate_type, details=str(wish.get("text", "")))
    _take_effect(complaint, action)
    tell(world, complaint, action_type)
    return complaint


def _take_effect(complaint: Complaint, action: str) -> None:
    if action in ("respond", "continue"):
        complaint.waiting_reply = True
    if action == "continue":
        complaint.state, complaint.times = PENDING, complaint.times + 1
    if action.endswith("platform_service"):
        complaint.in_platform_service = action.startswith("apply")


def _begin(world: World, user: User, wish: dict[str, Any]) -> Complaint:
    problem = str(wish.get("problem_type", "OTHERS"))
    if problem not in _PROBLEMS:
        raise ControlError(f"problem_type must be one of {_PROBLEMS}")
    entry, order = _subject(world, user, wish)
    subject = entry or order
    if subject is None:
        raise ControlError("complain about a transaction_id, out_trade_no or out_order_no")
    asked = wish.get("apply_refund_amount", entry.amount_fen if entry else None)
    complaint = Complaint(
        complaint_id=_complaint_id(world),
        mchid=subject.mchid,
        complainted_mchid=subject.sub_mchid or subject.mchid,
        user_id=user.user_id,
        openid=user.openids[subject.appid],
        phone=str(wish.get("phone", "13800138000")),
        created_at=world.now(),
        detail=str(wish.get("detail", "反馈一个扣费的问题")),
        problem_description=str(wish.get("problem_description", "不满意商家服务")),
        problem_type=problem,
        transaction_id=entry.transaction_id if entry else None,
        out_order_no=order.out_order_no if order else None,
        apply_refund_amount=asked if problem == "REFUND" else None,
        tags=[str(tag) for tag in wish.get("tags", [])],
        need_immediate_service=bool(wish.get("need_immediate_service")),
    )
    complaint.images = _pictures(world, complaint, wish.get("images", []))
    Complaints.of(world).complaints[complaint.complaint_id] = complaint
    first = "USER_CREATE_COMPLAINT"
    add_step(world, complaint, _USER, first, details=complaint.detail, images=complaint.images)
    tell(world, complaint, "CREATE_COMPLAINT")
    return complaint


def _complaint_id(world: World) -> str:
    day = fourteen_digits(world.now())[:8]
    return f"2002018{day}{world.ids.digits('complaint', 12)}"


def _subject(world: World, user: User, wish: dict[str, Any]) -> tuple[Entry | None, Order | None]:
    entry = _payment(world, user, wish)
    number = wish.get("out_order_no") or (entry.out_order_no if entry else None)
    orders = PayScore.of(world).orders.values()
    order = next((o for o in orders if (o.out_order_no, o.user_id) == (number, user.user_id)), None)
    return entry, order


def _payment(world: World, user: User, wish: dict[str, Any]) -> Entry | None:
    if "transaction_id" in wish:
        entry = LedgerIndex.of(world.ledger).paid(str(wish["transaction_id"]))
        return entry if entry is not None and entry.user_id == user.user_id else None
    number = wish.get("out_trade_no")
    return next(
        (
            e
            for e in world.ledger.entries
            if number and (e.out_trade_no, e.user_id, e.kind) == (number, user.user_id, "payment")
        ),
        None,
    )


def _pictures(world: World, complaint: Complaint, images: list[str]) -> list[str]:
    ids = []
    for image in images:
        try:
            base64.b64decode(image, validate=True)
        except (binascii.Error, TypeError, ValueError) as error:
            raise ControlError("images must be base64") from error
        media_id = world.ids.alnum("complaint_image", 64)
        Complaints.of(world).images[media_id] = Image(complaint.mchid, f"{media_id}.jpg", image)
        ids.append(media_id)
    return ids
