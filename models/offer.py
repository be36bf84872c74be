"""All that a product page promised, as one hash: what a learner saw is what they accept."""

from hashlib import sha256
from json import dumps

from models.base import PositiveFen, Value
from models.contract import Contract
from models.course import Course
from models.policy import Policy


class Offer(Value):
    """One state of a course on sale: its revision, price list, terms and rules. `id` changes with any of them."""

    id: str
    course_id: str
    course_revision: int
    price_fen: PositiveFen
    price_list_sha256: str
    contract_version: str
    text_sha256: str


def make_offer(course: Course, contract: Contract, policy: Policy) -> Offer:
    """Say what is on offer now; the id covers the institution's rules too, because an order freezes them."""
    fields = {
        "course_id": course.id,
        "course_revision": course.revision,
        "price_fen": course.price_fen,
        "price_list_sha256": course.price_list_sha256,
        "contract_version": contract.version,
        "text_sha256": contract.text_sha256,
    }
    covered = dumps({**fields, "policy": policy.model_dump(mode="json")}, sort_keys=True, separators=(",", ":"))
    return Offer.model_validate({"id": f"offer_{sha256(covered.encode()).hexdigest()[:40]}", **fields})
