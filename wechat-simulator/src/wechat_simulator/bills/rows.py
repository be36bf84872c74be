"""What a trade bill lists: payments by the time they were paid, refunds by when they were taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from wechat_simulator.ledger_index import LedgerIndex
from wechat_simulator.payments.state import Trades
from wechat_simulator.payscore.state import PayScore
from wechat_simulator.refunds.state import CLOSED, PROCESSING, Refund, Refunds

if TYPE_CHECKING:
    from wechat_simulator.bills.days import Period
    from wechat_simulator.ledger import Entry
    from wechat_simulator.payments.parties import Party
    from wechat_simulator.world import World

_PAID = ("deduction", "payment")
_HUNDRED = Decimal(100)
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Row:
    """One line; ``refund`` and its ``refund_status`` as the file was made are None for payments."""

    at: datetime
    entry: Entry
    description: str
    refund: Refund | None = None
    refund_status: str | None = None

    @property
    def paid_fen(self) -> int:
        """The fen this line adds to the orders; none for a refund."""
        return 0 if self.refund else self.entry.amount_fen

    @property
    def refunded_fen(self) -> int:
        """The fen this line adds to the refunds; none for a payment."""
        return self.refund.amount if self.refund else 0


def rows(world: World, who: Party, period: Period, kind: str) -> list[Row]:
    """Return the lines of a bill of ``kind`` ALL, SUCCESS or REFUND, oldest first.

    A provider without a sub-merchant gets the lines of all of them. Closed refunds are left out.
    """
    found = _payments(world, who, period) if kind != "REFUND" else []
    found += _refunds(world, who, period) if kind != "SUCCESS" else []
    return sorted(found, key=lambda row: row.at)


def _payments(world: World, who: Party, period: Period) -> list[Row]:
    return [
        Row(entry.at, entry, _description(world, entry))
        for entry in world.ledger.entries
        if entry.kind in _PAID and _concerns(entry, who) and period.holds(entry.at)
    ]


def _refunds(world: World, who: Party, period: Period) -> list[Row]:
    found = []
    for refund in Refunds.of(world).refunds.values():
        entry = LedgerIndex.of(world.ledger).paid(refund.transaction_id)
        if entry is None or not _concerns(entry, who) or not period.holds(refund.created_at):
            continue
        status = _status_at(refund, period.ready_at)
        if status == CLOSED:
            continue
        found.append(Row(refund.created_at, entry, _description(world, entry), refund, status))
    return found


def _concerns(entry: Entry, who: Party) -> bool:
    return entry.mchid == who.mchid and who.sub_mchid in (None, entry.sub_mchid)


def _status_at(refund: Refund, moment: datetime) -> str:
    """Return the state when the file was made: later changes never reach a bill."""
    finished = refund.finished_at is not None and refund.finished_at <= moment
    return refund.status if finished else PROCESSING


def _description(world: World, entry: Entry) -> str:
    trade = Trades.of(world).paid_as(entry.transaction_id)
    if trade is not None:
        return trade.description
    order = PayScore.of(world).orders.get(f"{entry.mchid}|{entry.out_order_no}")
    return order.service_introduction if order else ""


def yuan(fen: int) -> str:
    """Return an amount in yuan with two places."""
    return str((Decimal(fen) / _HUNDRED).quantize(_CENT))


def fee(fen: int, rate: Decimal) -> Decimal:
    """Return the fee in yuan on ``fen``: rounded to the cent, negative where ``fen`` is."""
    return (Decimal(fen) * rate / _HUNDRED / _HUNDRED).quantize(_CENT, ROUND_HALF_UP)
