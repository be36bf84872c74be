"""Permissions and service orders. Source of the rules: Pay Score's service order state machine and its error table."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.authorization import AuthorizationState
from models.charge import ChannelReading, ChannelState, Completion, parse_channel_state
from models.merchant import Channel
from models.notices import AuthorizationReading, FeeLine, PayNoticeKind, ServiceRequest, WxCall
from models.refusals import named
from tests.fakes.wechat.desk import Desk
from tests.fakes.wechat.faults import call
from tests.fakes.wechat.ledger import Entry

CREATED_LIFE = timedelta(days=30)


@dataclass
class Permission:
    """One user's standing permission at one service."""

    channel: Channel
    code: str
    given_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def is_given(self) -> bool:
        return self.given_at is not None and (self.closed_at is None or self.closed_at < self.given_at)


@dataclass
class ServiceOrder:
    """One service order with WeChat's own triple of states."""

    request: ServiceRequest
    order_id: str
    created_at: datetime
    state: str = "CREATED"
    description: str | None = None
    collection: str | None = None
    started_at: datetime | None = None
    completion: Completion | None = None
    total_fen: int | None = None
    paid_type: str = ""
    paid_at: datetime | None = None
    transaction_id: str | None = None
    in_flight: bool = False

    @property
    def triple(self) -> tuple[str, str | None, str | None]:
        return self.state, self.description, self.collection

    @property
    def is_running(self) -> bool:
        return self.triple == ("DOING", "USER_CONFIRM", None)

    @property
    def is_collecting(self) -> bool:
        return self.triple == ("DOING", "MCH_COMPLETE", "USER_PAYING")

    @property
    def is_unfinished(self) -> bool:
        return self.state in {"CREATED", "DOING"}

    def begin(self, at: datetime) -> None:
        """The user agreed: the service runs."""
        self.state, self.description, self.started_at = "DOING", "USER_CONFIRM", at

    def reading(self) -> ChannelReading:
        """Say it in the product's words, as its client reads it."""
        is_paid = self.collection == "USER_PAID"
        return ChannelReading(
            origin=self.request.channel.origin,
            charge_no=self.request.no,
            state=parse_channel_state(*self.triple, self.total_fen),
            order_id=self.order_id,
            total_fen=self.total_fen,
            paid_fen=self.total_fen if is_paid else 0 if self.collection else None,
            paid_at=self.paid_at,
            paid_how={"NEWTON": "pay_score", "MCH": "outside"}.get(self.paid_type, ""),
            transaction_id=self.transaction_id,
            started_at=self.started_at,
        )

    def repeated_completion(self) -> ChannelReading:
        """The answer to a completion has no collection, though the money may have been taken since."""
        nameless = {"paid_fen": None, "paid_at": None, "paid_how": "", "transaction_id": None}
        state = parse_channel_state(self.state, self.description, None, self.total_fen)
        return self.reading().model_copy(update={"state": state} | nameless)


