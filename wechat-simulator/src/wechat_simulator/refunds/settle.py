"""What happens to an accepted refund at its time: the money goes back, or it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator import money
from wechat_simulator.complaints.tell import money_went_back
from wechat_simulator.ledger_index import LedgerIndex
from wechat_simulator.notifier import notify
from wechat_simulator.refunds.entity import refund_notice
from wechat_simulator.refunds.state import MERCHANT_CARD, PROCESSING, SUCCESS, Refund, Refunds

if TYPE_CHECKING:
    from wechat_simulator.world import World

_SUMMARIES = {"SUCCESS": "退款成功", "ABNORMAL": "退款异常", "CLOSED": "退款关闭"}


def begin(world: World, refund: Refund) -> None:
    """Let the bank work on ``refund`` from now on."""
    refund.status, refund.finished_at = PROCESSING, None
    delay_s = world.switches.number("refund_delay_s")
    world.after(delay_s, "refund.settle", {"key": refund.key})


async def settle(world: World, payload: dict[str, Any]) -> None:
    """End a refund as its outcome says, and tell the merchant if it asked to be told."""
    refund = Refunds.of(world).refunds[payload["key"]]
    refund.status, refund.finished_at = refund.outcome, world.now()
    if refund.status == SUCCESS and refund.user_received_account != MERCHANT_CARD:
        _give_back(world, refund)
        money_went_back(world, refund.transaction_id)
    if refund.notify_url is not None:
        _tell(world, refund, refund.notify_url)


def _give_back(world: World, refund: Refund) -> None:
    entry = LedgerIndex.of(world.ledger).paid(refund.transaction_id)
    if entry is None:
        raise KeyError(refund.transaction_id)
    money.move(
        world,
        "refund",
        refund.user_id,
        mchid=refund.mchid,
        sub_mchid=refund.sub_mchid,
        openid=entry.openid,
        appid=entry.appid,
        amount_fen=refund.amount,
        transaction_id=refund.transaction_id,
        out_trade_no=refund.out_trade_no,
        out_refund_no=refund.out_refund_no,
        out_order_no=entry.out_order_no,
        order_id=entry.order_id,
        service_id=entry.service_id,
        trade_type=entry.trade_type,
        attach=entry.attach,
    )


def _tell(world: World, refund: Refund, url: str) -> None:
    notify(
        world,
        mchid=refund.mchid,
        url=url,
        event_type=f"REFUND.{refund.status}",
        original_type="refund",
        plaintext=refund_notice(refund),
        business_key=refund.out_refund_no,
        summary=_SUMMARIES[refund.status],
    )
