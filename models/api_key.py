"""The keys an institution calls us with, and what each may do."""

from enum import StrEnum

from models.base import Moment, Value


class Scope(StrEnum):
    """What an institution's key may do."""

    COURSES = "courses"
    ATTENDANCE = "attendance"
    ORDERS = "orders"
    MONEY = "money"
    WEBHOOKS = "webhooks"


class ApiKey(Value):
    """An institution's key: only its hash is kept; `prefix` lets people tell keys apart."""

    hash: str
    prefix: str
    institution_id: str
    name: str
    scopes: tuple[Scope, ...] = tuple(Scope)
    created_at: Moment
    revoked_at: Moment | None = None