class ServiceDesk(Desk):
    """The counters for permissions and service orders."""

    is_slow = False  # whether a service order begins only some time after WeChat answered that it was made
    permissions: dict[tuple[str, str, str | None], Permission]
    services: dict[str, ServiceOrder]

    @call
    def apply_authorization(self, channel: Channel, code: str) -> WxCall:
        return WxCall(api="openBusinessView", params={"token": f"{channel.service_id}:{code}"})

    @call
    def query_authorization(self, channel: Channel, openid: str) -> AuthorizationReading | None:
        permission = self._permission(channel, openid)
        if permission is None:
            return None
        state = AuthorizationState.ACTIVE if permission.is_given else AuthorizationState.CLOSED
        since = permission.given_at if permission.is_given else permission.closed_at
        return _word(channel, openid, state, since)

    @call
    def terminate_authorization(self, channel: Channel, openid: str, reason: str) -> None:
        permission = self._permission(channel, openid)
        if permission is None or not permission.is_given:
            raise named("wechat_state")
        if any(x.is_unfinished for x in self._services_of(channel, openid)):
            raise named("wechat_orders_unfinished")
        permission.closed_at = self.now()

    @call
    def open_service(self, request: ServiceRequest) -> tuple[ChannelReading, WxCall | None]:
        known = self.services.get(request.no)
        if known is None:
            self._check_may_open(request)
            known = self._create(request)
        elif known.request != request:
            raise self.broken(request.no, "asked for again with other parameters", "wechat_request_changed")
        page = WxCall(api="openBusinessView", params={"package": known.order_id}) if known.state == "CREATED" else None
        return known.reading(), page

    @call
    def query_service(self, channel: Channel, charge_no: str) -> ChannelReading | None:
        known = self.services.get(charge_no)
        if known and known.state == "CREATED" and self.now() - known.created_at >= CREATED_LIFE:
            known.state = "EXPIRED"
        return known.reading() if known else None

    @call
    def complete_service(
        self, channel: Channel, charge_no: str, completion: Completion, fees: tuple[FeeLine, ...]
    ) -> ChannelReading:
        order = self._service(charge_no)
        if order.is_collecting and order.completion == completion:
            return order.reading()
        if order.state == "DONE" and order.completion == completion:
            return order.repeated_completion()
        if not order.is_running:
            raise named("wechat_state")
        if sum(fee.amount_fen for fee in fees) != completion.amount_fen:
            raise self.broken(charge_no, "the fees do not sum to the amount", "fee_sum_mismatch")
        if completion.amount_fen > order.request.estimate_fen:
            raise self.broken(charge_no, "more than was agreed to", "wechat_amount_above_cap")
        if not completion.started_at < completion.ended_at <= self._now():
            raise self.broken(charge_no, "the service ends before it starts, or later than now")
        order.completion, order.total_fen = completion, completion.amount_fen
        order.description, order.collection = "MCH_COMPLETE", "USER_PAYING"
        # the answer to a completion has no collection yet
        return order.reading().model_copy(update={"paid_fen": None})

    @call
    def cancel_service(self, channel: Channel, charge_no: str, reason: str) -> None:
        order = self._service(charge_no)
        if order.state == "REVOKED":
            return
        if order.state != "CREATED" and not order.is_running:
            raise named("wechat_in_progress" if order.in_flight else "wechat_state")
        order.state, order.description = "REVOKED", None

    @call
    def lower_service(
        self, channel: Channel, charge_no: str, fees: tuple[FeeLine, ...], amount_fen: int, reason: str
    ) -> ChannelReading:
        order = self._collecting(charge_no)
        if sum(fee.amount_fen for fee in fees) != amount_fen:
            raise self.broken(charge_no, "the fees do not sum to the amount", "fee_sum_mismatch")
        if order.total_fen is None or amount_fen >= order.total_fen:
            raise named("wechat_request_rejected")
        order.total_fen = amount_fen
        return order.reading()

    @call
    def sync_paid(self, channel: Channel, charge_no: str, paid_at: datetime) -> ChannelReading:
        order = self._service(charge_no)
        if order.paid_type != "MCH":
            order = self._collecting(charge_no)
            order.state, order.description, order.collection = "DONE", None, "USER_PAID"
            order.paid_type, order.paid_at = "MCH", paid_at
        return order.reading()

    def detail_view(self, channel: Channel, charge_no: str, at: datetime, nonce: str) -> WxCall:
        return WxCall(api="openBusinessView", params={"out_order_no": charge_no, "nonce_str": nonce})

    def authorize(self, channel: Channel, openid: str) -> None:
        """The user gives the permission."""
        permission = self.permissions.setdefault(_key(channel, openid), Permission(channel, ""))
        if not permission.is_given:
            permission.given_at = self._after(permission.closed_at)
            self._announce_permission(PayNoticeKind.SERVICE_OPENED, permission, openid, AuthorizationState.ACTIVE)

    def close_service(self, channel: Channel, openid: str) -> None:
        """The user turns billing off inside WeChat; orders already running still deduct."""
        permission = self._permission(channel, openid)
        if permission and permission.is_given:
            permission.closed_at = self._after(permission.given_at)
            self._announce_permission(PayNoticeKind.SERVICE_CLOSED, permission, openid, AuthorizationState.CLOSED)

    def confirm(self, charge_no: str) -> bool:
        """The user confirms an order that needs it; False when there is nothing to confirm."""
        order = self.services.get(charge_no)
        if order is None or order.state != "CREATED":
            return False
        order.begin(self.now())
        self.announce(PayNoticeKind.ORDER_CONFIRMED, order.request.channel, order.reading())
        return True

    def begin_at_last(self, charge_no: str) -> None:
        """Begin a service order that was made and did not begin."""
        self.services[charge_no].begin(self.now())

    def deduct(self, charge_no: str) -> bool:
        """Take the money of an order that is waiting for it; False when there is none."""
        order = self.services.get(charge_no)
        if order is None or not order.is_collecting or order.total_fen is None:
            return False
        order.state, order.description, order.collection = "DONE", None, "USER_PAID"
        order.paid_type, order.paid_at, order.transaction_id = "NEWTON", self.now(), self.number("42")
        order.in_flight = False
        self.ledger.entries.append(Entry("deduction", charge_no, order.total_fen, self.now(), order.transaction_id))
        self.announce(PayNoticeKind.ORDER_PAID, order.request.channel, order.reading())
        return True

    def waiting_for_money(self) -> list[str]:
        """Return the orders that could be deducted now."""
        return [no for no, order in self.services.items() if order.is_collecting]

    def _create(self, request: ServiceRequest) -> ServiceOrder:
        order = self.services[request.no] = ServiceOrder(request, self.number("15"), self.now())
        if not request.need_confirm and not self.is_slow:
            order.begin(self.now())
        return order

    def _check_may_open(self, request: ServiceRequest) -> None:
        self.check_welcome(request.openid)
        permission = self._permission(request.channel, request.openid)
        if not request.need_confirm and not (permission and permission.is_given):
            raise named("wechat_not_authorized")

    def _service(self, charge_no: str) -> ServiceOrder:
        order = self.services.get(charge_no)
        if order is None:
            raise named("wechat_not_found")
        return order

    def _collecting(self, charge_no: str) -> ServiceOrder:
        order = self._service(charge_no)
        if order.in_flight:
            raise named("wechat_in_progress")
        if not order.is_collecting:
            raise named("wechat_state")
        return order

    def _services_of(self, channel: Channel, openid: str) -> list[ServiceOrder]:
        mine = (x for x in self.services.values() if x.request.openid == openid)
        return [x for x in mine if x.request.channel.service_id == channel.service_id]

    def _permission(self, channel: Channel, openid: str) -> Permission | None:
        return self.permissions.get(_key(channel, openid))

    def _announce_permission(
        self, kind: PayNoticeKind, permission: Permission, openid: str, state: AuthorizationState
    ) -> None:
        since = permission.given_at if state is AuthorizationState.ACTIVE else permission.closed_at
        self.announce(kind, permission.channel, _word(permission.channel, openid, state, since))

    def _after(self, earlier: datetime | None) -> datetime:
        """Two acts of one user within a second still have an order."""
        return max(self.now(), earlier + timedelta(seconds=1)) if earlier else self.now()


def _key(channel: Channel, openid: str) -> tuple[str, str, str | None]:
    return openid, channel.service_id or "", channel.sub_mchid


def _word(channel: Channel, openid: str, state: AuthorizationState, since: datetime | None) -> AuthorizationReading:
    return AuthorizationReading(origin=channel.origin, openid=openid, state=state, at=since)


__all__ = ["ChannelState", "Permission", "ServiceDesk", "ServiceOrder"]
