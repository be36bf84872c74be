"""Every fen WeChat moved, and nothing else."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Entry:
    """One movement: `deduction` and `payment` come from the learner, `refund` goes back."""

    kind: str
    charge_no: str
    amount_fen: int
    at: datetime
    transaction_id: str
    refund_no: str = ""


@dataclass
class Ledger:
    """All movements in the order they happened."""

    entries: list[Entry] = field(default_factory=list)

    def taken_fen(self, prefix: str = "") -> int:
        """What was taken under charge numbers that begin so."""
        return sum(x.amount_fen for x in self.entries if x.kind != "refund" and x.charge_no.startswith(prefix))

    def returned_fen(self, prefix: str = "") -> int:
        """What went back under charge numbers that begin so."""
        return sum(x.amount_fen for x in self.entries if x.kind == "refund" and x.charge_no.startswith(prefix))

    def times_taken(self, charge_no: str) -> int:
        """How often money was taken under this number."""
        return sum(x.kind != "refund" and x.charge_no == charge_no for x in self.entries)
