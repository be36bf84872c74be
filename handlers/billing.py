"""What could charge a learner, institution by institution: allowing it, seeing it, turning it off."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from handlers.operation import Access, Call, Operation
from handlers.order_views import ReceiptView, receipt_view
from handlers.shapes import Strict
from models.authorization import Authorization, AuthorizationState
from models.billing import Billing
from models.fee_mode import FeeMode
from models.notices import WxCall
from models.order import Order, OrderState, PlanState
from services import authorizing, billing


class AuthorizationInput(Strict):
    """For which institution billing shall be allowed."""

    institution_id: Annotated[str, Field(min_length=1, max_length=64)]


class AuthorizationView(BaseModel):
    """A standing permission at one institution, and the call that opens WeChat's page while it is not given yet."""

    institution_id: str
    service_id: str
    state: str
    wx: WxCall | None = None


class AuthorizationList(BaseModel):
    """A learner's permissions, one for each institution they were asked for by."""

    authorizations: list[AuthorizationView]


class BilledPlanView(BaseModel):
    """A plan the learner signed at WeChat, and how it stands there."""

    no: str
    order_no: str
    state: PlanState


class BilledOrderView(BaseModel):
    """An order that is not over; once `ended` nothing but the lessons owed is charged."""

    no: str
    course_title: str
    fee_mode: FeeMode
    state: OrderState
    owed_fen: int
    paid_fen: int
    ended: bool


class BillingView(BaseModel):
    """Everything that could charge the learner at one institution; `off` once no later lesson can be charged there.

    `receipts` are of the orders that ended because billing was turned off.
    """

    institution_id: str
    off: bool
    permission: AuthorizationState | None
    permission_off_since: datetime | None
    plans: list[BilledPlanView]
    orders: list[BilledOrderView]
    owed_fen: int
    receipts: list[ReceiptView]


class BillingList(BaseModel):
    """A learner's billing, institution by institution."""

    billing: list[BillingView]


async def start_authorization(call: Call) -> AuthorizationView:
    """Begin to allow billing by Pay Score; answers the call that opens WeChat's page."""
    given = call.read(AuthorizationInput)
    authorization, wx = await authorizing.start_authorization(call.ports, call.learner, given.institution_id)
    return authorization_view(authorization, given.institution_id, wx)


async def list_authorizations(call: Call) -> AuthorizationList:
    """List the learner's permissions, institution by institution."""
    found = await billing.list_billing(call.ports, call.learner.id)
    return AuthorizationList(
        authorizations=[authorization_view(given, x.institution_id) for x in found for given in x.permissions]
    )


async def list_billing(call: Call) -> BillingList:
    """List everything that could charge the learner, institution by institution."""
    found = await billing.list_billing(call.ports, call.learner.id)
    return BillingList(billing=[billing_view(x, call.language) for x in found])


async def turn_billing_off(call: Call) -> BillingView:
    """Turn off all billing at one institution: its courses end, nothing later can be charged there."""
    left = await billing.turn_billing_off(call.ports, call.learner, call.path["institution_id"])
    return billing_view(left, call.language)


def authorization_view(
    authorization: Authorization, institution_id: str, wx: WxCall | None = None
) -> AuthorizationView:
    """Show a permission as one institution finds it."""
    return AuthorizationView(
        institution_id=institution_id,
        service_id=authorization.channel.service_id or "",
        state=authorization.state_at(institution_id),
        wx=wx,
    )


def billing_view(found: Billing, language: str) -> BillingView:
    """Show what could charge a learner at one institution."""
    return BillingView(
        institution_id=found.institution_id,
        off=found.is_off,
        permission=found.permission,
        permission_off_since=found.off_since,
        plans=[
            BilledPlanView(no=order.plan.no, order_no=order.no, state=order.plan.state)
            for order in found.signed_plans
            if order.plan
        ],
        orders=[_order_view(order) for order in found.running],
        owed_fen=found.owed_fen,
        receipts=[receipt_view(x, language) for x in found.receipts],
    )


def _order_view(order: Order) -> BilledOrderView:
    return BilledOrderView(
        no=order.no,
        course_title=order.course.title,
        fee_mode=order.fee_mode,
        state=order.state,
        owed_fen=order.owed_fen,
        paid_fen=order.paid_fen,
        ended=order.fence is not None,
    )


OPERATIONS = (
    Operation("GET", "/v1/authorizations", list_authorizations, Access.LEARNER, "Permissions", AuthorizationList),
    Operation(
        "POST",
        "/v1/authorizations",
        start_authorization,
        Access.LEARNER,
        "Allow billing by Pay Score",
        AuthorizationView,
        body=AuthorizationInput,
    ),
    Operation("GET", "/v1/billing", list_billing, Access.LEARNER, "All that could charge me", BillingList),
    Operation(
        "DELETE", "/v1/billing/{institution_id}", turn_billing_off, Access.LEARNER, "Turn billing off", BillingView
    ),
)
