"""What Pay Score remembers: authorizations, service orders, page tokens."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from wechat_simulator.parts import Part
from wechat_simulator.payscore.plan_state import Plan, SignPlan

if TYPE_CHECKING:
    from wechat_simulator.payscore.party import Party
    from wechat_simulator.world import World

CREATED, DOING, DONE, REVOKED, EXPIRED = "CREATED", "DOING", "DONE", "REVOKED", "EXPIRED"
USER_CONFIRM, MCH_COMPLETE = "USER_CONFIRM", "MCH_COMPLETE"
USER_PAYING, USER_PAID = "USER_PAYING", "USER_PAID"


@dataclass
class Permission:
    """One authorization code and who accepted it, in WeChat's words for its ``state``.

    Source: "API列表" of 免确认,
    pay.weixin.qq.com/docs/merchant/products/weixin-pay-score-no-confirm/apilist.html
    """

    mchid: str
    service_id: str
    appid: str
    authorization_code: str
    notify_url: str | None
    sub_mchid: str | None = None
    sub_appid: str | None = None
    state: str = "UNBINDUSER"
    user_id: str | None = None
    success_at: datetime | None = None
    cancelled_at: datetime | None = None

    @property
    def key(self) -> str:
        """Authorization codes are unique per signing merchant."""
        return f"{self.mchid}|{self.authorization_code}"


@dataclass
class Payment:
    """One element of ``collection.details``; NEWTON = taken by WeChat, MCH = synced."""

    seq: int
    amount: int
    paid_type: str
    paid_time: str
    transaction_id: str | None = None


@dataclass
class Collection:
    """The money side of a completed order, in fen."""

    state: str
    total_amount: int
    paying_amount: int
    paid_amount: int = 0
    details: list[Payment] = field(default_factory=list)


@dataclass
class Order:
    """A service order; its status is (state, state_description, collection.state)."""

    mchid: str
    out_order_no: str
    order_id: str
    mode: str
    service_id: str
    appid: str
    service_introduction: str
    created_at: datetime
    request: dict[str, Any]
    time_range: dict[str, Any]
    state: str = CREATED
    state_description: str | None = None
    sub_mchid: str | None = None
    sub_appid: str | None = None
    user_id: str | None = None
    post_payments: list[dict[str, Any]] = field(default_factory=list)
    post_discounts: list[dict[str, Any]] = field(default_factory=list)
    risk_fund: dict[str, Any] | None = None
    location: dict[str, Any] | None = None
    device: dict[str, Any] | None = None
    attach: str | None = None
    notify_url: str | None = None
    confirmed_at: datetime | None = None
    total_amount: int | None = None
    need_collection: bool | None = None
    collection: Collection | None = None
    completion: dict[str, Any] | None = None
    cancellation: dict[str, Any] | None = None
    in_flight_until: datetime | None = None
    failed_at: datetime | None = None
    asked_to_pay_at: datetime | None = None
    profit_sharing: bool = False
    messages: list[str] = field(default_factory=list)
    sign_plan_id: str | None = None
    plan_detail_no: int | None = None

    @property
    def key(self) -> str:
        """Order numbers are unique per signing merchant, sub-merchants included."""
        return f"{self.mchid}|{self.out_order_no}"

    @property
    def running(self) -> bool:
        """Whether the service is being given."""
        return self.state == DOING and self.state_description == USER_CONFIRM

    @property
    def waiting(self) -> bool:
        """Whether the order is completed and waits for its money."""
        return self.collection is not None and self.collection.state == USER_PAYING


@dataclass
class Ticket:
    """A token for one page: a permission's, an order's or a sign plan's."""

    page: str
    key: str
    expires_at: datetime
    opened_at: datetime | None = None
    used: bool = False


@dataclass
class PayScore(Part):
    """All of Pay Score in one world; ``unfinished`` holds the keys of a user's open orders.

    ``latest`` is the newest accepted authorization by merchant, service and user; ``reserved``
    are order numbers that a sign plan holds for its periods.
    """

    name: ClassVar[str] = "payscore"
    permissions: dict[str, Permission] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    unfinished: dict[str, list[str]] = field(default_factory=dict)
    latest: dict[str, str] = field(default_factory=dict)
    query_ids: dict[str, str] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    sign_plans: dict[str, SignPlan] = field(default_factory=dict)
    sign_plan_keys: dict[str, str] = field(default_factory=dict)
    reserved: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, world: World) -> PayScore:
        """Return the Pay Score state of ``world``."""
        return world.part(PayScore)

    def open_orders(self, user_id: str) -> list[Order]:
        """Return the user's orders that are DOING, over all merchants."""
        return [self.orders[key] for key in self.unfinished.get(user_id, [])]

    def begin(self, order: Order, user_id: str, now: datetime) -> None:
        """Bind a user: the order is in service from now on."""
        order.user_id, order.confirmed_at = user_id, now
        order.state, order.state_description = DOING, USER_CONFIRM
        self.unfinished.setdefault(user_id, []).append(order.key)

    def finish(self, order: Order, state: str, now: datetime) -> None:
        """Move the order to a final state; the period of its signed plan follows."""
        order.state, order.state_description = state, None
        keys = self.unfinished.get(order.user_id or "", [])
        if order.key in keys:
            keys.remove(order.key)
        if order.sign_plan_id is not None and order.plan_detail_no is not None:
            signed = self.sign_plans[self.sign_plan_keys[order.sign_plan_id]]
            paid_fen = order.total_amount if state == DONE else None
            signed.settle(order.plan_detail_no, paid_fen=paid_fen, now=now)

    def grant(self, permission: Permission, user_id: str, now: datetime) -> None:
        """Put an authorization into force."""
        permission.state, permission.user_id = "AVAILABLE", user_id
        permission.success_at = now
        self.latest[_scope(permission, user_id)] = permission.key

    def latest_permission(
        self, like: Permission | Order | Party, user_id: str
    ) -> Permission | None:
        """Return the user's newest accepted authorization at the same merchant and service."""
        key = self.latest.get(_scope(like, user_id))
        return self.permissions[key] if key else None

    def authorized(self, like: Permission | Order | Party, user_id: str) -> Permission | None:
        """Return the authorization in force at the same merchant and service."""
        permission = self.latest_permission(like, user_id)
        return permission if permission and permission.state == "AVAILABLE" else None


def _scope(like: Permission | Order | Party, user_id: str) -> str:
    return f"{like.mchid}|{like.sub_mchid or ''}|{like.service_id}|{user_id}"
