"""What could charge a learner, institution by institution: permissions, signed plans, orders under way."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from models.authorization import Authorization, AuthorizationState
from models.ending import Receipt, receipt
from models.fee_mode import Agreement
from models.order import Order, PlanState


@dataclass(frozen=True)
class Billing:
    """One learner's billing at one institution: all permissions it may use, all orders but those paid in advance."""

    institution_id: str
    permissions: tuple[Authorization, ...]
    orders: tuple[Order, ...]

    @property
    def permission(self) -> AuthorizationState | None:
        """The state of the standing permission as this institution finds it; the most open one, should it have two."""
        states = {permission.state_at(self.institution_id) for permission in self.permissions}
        by_openness = (AuthorizationState.ACTIVE, AuthorizationState.APPLIED, AuthorizationState.CLOSED)
        return next((state for state in by_openness if state in states), None)

    @property
    def off_since(self) -> datetime | None:
        """Since when the learner has billing under the standing permission turned off here."""
        since = [permission.off_since(self.institution_id) for permission in self.permissions]
        return min((at for at in since if at), default=None)

    @property
    def running(self) -> list[Order]:
        """The orders that are not over."""
        return [order for order in self.orders if not order.is_final]

    @property
    def signed_plans(self) -> list[Order]:
        """The orders whose plan stands at WeChat, be it only until it is stopped there."""
        return [order for order in self.orders if order.plan and order.plan.state is PlanState.SIGNED]

    @property
    def owed_fen(self) -> int:
        """The price of every lesson owed so far in orders that are not over."""
        return sum(order.owed_fen for order in self.running)

    @property
    def is_off(self) -> bool:
        """Whether no lesson from now on can be charged here."""
        is_usable = self.permission in {AuthorizationState.ACTIVE, AuthorizationState.APPLIED}
        return not is_usable and all(order.fence is not None for order in self.running)

    @property
    def receipts(self) -> list[Receipt]:
        """What the orders left behind that ended because billing was turned off."""
        return [receipt(order) for order in self.orders if order.fence and order.fence.reason == "billing_off"]


def billing_by_institution(permissions: Iterable[Authorization], orders: Iterable[Order]) -> list[Billing]:
    """Sort what could charge a learner by institution."""
    given, charging = tuple(permissions), [order for order in orders if order.agreement is not Agreement.PAYMENT]
    names = {x.institution_id for permission in given for x in permission.schools}
    names |= {order.course.institution_id for order in charging}
    return [_billing(name, given, [x for x in charging if x.course.institution_id == name]) for name in sorted(names)]


def _billing(institution_id: str, permissions: tuple[Authorization, ...], orders: list[Order]) -> Billing:
    used = {order.channel for order in orders if order.agreement is Agreement.AUTHORIZATION}
    own = [
        permission
        for permission in permissions
        if permission.channel in used or any(x.institution_id == institution_id for x in permission.schools)
    ]
    return Billing(institution_id, tuple(own), tuple(orders))
