"""Who may use the control plane from a browser: pages of this very address, nobody else's."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from wechat_simulator.errors import ControlError

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS = frozenset({"same-origin", "none"})
FORBIDDEN = 403


def check_same_site(method: str, headers: Mapping[str, str]) -> None:
    """Refuse a change that a page of another site asks for; programs send neither header.

    A browser lets any page send a simple POST anywhere and only hides the answer, so a page on the
    internet could otherwise reset this world or spend its users' money.
    """
    if method in _SAFE:
        return
    if headers.get("Sec-Fetch-Site", "none") not in _OURS or not _same_origin(headers):
        raise ControlError("the page of another site may not ask for this", status=FORBIDDEN)


def _same_origin(headers: Mapping[str, str]) -> bool:
    origin = headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == headers.get("Host")
