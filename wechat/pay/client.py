"""WeChat Pay as the services know it: every call of the payment port, in one object."""

from wechat.pay.payments import PaymentCalls
from wechat.pay.plans import PlanCalls
from wechat.pay.services import ServiceCalls


class PayClient(ServiceCalls, PlanCalls, PaymentCalls):
    """Authorizations, service orders, plans, payments and refunds of all configured merchants.

    Each call carries the identity of the channel it is given, signs with that merchant's keys and believes only
    verified answers. It raises Declined, Conflict or OutsideFailure as `models/refusals` names them.
    """
