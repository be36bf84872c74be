"""The opaque tokens that open a page of WeChat, and their life."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from wechat_simulator.errors import ControlError
from wechat_simulator.payscore.limits import refusal
from wechat_simulator.payscore.state import PayScore, Ticket

if TYPE_CHECKING:
    from wechat_simulator.surface import Jump
    from wechat_simulator.world import World

EMPTY, ILLEGAL, OTHER_APPID = 4185, 4186, 4108  # the Mini Program's error codes
_LENGTH = 256
_CONFIRM_WINDOW_S = 2 * 3600


def new_ticket(world: World, page: str, key: str, life_s: float, kind: str) -> str:
    """Return a token that opens ``page`` for the thing ``key`` during ``life_s``."""
    token = world.ids.urlsafe(kind, _LENGTH)
    expires_at = world.now() + timedelta(seconds=life_s)
    PayScore.of(world).tickets[token] = Ticket(page, key, expires_at)
    return token


def opened(jump: Jump, page: str, name: str) -> Ticket:
    """Return the ticket in extraData[name]; ControlError with the page's errcode otherwise.

    A page that was opened in time stays open two hours, even when the token expires meanwhile.
    """
    token = jump.extra.get(name)
    if not isinstance(token, str) or not token:
        raise ControlError(f"{name} is empty", errcode=EMPTY)
    ticket = PayScore.of(jump.world).tickets.get(token)
    if ticket is None or ticket.page != page or not _alive(jump.world, ticket):
        raise ControlError(f"{name} is illegal or expired", errcode=ILLEGAL)
    if ticket.used and jump.world.switches.flag("package_single_use"):
        raise ControlError(f"{name} was used already", errcode=ILLEGAL)
    return ticket


def decided(jump: Jump, ticket: Ticket, shown: dict[str, Any]) -> dict[str, Any] | None:
    """Note that the page was seen; return its outcome unless the user accepts.

    ``shown`` is what stands on the page for a user who only looks.
    """
    if jump.decision == "open":
        ticket.opened_at = ticket.opened_at or jump.world.now()
        return {"result": "opened", "shown": shown}
    ticket.used = True
    return {"result": "refused"} if jump.decision == "refuse" else None


def turned_down(jump: Jump, ticket: Ticket, shown: dict[str, Any]) -> dict[str, Any] | None:
    """Return the outcome unless the user accepts and WeChat trusts him with one more order."""
    outcome = decided(jump, ticket, shown)
    if outcome is not None:
        return outcome
    refused = refusal(jump.world, jump.user)
    return declined(refused.message) if refused is not None else None


def declined(reason: str) -> dict[str, Any]:
    """Return what the user is told when WeChat itself says no."""
    return {"result": "declined", "reason": reason}


def check_appid(jump: Jump, appid: str, sub_appid: str | None) -> None:
    """Refuse a jump from another app than the one that created the thing."""
    if jump.appid != (sub_appid or appid):
        raise ControlError(
            "appid of the page differs from the one at creation", errcode=OTHER_APPID
        )


def _alive(world: World, ticket: Ticket) -> bool:
    now = world.now()
    if ticket.opened_at is None:
        return now <= ticket.expires_at
    limit = ticket.opened_at + timedelta(seconds=_CONFIRM_WINDOW_S)
    return now <= max(limit, ticket.expires_at)
