"""Finding entries of the ledger by number without reading all of it each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wechat_simulator.ledger import Entry, Ledger

_PAID = ("deduction", "payment")


class LedgerIndex:
    """Built beside a ledger and caught up when asked; entries are only ever added."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._seen = 0
        self._paid: dict[str, Entry] = {}
        self._numbers: dict[tuple[str, str], Entry] = {}
        self._refunds: dict[str, list[Entry]] = {}

    @classmethod
    def of(cls, ledger: Ledger) -> LedgerIndex:
        """Return the index of ``ledger``, up to date."""
        index: LedgerIndex = ledger.__dict__.setdefault("_index", cls(ledger))
        index._catch_up()
        return index

    def paid(self, transaction_id: str) -> Entry | None:
        """Return the payment or deduction with WeChat's number, or None."""
        return self._paid.get(transaction_id)

    def paid_number(self, mchid: str, out_trade_no: str) -> Entry | None:
        """Return the payment with this out_trade_no at the signing merchant, or None."""
        return self._numbers.get((mchid, out_trade_no))

    def refunds(self, transaction_id: str) -> list[Entry]:
        """Return what was given back of a payment, oldest first."""
        return self._refunds.get(transaction_id, [])

    def _catch_up(self) -> None:
        for entry in self._ledger.entries[self._seen :]:
            if entry.kind in _PAID:
                self._paid[entry.transaction_id] = entry
                self._numbers[entry.mchid, entry.out_trade_no or ""] = entry
            elif entry.kind == "refund":
                self._refunds.setdefault(entry.transaction_id, []).append(entry)
        self._seen = len(self._ledger.entries)
