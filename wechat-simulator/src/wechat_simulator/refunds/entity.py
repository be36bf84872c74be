"""A refund as answers and notices show it; the state is ``status`` here, ``refund_status`` there.

Without coupons the payer's and the settled amounts equal the plain ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator.moments import rfc3339_beijing
from wechat_simulator.payments.parties import Party

if TYPE_CHECKING:
    from wechat_simulator.refunds.state import Refund


def refund_entity(refund: Refund) -> dict[str, Any]:
    """Return the answer to apply, query and apply-abnormal-refund.

    Source: "申请退款", pay.weixin.qq.com/doc/v3/merchant/4012587971
    """
    return {
        "refund_id": refund.refund_id,
        "out_refund_no": refund.out_refund_no,
        "transaction_id": refund.transaction_id,
        "out_trade_no": refund.out_trade_no,
        "channel": "ORIGINAL",
        "user_received_account": refund.user_received_account,
        **_success_time(refund),
        "create_time": rfc3339_beijing(refund.created_at),
        "status": refund.status,
        "funds_account": refund.funds_account,
        "amount": {
            "total": refund.total,
            "refund": refund.amount,
            "from": refund.sources,
            "payer_total": refund.total,
            "payer_refund": refund.amount,
            "settlement_refund": refund.amount,
            "settlement_total": refund.total,
            "discount_refund": 0,
            "currency": "CNY",
            "refund_fee": 0,
        },
        "promotion_detail": [],
    }


def refund_notice(refund: Refund) -> dict[str, Any]:
    """Return the plaintext of REFUND.SUCCESS, REFUND.ABNORMAL and REFUND.CLOSED."""
    return {
        **Party(refund.mchid, refund.sub_mchid).names(),
        "transaction_id": refund.transaction_id,
        "out_trade_no": refund.out_trade_no,
        "refund_id": refund.refund_id,
        "out_refund_no": refund.out_refund_no,
        "refund_status": refund.status,
        **_success_time(refund),
        "user_received_account": refund.user_received_account,
        "amount": {
            "total": refund.total,
            "refund": refund.amount,
            "payer_total": refund.total,
            "payer_refund": refund.amount,
        },
    }


def _success_time(refund: Refund) -> dict[str, str]:
    if refund.status != "SUCCESS" or refund.finished_at is None:
        return {}
    return {"success_time": rfc3339_beijing(refund.finished_at)}
