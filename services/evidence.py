"""One order's evidence, gathered from everything that is kept about it."""

from models.errors import NotFound
from models.evidence import EvidencePack, assemble
from services.changing import require_order
from services.ports import Ports


async def export(ports: Ports, order_no: str) -> EvidencePack:
    """Gather an order's evidence as things stand now; whoever asks must be allowed to see the order.

    Raises NotFound for an unknown order, or `contract_not_found` when the accepted version of the terms is not kept.
    """
    order = await require_order(ports, order_no)
    accepted = order.acceptance.contract_version
    contract = await ports.contracts.get(order.course.institution_id, accepted)
    if contract is None:
        raise NotFound("contract_not_found", version=accepted)
    stored = await ports.facts.of_order(order.no)
    by_seq = {fact.seq: fact for fact in (*stored, *order.facts)}
    facts = [by_seq[seq] for seq in sorted(by_seq) if seq <= order.fact_count]
    return assemble(order, contract, facts, await ports.clock.now())
