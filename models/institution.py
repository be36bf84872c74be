"""Who teaches and who is paid: institutions, their merchants, and the rules they work under."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from models.base import Entity, Fen, Moment, Value
from models.contract import Contract
from models.errors import Conflict


class FeeMode(StrEnum):
    """How a course is paid for."""

    PAY_AFTER_COURSE = "pay_after_course"
    PAY_PER_LESSON = "pay_per_lesson"
    PREPAY = "prepay"


class Agreement(StrEnum):
    """How WeChat learns that the learner agrees: once for all orders, each order, a signed plan, or by paying."""

    AUTHORIZATION = "authorization"
    NEED_CONFIRM = "need_confirm"
    PLAN = "plan"
    PAYMENT = "payment"


class Merchant(Value):
    """A WeChat Pay account as the services see it; its keys never leave `wechat/`.

    `sub_mchid` and `sub_appid` are set when a service provider (partner) acts for a school.
    """

    id: str
    mchid: str
    appid: str
    sub_mchid: str | None = None
    sub_appid: str | None = None
    services: dict[Agreement, str] = {}
    risk_cap_fen: Fen


class Channel(Value):
    """The exact identity of one order at WeChat, frozen onto it: every call carries these and no others."""

    merchant_id: str
    mchid: str
    appid: str
    service_id: str | None = None
    sub_mchid: str | None = None
    sub_appid: str | None = None


class PrepayCaps(Value):
    """How much an institution may take in advance (months, lessons and fen are each a ceiling)."""

    months: int = 3
    lessons: int = 60
    amount_fen: Fen = 500_000


class Policy(Value):
    """The rules of one institution. Copied onto each order, so that a later change touches new orders only."""

    fee_modes: tuple[FeeMode, ...] = (FeeMode.PAY_AFTER_COURSE,)
    pay_after_course_by: Agreement = Agreement.AUTHORIZATION
    confirm_window_h: Annotated[int, Field(ge=1, le=24 * 30)] = 48
    dispute_window_h: Annotated[int, Field(ge=1, le=24 * 60)] = 7 * 24
    prepay_caps: PrepayCaps = PrepayCaps()
    prepay_refund_fee_percent: Annotated[int, Field(ge=0, le=100)] = 0

    @property
    def confirm_window(self) -> timedelta:
        """How long a learner may confirm or dispute a taught lesson before silence confirms it."""
        return timedelta(hours=self.confirm_window_h)

    @property
    def dispute_window(self) -> timedelta:
        """How long an institution may answer a dispute before it is decided for the learner."""
        return timedelta(hours=self.dispute_window_h)


class Institution(Entity):
    """A school: what it is called, whose account is paid, its rules and its current contract."""

    id: str
    name: str
    merchant_id: str
    region: str = ""
    service_phone: str = ""
    policy: Policy = Policy()
    contract: Contract


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


def agreement_for(mode: FeeMode, policy: Policy) -> Agreement:
    """Say how the learner agrees at WeChat under this fee mode."""
    if mode is FeeMode.PAY_PER_LESSON:
        return Agreement.PLAN
    if mode is FeeMode.PREPAY:
        return Agreement.PAYMENT
    return policy.pay_after_course_by


def resolve_channel(merchant: Merchant, agreement: Agreement) -> Channel:
    """The one resolver of an order's identity at WeChat; raises Conflict when the merchant lacks the service."""
    service_id = merchant.services.get(agreement)
    if service_id is None and agreement is not Agreement.PAYMENT:
        raise Conflict("service_not_configured", merchant=merchant.id, agreement=agreement)
    return Channel(
        merchant_id=merchant.id,
        mchid=merchant.mchid,
        appid=merchant.appid,
        service_id=service_id,
        sub_mchid=merchant.sub_mchid,
        sub_appid=merchant.sub_appid,
    )
