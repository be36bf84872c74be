"""The proof of one order, for its learner and its institution alike; docs/verify_evidence.py checks it offline."""

from handlers.operation import Access, Call, Operation
from models.api_key import Scope
from models.evidence import EvidencePack
from services.changing import institutions, learners
from services.timeline import export_evidence


async def show_my_evidence(call: Call) -> EvidencePack:
    """Hand the learner the proof of their order."""
    return await export_evidence(call.ports, learners(call.learner.id, call.path["no"]))


async def show_evidence(call: Call) -> EvidencePack:
    """Hand the institution the proof of one of its orders."""
    return await export_evidence(call.ports, institutions(call.key.institution_id, call.path["no"]))


OPERATIONS = (
    Operation(
        "GET",
        "/v1/orders/{no}/evidence",
        show_my_evidence,
        Access.LEARNER,
        "The proof of my order: terms, lessons, charges and every fact, to be checked offline",
        EvidencePack,
    ),
    Operation(
        "GET",
        "/v1/institution/orders/{no}/evidence",
        show_evidence,
        Access.INSTITUTION,
        "The proof of an order: terms, lessons, charges and every fact, to be checked offline",
        EvidencePack,
        scope=Scope.ORDERS,
    ),
)
