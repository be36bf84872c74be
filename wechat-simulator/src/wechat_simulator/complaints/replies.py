"""Merchants acting on complaints: reply, declare it handled, decide on a refund."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wechat_simulator.complaints.images import image_ids
from wechat_simulator.complaints.state import PENDING, PROCESSED, PROCESSING, Complaints, add_step
from wechat_simulator.complaints.tell import tell
from wechat_simulator.errors import WeChatPayError
from wechat_simulator.fields import Fields
from wechat_simulator.surface import Answer, Call, json_answer, no_content

if TYPE_CHECKING:
    from wechat_simulator.complaints.state import Complaint, Step

_HTTPS = r"https://.+"
_MOST_BLOCKS = 20


async def respond(call: Call) -> Answer:
    """Send the user a reply; a complaint that waited is then in progress."""
    complaint, body = _complaint(call), Fields.body(call)
    _check_accused(complaint, body)
    content = body.text("response_content", 200)
    images = image_ids(call, body, "response_images")
    if body.maybe_text("jump_url", 512, _HTTPS):
        body.text("jump_url_text", 10)
    jump = body.maybe_child("mini_program_jump_info")
    if jump is not None:
        for name in ("appid", "path", "text"):
            jump.text(name, 512)
    _replied(call, complaint, content, images)
    return no_content()


async def respond_at_once(call: Call) -> Answer:
    """Answer a complaint that needs immediate service; the same ``idempotent_id`` counts once.

    The answer is the number of the entry in the history (回复需要即时服务的投诉单, 2026.01.22).
    """
    complaint, body = _complaint(call), Fields.body(call)
    _check_accused(complaint, body)
    number, said = body.text("idempotent_id", 128), _said(body.child("message"))
    if not complaint.need_immediate_service:
        raise WeChatPayError(400, "INVALID_REQUEST", "投诉单不需要即时服务")
    if number not in complaint.answered:
        complaint.answered[number] = _replied(call, complaint, said, []).log_id
    return json_answer({"log_id": complaint.answered[number]})


def _said(message: Fields) -> str:
    if message.has("sender_identity"):
        message.word("sender_identity", ("UNKNOWN", "MANUAL", "MACHINE"))
    message.maybe_text("custom_data", 4096)
    blocks = message.children("blocks", 0, _MOST_BLOCKS)
    texts = [block.maybe_child("text") for block in blocks]
    return "\n".join(said for text in texts if text and (said := text.maybe_text("text", 500)))


def _replied(call: Call, complaint: Complaint, content: str, images: list[str]) -> Step:
    merchant = complaint.complainted_mchid
    step = add_step(
        call.world, complaint, merchant, "MERCHANT_RESPONSE", details=content, images=images
    )
    complaint.waiting_reply = False
    if complaint.state == PENDING:
        complaint.state = PROCESSING
    tell(call.world, complaint, "MERCHANT_RESPONSE")
    return step


async def complete(call: Call) -> Answer:
    """Declare the complaint handled; once it is, the call is refused [N]."""
    complaint, body = _complaint(call), Fields.body(call)
    _check_accused(complaint, body)
    if complaint.state == PROCESSED:
        raise WeChatPayError(400, "INVALID_REQUEST", "投诉单已处理完成，请勿重复操作")
    complaint.state, complaint.waiting_reply = PROCESSED, False
    merchant = complaint.complainted_mchid
    add_step(call.world, complaint, merchant, "MERCHANT_CONFIRM_COMPLETE")
    tell(call.world, complaint, "MERCHANT_CONFIRM_COMPLETE")
    return no_content()


async def decide_refund(call: Call) -> Answer:
    """Approve or reject what the user asked back; the money itself goes by the refund call.

    Approval leaves the complaint in progress until the refund arrives, a rejection ends it [N].
    """
    complaint, body = _complaint(call), Fields.body(call)
    action = body.word("action", ("APPROVE", "REJECT"))
    if complaint.problem_type != "REFUND":
        raise WeChatPayError(400, "INVALID_REQUEST", "仅申请退款类投诉单支持更新退款审批结果")
    body.maybe_text("remark", 200)
    if action == "APPROVE":
        body.maybe_integer("launch_refund_day", 0, 31)
        _decided(call, complaint, "MERCHANT_APPROVE_REFUND", PROCESSING)
    else:
        reason = body.text("reject_reason", 200)
        images = image_ids(call, body, "reject_media_list")
        words = (reason, images)
        _decided(call, complaint, "MERCHANT_REJECT_REFUND", PROCESSED, words)
    return no_content()


# The history spells a rejection this way (published enumeration of operate_type).
_SPELLED = {"MERCHANT_REJECT_REFUND": "MERCHANT_REFUSE_RERUND"}


def _decided(
    call: Call,
    complaint: Complaint,
    action_type: str,
    state: str,
    words: tuple[str, list[str]] = ("", []),
) -> None:
    operate_type = _SPELLED.get(action_type, action_type)
    merchant, (reason, images) = complaint.complainted_mchid, words
    add_step(call.world, complaint, merchant, operate_type, details=reason, images=images)
    complaint.state, complaint.waiting_reply = state, False
    tell(call.world, complaint, action_type)


def _complaint(call: Call) -> Complaint:
    return Complaints.of(call.world).handled_by(call.merchant, call.params["complaint_id"])


def _check_accused(complaint: Complaint, body: Fields) -> None:
    if body.text("complainted_mchid", 64) != complaint.complainted_mchid:
        raise body.error("complainted_mchid", "与投诉单的被诉商户号不一致")
