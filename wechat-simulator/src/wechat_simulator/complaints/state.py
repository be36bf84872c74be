"""What the complaint desk remembers: complaints, their history, images, notice addresses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from wechat_simulator.errors import WeChatPayError
from wechat_simulator.parts import Part

if TYPE_CHECKING:
    from wechat_simulator.accounts import Merchant
    from wechat_simulator.world import World

PENDING, PROCESSING, PROCESSED = "PENDING", "PROCESSING", "PROCESSED"


@dataclass
class Step:
    """One entry of the negotiation history; ``images`` are media ids."""

    log_id: str
    operator: str
    at: datetime
    operate_type: str
    details: str = ""
    images: list[str] = field(default_factory=list)


@dataclass
class Complaint:
    """A user's complaint; ``mchid`` is who handles it, a provider for its sub-merchants."""

    complaint_id: str
    mchid: str
    complainted_mchid: str
    user_id: str
    openid: str
    phone: str
    created_at: datetime
    detail: str
    problem_description: str
    problem_type: str
    transaction_id: str | None = None
    out_order_no: str | None = None
    apply_refund_amount: int | None = None
    tags: list[str] = field(default_factory=list)
    need_immediate_service: bool = False
    in_platform_service: bool = False
    state: str = PENDING
    times: int = 1
    waiting_reply: bool = True
    images: list[str] = field(default_factory=list)
    history: list[Step] = field(default_factory=list)
    answered: dict[str, str] = field(default_factory=dict)


@dataclass
class Image:
    """An uploaded picture, base64 of its bytes; ``mchid`` may read it."""

    mchid: str
    filename: str
    data: str


@dataclass
class Complaints(Part):
    """All complaints, pictures, and the address each merchant wants notices at."""

    name: ClassVar[str] = "complaints"
    complaints: dict[str, Complaint] = field(default_factory=dict)
    images: dict[str, Image] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, world: World) -> Complaints:
        """Return the complaints of ``world``."""
        return world.part(Complaints)

    def handled_by(self, merchant: Merchant, complaint_id: str) -> Complaint:
        """Return the complaint; 404 when there is none, 403 when another handles it."""
        found = self.complaints.get(complaint_id)
        if found is None:
            raise WeChatPayError(404, "RESOURCE_NOT_EXISTS", "投诉单不存在")
        if found.mchid != merchant.mchid:
            raise WeChatPayError(403, "NO_AUTH", "该投诉单不属于本商户")
        return found


def add_step(  # noqa: PLR0913 - a step has that many properties
    world: World,
    complaint: Complaint,
    operator: str,
    operate_type: str,
    *,
    details: str = "",
    images: list[str] | None = None,
) -> Step:
    """Write one more entry of the history, now."""
    log_id = f"3002853{world.ids.digits('complaint_log', 20)}"
    step = Step(log_id, operator, world.now(), operate_type, details, list(images or []))
    complaint.history.append(step)
    return step
