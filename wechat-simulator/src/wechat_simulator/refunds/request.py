"""Reading ``POST /v3/refund/domestic/refunds``.

Source: "申请退款", pay.weixin.qq.com/doc/v3/merchant/4012587971
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wechat_simulator.errors import WeChatPayError
from wechat_simulator.fields import Fields
from wechat_simulator.payments.parties import Party

if TYPE_CHECKING:
    from wechat_simulator.surface import Call

OUT_REFUND_NO = r"[0-9A-Za-z_\-|*@]{1,64}"
_NUMBER = 32


@dataclass(frozen=True, slots=True)
class Wish:
    """A refund as asked for; exactly one of ``transaction_id`` and ``out_trade_no`` is set."""

    who: Party
    out_refund_no: str
    transaction_id: str | None
    out_trade_no: str | None
    refund: int
    total: int
    notify_url: str | None
    funds_account: str | None
    sources: list[dict[str, Any]]
    request: dict[str, Any]


def read_wish(call: Call) -> Wish:
    """Return the wish of the body; PARAM_ERROR where it breaks a rule of form."""
    body = Fields.body(call)
    transaction_id = body.maybe_text("transaction_id", _NUMBER)
    out_trade_no = body.maybe_text("out_trade_no", _NUMBER)
    if (transaction_id is None) == (out_trade_no is None):
        raise body.error("transaction_id", "transaction_id和out_trade_no必须且只能填一个")
    body.maybe_text("reason", 80)
    _check_goods(body)
    amount = body.child("amount")
    amount.word("currency", ("CNY",))
    refund, total = amount.integer("refund", low=1), amount.integer("total", low=1)
    return Wish(
        who=refunder(call, body),
        out_refund_no=body.text("out_refund_no", 64, OUT_REFUND_NO),
        transaction_id=transaction_id,
        out_trade_no=out_trade_no,
        refund=refund,
        total=total,
        notify_url=body.maybe_notify_url(256),
        funds_account=_funds_account(body),
        sources=_sources(amount, refund),
        request=call.json(),
    )


def refunder(call: Call, fields: Fields) -> Party:
    """Return who acts: a provider names its sub-merchant, a direct merchant has none."""
    if call.merchant.kind == "direct":
        if fields.has("sub_mchid"):
            raise WeChatPayError(403, "NO_AUTH", "商户号与sub_mchid无服务商关系")
        return Party(call.merchant.mchid)
    sub_mchid = fields.text("sub_mchid", _NUMBER)
    if call.merchant.sub_merchant(sub_mchid) is None:
        raise WeChatPayError(404, "MCH_NOT_EXISTS", "特约商户号不存在或不属于该服务商")
    return Party(call.merchant.mchid, sub_mchid)


def _funds_account(body: Fields) -> str | None:
    if not body.has("funds_account"):
        return None
    return body.word("funds_account", ("AVAILABLE", "UNSETTLED"))


def _sources(amount: Fields, refund: int) -> list[dict[str, Any]]:
    sources: list[dict[str, Any]] = []
    for source in amount.children("from", 0, 2):
        account = source.word("account", ("AVAILABLE", "UNAVAILABLE"))
        sources.append({"account": account, "amount": source.integer("amount", low=1)})
    if sources and sum(source["amount"] for source in sources) != refund:
        raise amount.error("from", "出资金额之和应等于退款金额")
    return sources


def _check_goods(body: Fields) -> None:
    for goods in body.children("goods_detail", 0, 3000):
        goods.text("merchant_goods_id", 32)
        goods.maybe_text("wechatpay_goods_id", 32)
        goods.maybe_text("goods_name", 256)
        goods.integer("unit_price")
        goods.integer("refund_amount")
        goods.integer("refund_quantity", low=1)
