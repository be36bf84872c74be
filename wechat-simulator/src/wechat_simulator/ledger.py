"""Every fen that moved; ``money.move`` writes here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal

from wechat_simulator.moments import rfc3339_utc
from wechat_simulator.parts import Part

EntryKind = Literal["deduction", "payment", "refund", "sync"]


@dataclass
class Entry:
    """One movement of money; ``amount_fen`` is positive for every kind.

    ``sync`` records money the merchant says it received elsewhere and moves no balance.
    ``trade_type`` is AUTH for an automatic deduction and JSAPI when the user paid himself.
    """

    id: str
    at: datetime
    kind: EntryKind
    mchid: str
    user_id: str
    openid: str
    appid: str
    amount_fen: int
    transaction_id: str
    sub_mchid: str | None = None
    out_order_no: str | None = None
    order_id: str | None = None
    out_trade_no: str | None = None
    out_refund_no: str | None = None
    trade_type: str | None = None
    service_id: str | None = None
    attach: str | None = None


@dataclass
class Ledger(Part):
    """The entries in the order in which money moved."""

    name: ClassVar[str] = "ledger"
    entries: list[Entry] = field(default_factory=list)

    def view(self) -> list[dict[str, Any]]:
        """Return the entries for the control plane, absent fields left out."""
        rows = []
        for entry in self.entries:
            row = {k: v for k, v in vars(entry).items() if v is not None}
            rows.append(row | {"at": rfc3339_utc(entry.at)})
        return rows
