"""Putting a course on sale: prices that add up to the fen, within what WeChat and the institution's rules allow."""

from typing import Any

from pydantic import ValidationError

from models.course import Course, LessonPrice, check_fee_mode
from models.errors import InvalidInput, NotFound
from models.money import split_evenly
from services.catalog import require_institution
from services.ports import Ports


async def publish(
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
