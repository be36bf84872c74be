"""An order's story: why was I (not) charged, line by line, and the evidence behind it."""

from dataclasses import dataclass

from models.beijing import moments_written, to_the_minute, to_the_second
from models.charge import PAID_OUTSIDE
from models.errors import NotFound
from models.evidence import EvidencePack, assemble
from models.facts import Fact, FactKind
from models.money import yuan
from models.order import Order
from models.texts import CATALOGUE, say, say_error
from services.changing import Which, require_order
from services.ports import Ports

VARIANTS = ("fee_mode", "how", "outcome")
"""The details of a fact that may call for a sentence of their own."""


@dataclass(frozen=True)
class TimelineLine:
    """One fact as data and as a sentence in the reader's language."""

    fact: Fact
    text: str


async def timeline(ports: Ports, order: Order, language: str) -> list[TimelineLine]:
    """Tell an order's story from its first fact to its last, stored and still unpublished ones alike."""
    return [TimelineLine(fact, describe(fact, language)) for fact in await _facts_of(ports, order)]


def describe(fact: Fact, language: str) -> str:
    """Write one fact as a sentence, its moment in Beijing time and its amount in yuan."""
    values: dict[str, object] = {
        **fact.data,
        "when": to_the_second(fact.at),
        "who": say(f"fact.by_{fact.by}", language),
        "lesson": fact.lesson_n,
        "charge_no": fact.charge_no,
        "amount": "" if fact.amount_fen is None else yuan(fact.amount_fen),
    }
    if fact.kind is FactKind.ORDER_REFUSED:
        values["reason"] = say_error(str(fact.data.get("code", "")), language, {})
    road = f"fact.road_{fact.data.get('how', '')}"
    if road in CATALOGUE:
        values["road"] = say(road, language)
    return say(f"fact.{_text_key(fact)}", language, **moments_written(values, to_the_minute))


def _text_key(fact: Fact) -> str:
    """Name the sentence: some kinds have one for a fee mode, for how it came, or for money not from WeChat."""
    if fact.kind is FactKind.CHARGE_PAID and fact.data.get("how") == PAID_OUTSIDE:
        return "charge_paid_outside"
    if fact.kind is FactKind.CHARGE_PAID and not fact.data.get("transaction_id"):
        return "charge_paid_unnamed"
    if fact.amount_fen == 0 and f"fact.{fact.kind}_free" in CATALOGUE:
        return f"{fact.kind}_free"
    variants = (f"{fact.kind}_{fact.data.get(detail, '')}" for detail in VARIANTS)
    return next((key for key in variants if f"fact.{key}" in CATALOGUE), str(fact.kind))


async def export_evidence(ports: Ports, which: Which) -> EvidencePack:
    """Gather an order's evidence as things stand now, for whoever may see the order (`learners`, `institutions`).

    Raises NotFound for an unknown order, or `contract_not_found` when the accepted version of the terms is not kept.
    """
    order = await require_order(ports, which)
    accepted = order.acceptance.contract_version
    contract = await ports.contracts.get(order.course.institution_id, accepted)
    if contract is None:
        raise NotFound("contract_not_found", version=accepted)
    facts = [fact for fact in await _facts_of(ports, order) if fact.seq <= order.fact_count]
    return assemble(order, contract, facts, await ports.clock.now())


async def _facts_of(ports: Ports, order: Order) -> list[Fact]:
    stored = await ports.facts.of_order(order.no)
    by_seq = {fact.seq: fact for fact in (*stored, *order.facts)}
    return [by_seq[seq] for seq in sorted(by_seq)]
