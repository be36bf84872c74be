"""The money table: what we say was charged against what the simulator's ledger moved, to the fen."""

from dataclasses import dataclass
from typing import Any

from rich.table import Table

from lab.scenarios import Outcome


@dataclass(frozen=True)
class Balance:
    """One learner's money, as the scenario, our order and WeChat's ledger tell it."""

    title: str
    expected_fen: int
    ours_fen: int
    ledger_fen: int
    charges: int

    @property
    def balanced(self) -> bool:
        """Whether all three agree."""
        return self.expected_fen == self.ours_fen == self.ledger_fen


async def balance(outcome: Outcome, ledger: list[dict[str, Any]]) -> Balance:
    """Hold one scenario against the ledger."""
    order = await outcome.phone.order(outcome.order_no) if outcome.order_no else {"paid_fen": 0, "refunded_fen": 0}
    mine = [entry for entry in ledger if entry["openid"] == outcome.phone.person.openid]
    taken = sum(entry["amount_fen"] for entry in mine if entry["kind"] in {"deduction", "payment"})
    returned = sum(entry["amount_fen"] for entry in mine if entry["kind"] == "refund")
    return Balance(
        title=outcome.title,
        expected_fen=outcome.charged_fen - outcome.refunded_fen,
        ours_fen=order["paid_fen"] - order["refunded_fen"],
        ledger_fen=taken - returned,
        charges=sum(entry["kind"] in {"deduction", "payment"} for entry in mine),
    )


def money_table(balances: list[Balance]) -> Table:
    """Draw the table, with a last line that sums."""
    table = Table(title="对账 (fen)")
    for column in ("learner", "expected", "ours", "WeChat's ledger", "charges", "balanced"):
        table.add_column(column, justify="left" if column == "learner" else "right")
    for each in balances:
        table.add_row(
            each.title,
            str(each.expected_fen),
            str(each.ours_fen),
            str(each.ledger_fen),
            str(each.charges),
            "yes" if each.balanced else "NO",
        )
    table.add_section()
    table.add_row(
        "总计",
        str(sum(x.expected_fen for x in balances)),
        str(sum(x.ours_fen for x in balances)),
        str(sum(x.ledger_fen for x in balances)),
        str(sum(x.charges for x in balances)),
        "yes" if all(x.balanced for x in balances) else "NO",
    )
    return table
