"""Everything that can go wrong on purpose, as one tree.

    XianxueError
    ├── Refusal                 an answer, not an accident: 4xx, nothing was written
    │   ├── InvalidInput        400  the request does not have the shape it must have
    │   ├── NotAuthenticated    401  who is asking is unknown, or no longer known
    │   ├── NotAllowed          403  known, but may not do this kind of thing
    │   ├── NotFound            404  does not exist for whoever is asking
    │   ├── Conflict            409  the state of things does not allow it now
    │   │   └── ForeignWord          WeChat speaks, but not of what belongs to whom it speaks to
    │   ├── TooLarge            413  more bytes than this door takes
    │   └── Declined            422  WeChat said no; says who can do something about it
    ├── OutsideFailure          502  WeChat (or another outsider) failed; the outcome may be unknown
    └── NotReady                503  we cannot serve now; trying again later helps
        └── Unreadable          503  something stored does not fit this version; a newer one may read it

The code is the contract, and the key of the sentence in `models/texts`; `detail` names the field or the numbers.
"""

from collections.abc import Mapping
from typing import ClassVar, TypeAlias

Detail: TypeAlias = Mapping[str, object]


class XianxueError(Exception):
    """A named failure with an HTTP status; its sentence comes from the message catalogue."""

    http_status: ClassVar[int] = 500

    def __init__(self, code: str, **detail: object) -> None:
        super().__init__(code)
        self.code = code
        self.detail: Detail = detail

    def __str__(self) -> str:
        """Return the code and the detail, for logs; people are told the catalogue's sentence."""
        return f"{self.code} {dict(self.detail)}" if self.detail else self.code


class Refusal(XianxueError):
    """An expected no. Whoever asked can read why and what to do; nothing was changed."""

    http_status = 400


class InvalidInput(Refusal):
    """The request is not what this operation takes; `detail.field` names the culprit."""


class NotAuthenticated(Refusal):
    """Nobody we know, or a session that has ended."""

    http_status = 401


class NotAllowed(Refusal):
    """We know who is asking, and they may not do this kind of thing."""

    http_status = 403


class NotFound(Refusal):
    """There is no such thing, or it belongs to somebody else; both look the same from outside."""

    http_status = 404


class Conflict(Refusal):
    """The state of things does not allow this now."""

    http_status = 409


class ForeignWord(Conflict):
    """A word of WeChat about something that is not its merchant's: it binds nobody, and an operator must know."""


class TooLarge(Refusal):
    """The body is bigger than this door takes."""

    http_status = 413


class Declined(Refusal):
    """WeChat refused for reasons of its own: who can act, and whether trying again helps, is in the detail."""

    http_status = 422


class OutsideFailure(XianxueError):
    """An outsider failed or stayed silent; what it did is unknown, so the same request must be asked about again."""

    http_status = 502


class NotReady(XianxueError):
    """We cannot serve this now; trying again later helps."""

    http_status = 503


class Unreadable(NotReady):
    """Something stored is not what this version can read; it is left as it is, and the operator is told."""


class Stale(Exception):
    """Somebody saved this entity first: load it again and decide anew."""


class IllegalMove(Exception):
    """A state was asked to change in a way its table does not know."""
