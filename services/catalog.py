"""What is on sale: put there by institutions, shown as this one learner finds it."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from models.authorization import AuthorizationState, authorization_id
from models.course import Course, LessonPrice, check_fee_mode
from models.errors import InvalidInput, NotFound, Refusal
from models.fee_mode import Agreement, FeeMode
from models.institution import Institution
from models.learner import Learner
from models.merchant import resolve_channel
from models.money import split_evenly
from models.offer import Offer, make_offer
from models.policy import agreement_for
from services.pages import Page, page_of
from services.ports import Ports


@dataclass(frozen=True)
class ModeChoice:
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
    modes: tuple[ModeChoice, ...]
    offer: Offer


async def list_courses(ports: Ports, *, institution_id: str | None, after: str, limit: int) -> Page[Course]:
    """Return a page of what is on sale, of one institution or of all."""
    found = await ports.courses.page(institution_id=institution_id, after=after, limit=limit)
    return page_of(found, limit, lambda course: course.id)


async def require_course(ports: Ports, course_id: str) -> Course:
    """Return the course; raises NotFound."""
    course = await ports.courses.get(course_id)
    if course is None:
        raise NotFound("course_not_found", course_id=course_id)
    return course


async def require_institution(ports: Ports, institution_id: str) -> Institution:
    """Return the institution; raises NotFound."""
    institution = await ports.institutions.get(institution_id)
    if institution is None:
        raise NotFound("institution_not_found", institution_id=institution_id)
    return institution


async def require_course_and_institution(ports: Ports, course_id: str) -> tuple[Course, Institution]:
    """Return the course and whose it is, in one reading; raises NotFound."""
    found = await ports.courses.with_institution(course_id)
    if found is None:
        raise NotFound("course_not_found", course_id=course_id)
    course, institution = found
    if institution is None:
        raise NotFound("institution_not_found", institution_id=course.institution_id)
    return course, institution


async def product_detail(ports: Ports, learner: Learner, course_id: str) -> ProductDetail:
    """Show one course with the fee modes open to this learner."""
    course, institution = await require_course_and_institution(ports, course_id)
    modes = [await _choice(ports, learner, course, institution, mode) for mode in course.fee_modes]
    offer = make_offer(course, institution.contract, institution.policy)
    return ProductDetail(course, institution, tuple(modes), offer)


async def _choice(
    ports: Ports, learner: Learner, course: Course, institution: Institution, mode: FeeMode
) -> ModeChoice:
    agreement = agreement_for(mode, institution.policy)
    merchant = ports.merchants.get(institution.merchant_id)
    try:
        check_fee_mode(course, mode, institution.policy, merchant)
    except Refusal as refusal:
        return ModeChoice(mode, open=False, closed_because=refusal.code, agreement=agreement, authorization=None)
    state = None
    if agreement is Agreement.AUTHORIZATION:
        channel = resolve_channel(merchant, agreement)
        found = await ports.authorizations.get(
            authorization_id(learner.id, channel.service_id or "", channel.sub_mchid)
        )
        state = found.state_at(institution.id) if found else None
    return ModeChoice(mode, open=True, closed_because="", agreement=agreement, authorization=state)


async def publish_course(
    ports: Ports,
    institution_id: str,
    course_id: str,
    fields: dict[str, Any],
    lessons: list[tuple[str, int | None]],
) -> Course:
    """Publish or change a course; lessons without a price share the course price evenly.

    Raises InvalidInput naming the field, Conflict when a fee mode cannot be offered for it, NotFound when the id
    is another institution's.
    """
    known = await ports.courses.get(course_id)
    if known is not None and known.institution_id != institution_id:
        raise NotFound("course_not_found", course_id=course_id)
    institution = await require_institution(ports, institution_id)
    merchant = ports.merchants.get(institution.merchant_id)
    try:
        course = Course(
            id=course_id, institution_id=institution_id, lessons=_priced(fields["price_fen"], lessons), **fields
        )
    except ValidationError as wrong:
        first = wrong.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "lessons"
        raise InvalidInput("invalid_course", field=field, problem=first["msg"]) from wrong
    for mode in course.fee_modes:
        if course.open:
            check_fee_mode(course, mode, institution.policy, merchant)
    return await ports.courses.put(course)


def _priced(price_fen: int, lessons: list[tuple[str, int | None]]) -> list[LessonPrice]:
    priced = [price for _, price in lessons if price is not None]
    if priced and len(priced) != len(lessons):
        raise InvalidInput("invalid_course", field="lessons", problem="give every lesson a price, or none")
    prices = priced or split_evenly(price_fen, len(lessons))
    return [LessonPrice(title=title, price_fen=price) for (title, _), price in zip(lessons, prices, strict=True)]
