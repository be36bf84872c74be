"""What a refund must satisfy, and the switches of the refund desk."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from wechat_simulator.errors import WeChatPayError
from wechat_simulator.refunds.state import ABNORMAL, CLOSED, SUCCESS, Refunds
from wechat_simulator.switches import Switch

if TYPE_CHECKING:
    from wechat_simulator.ledger import Entry
    from wechat_simulator.refunds.request import Wish
    from wechat_simulator.refunds.state import Refund
    from wechat_simulator.world import World

LIFE = timedelta(days=365)
MOST_PARTS = 50
GAP = timedelta(minutes=1)
MISMATCH = "订单金额或退款金额与之前请求不一致，请核实后再试"

SWITCHES = (
    Switch("refund_delay_s", 10, "virtual seconds a refund stays PROCESSING (minutes at WeChat)"),
    Switch(
        "refund_outcome",
        SUCCESS,
        "how refunds end that no refund: fault decides",
        (SUCCESS, ABNORMAL, CLOSED),
    ),
)


def check_repeat(known: Refund, wish: Wish) -> None:
    """Refuse a known number with changed parameters; the same ones are the same refund."""
    if known.request == wish.request:
        return
    same_amounts = (known.amount, known.total) == (wish.refund, wish.total)
    raise _refused("退款单号已存在，请求参数与之前请求不一致" if same_amounts else MISMATCH)


def check_new(world: World, entry: Entry, wish: Wish) -> None:
    """Refuse what may not be given back of this payment: sum, age, number and pace of parts.

    HTTP 429 for parts less than a minute apart is a default: no source names the answer.
    """
    earlier = Refunds.of(world).of_payment(entry.transaction_id)
    if wish.total != entry.amount_fen:
        raise _refused(MISMATCH)
    if world.now() > entry.at + LIFE:
        raise _refused("订单已超过可退款的最大期限（支付完成后一年内）")
    _check_sum(entry, wish, sum(refund.amount for refund in earlier))
    if len(earlier) >= MOST_PARTS:
        raise _refused(f"一笔订单最多支持{MOST_PARTS}次部分退款")
    if earlier and world.now() < earlier[-1].created_at + GAP:
        raise WeChatPayError(429, "FREQUENCY_LIMITED", "同一订单多次退款需间隔1分钟以上")


def _check_sum(entry: Entry, wish: Wish, given_back: int) -> None:
    if given_back >= entry.amount_fen:
        raise _refused("订单已全额退款")
    if given_back + wish.refund > entry.amount_fen:
        raise _refused("申请退款金额超过订单可退金额")


def _refused(message: str) -> WeChatPayError:
    return WeChatPayError(400, "INVALID_REQUEST", message)
