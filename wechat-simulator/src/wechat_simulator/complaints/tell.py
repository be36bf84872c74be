"""Notices about complaints: to one address per merchant, on their own schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wechat_simulator.complaints.entity import full_refunded, payment_of
from wechat_simulator.complaints.state import PROCESSED, Complaints, add_step
from wechat_simulator.notifier import notify

if TYPE_CHECKING:
    from wechat_simulator.complaints.state import Complaint
    from wechat_simulator.world import World

_CREATED = "CREATE_COMPLAINT"


def tell(world: World, complaint: Complaint, action_type: str) -> None:
    """Tell who handles the complaint what happened, when it gave an address."""
    url = Complaints.of(world).addresses.get(complaint.mchid)
    if url is None:
        return
    created = action_type == _CREATED
    notify(
        world,
        mchid=complaint.mchid,
        url=url,
        event_type="COMPLAINT.CREATE" if created else "COMPLAINT.STATE_CHANGE",
        original_type="complaint",
        plaintext={"complaint_id": complaint.complaint_id, "action_type": action_type},
        business_key=complaint.complaint_id,
        summary="产生新投诉" if created else "投诉单状态变化",
        schedule="complaint",
    )


def money_went_back(world: World, transaction_id: str) -> None:
    """Write a refund of a payment complained about into the complaint, and tell of it."""
    for complaint in Complaints.of(world).complaints.values():
        entry = payment_of(world, complaint)
        if entry is not None and entry.transaction_id == transaction_id:
            _refunded(world, complaint)


def _refunded(world: World, complaint: Complaint) -> None:
    whole = full_refunded(world, complaint)
    name = "FULL" if whole else "PARTIAL"
    add_step(world, complaint, "系统", f"COMPLAINT_{name}_REFUNDED_SYSTEM_MESSAGE")
    if complaint.problem_type == "REFUND":
        complaint.state = PROCESSED
        tell(world, complaint, "REFUND_SUCCESS")
    if whole:
        tell(world, complaint, "SELLER_REFUND")
