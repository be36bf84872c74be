"""``apply-abnormal-refund``: where to send money that the original account did not take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wechat_simulator.errors import WeChatPayError
from wechat_simulator.fields import Fields
from wechat_simulator.refunds.entity import refund_entity
from wechat_simulator.refunds.request import OUT_REFUND_NO, refunder
from wechat_simulator.refunds.settle import begin
from wechat_simulator.refunds.state import ABNORMAL, MERCHANT_CARD, SUCCESS, Refunds
from wechat_simulator.sealed_fields import opened
from wechat_simulator.surface import Answer, Call, json_answer

if TYPE_CHECKING:
    from wechat_simulator.refunds.state import Refund

_SHORT = "CMB COMM ABC CCB ICBC BOC PAB SPDB CITIC CEB CMBC CIB GDB PSBC NBCB"
_BANKS = tuple(f"{bank}_DEBIT" for bank in _SHORT.split())


async def apply_abnormal(call: Call) -> Answer:
    """Send an ABNORMAL refund again: to the user's bank card, or to the merchant's own.

    In the first case card number and name come encrypted for the key in Wechatpay-Serial.
    """
    body = Fields.body(call)
    who = refunder(call, body)
    number = body.text("out_refund_no", 64, OUT_REFUND_NO)
    kind = body.word("type", ("USER_BANK_CARD", "MERCHANT_BANK_CARD"))
    refund = Refunds.of(call.world).with_id(call.params["refund_id"])
    asked = (number, who.mchid, who.sub_mchid)
    if refund is None or (refund.out_refund_no, refund.mchid, refund.sub_mchid) != asked:
        raise WeChatPayError(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
    account = _user_card(call, body) if kind == "USER_BANK_CARD" else MERCHANT_CARD
    if refund.status != ABNORMAL:
        raise WeChatPayError(400, "INVALID_REQUEST", "退款单状态不是退款异常，无法发起异常退款")
    _again(call, refund, account)
    return json_answer(refund_entity(refund))


def _user_card(call: Call, body: Fields) -> str:
    bank = body.word("bank_type", _BANKS)
    opened(call, body, "real_name")
    number = opened(call, body, "bank_account")
    return f"{bank.removesuffix('_DEBIT')}{number[-4:]}"


def _again(call: Call, refund: Refund, account: str) -> None:
    refund.user_received_account, refund.outcome = account, SUCCESS
    begin(call.world, refund)
