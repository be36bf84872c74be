"""What is on sale, and what a product page tells this one learner."""

from dataclasses import dataclass

from models.authorization import AuthorizationState, authorization_id
from models.course import Course, check_fee_mode
from models.errors import NotFound, Refusal
from models.institution import Agreement, FeeMode, Institution, agreement_for, resolve_channel
from models.learner import Learner
from services.ports import Ports


@dataclass(frozen=True)
class ModeOffer:
    """One fee mode as this learner finds it: open or why not, and how the learner will agree at WeChat."""

    fee_mode: FeeMode
    open: bool
    closed_because: str
    agreement: Agreement
    authorization: AuthorizationState | None


@dataclass(frozen=True)
class ProductDetail:
    """Everything a product page shows."""

    course: Course
    institution: Institution
    offers: tuple[ModeOffer, ...]


async def require_course(ports: Ports, course_id: str) -> Course:
    """Give the course; raises NotFound."""
    course = await ports.courses.get(course_id)
    if course is None:
        raise NotFound("course_not_found", course_id=course_id)
    return course


async def require_institution(ports: Ports, institution_id: str) -> Institution:
    """Give the institution; raises NotFound."""
    institution = await ports.institutions.get(institution_id)
    if institution is None:
        raise NotFound("institution_not_found", institution_id=institution_id)
    return institution


async def product_detail(ports: Ports, learner: Learner, course_id: str) -> ProductDetail:
    """Show one course with the fee modes open to this learner."""
    course = await require_course(ports, course_id)
    institution = await require_institution(ports, course.institution_id)
    offers = [await _offer(ports, learner, course, institution, mode) for mode in course.fee_modes]
    return ProductDetail(course, institution, tuple(offers))


async def _offer(ports: Ports, learner: Learner, course: Course, institution: Institution, mode: FeeMode) -> ModeOffer:
    agreement = agreement_for(mode, institution.policy)
    merchant = ports.merchants.get(institution.merchant_id)
    try:
        check_fee_mode(course, mode, institution.policy, merchant)
    except Refusal as refusal:
        return ModeOffer(mode, open=False, closed_because=refusal.code, agreement=agreement, authorization=None)
    state = None
    if agreement is Agreement.AUTHORIZATION:
        channel = resolve_channel(merchant, agreement)
        found = await ports.authorizations.get(
            authorization_id(learner.id, channel.service_id or "", channel.sub_mchid)
        )
        state = found.state if found else None
    return ModeOffer(mode, open=True, closed_because="", agreement=agreement, authorization=state)
