"""Merchants reading complaints: the list of some days, one of them, its negotiation history."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from wechat_simulator.complaints.entity import complaint_entity, step_entity
from wechat_simulator.complaints.state import Complaints
from wechat_simulator.errors import WeChatPayError
from wechat_simulator.fields import Fields
from wechat_simulator.moments import BEIJING
from wechat_simulator.surface import Answer, Call, json_answer

if TYPE_CHECKING:
    from wechat_simulator.complaints.state import Complaint

_LONGEST = timedelta(days=30)


async def listed(call: Call) -> Answer:
    """Answer the complaints between two Beijing days, both included, oldest first."""
    query = Fields.query(call)
    limit, offset = _page(query, default=10, most=50)
    begin, end = _day(query, "begin_date"), _day(query, "end_date")
    if not timedelta(0) <= end - begin <= _LONGEST:
        raise query.error("end_date", "查询日期跨度不超过30天")
    found = [c for c in _visible(call, query) if begin <= _beijing_day(c) <= end]
    shown = [complaint_entity(call, c) for c in found[offset : offset + limit]]
    return json_answer(_paged(shown, limit, offset, len(found)))


async def detail(call: Call) -> Answer:
    """Answer one complaint."""
    complaint = Complaints.of(call.world).handled_by(call.merchant, call.params["complaint_id"])
    return json_answer(complaint_entity(call, complaint))


async def history(call: Call) -> Answer:
    """Answer what user, merchant and platform did, oldest first."""
    complaint = Complaints.of(call.world).handled_by(call.merchant, call.params["complaint_id"])
    limit, offset = _page(Fields.query(call), default=100, most=300)
    steps = [step_entity(call, s) for s in complaint.history[offset : offset + limit]]
    return json_answer(_paged(steps, limit, offset, len(complaint.history)))


def _paged(items: list[dict[str, Any]], limit: int, offset: int, total: int) -> dict[str, Any]:
    return {"data": items, "limit": limit, "offset": offset, "total_count": total}


def _visible(call: Call, query: Fields) -> list[Complaint]:
    asked = query.maybe_text("complainted_mchid", 64)
    merchant = call.merchant
    if asked not in (None, merchant.mchid) and merchant.sub_merchant(asked or "") is None:
        raise WeChatPayError(403, "NO_AUTH", "无该商户投诉单的查询权限")
    wanted = None if asked == merchant.mchid else asked
    return [
        c
        for c in Complaints.of(call.world).complaints.values()
        if c.mchid == merchant.mchid and wanted in (None, c.complainted_mchid)
    ]


def _beijing_day(complaint: Complaint) -> date:
    return complaint.created_at.astimezone(BEIJING).date()


def _day(query: Fields, name: str) -> date:
    text = query.text(name, 10, r"\d{4}-\d{2}-\d{2}")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise query.error(name, "格式应为yyyy-MM-DD") from error


def _page(query: Fields, *, default: int, most: int) -> tuple[int, int]:
    limit = int(query.maybe_text("limit", 4, r"\d+") or default)
    if not 1 <= limit <= most:
        raise query.error("limit", f"应在1与{most}之间")
    return limit, int(query.maybe_text("offset", 9, r"\d+") or 0)
