"""What our JSON looks like for people and courses; orders are in `order_views`."""

from pydantic import BaseModel

from models.course import Course
from models.fee_mode import Agreement, FeeMode


class LearnerView(BaseModel):
    """The learner as they see themselves."""

    id: str
    nickname: str
    phone: str | None
    language: str


class SessionView(BaseModel):
    """A new session: the token is shown this once."""

    token: str
    learner: LearnerView


class LessonPriceView(BaseModel):
    """One row of a price list."""

    n: int
    title: str
    price_fen: int


class CourseView(BaseModel):
    """A course in a list."""

    id: str
    institution_id: str
    title: str
    introduction: str
    price_fen: int
    lesson_count: int
    fee_modes: list[FeeMode]


class CoursePage(BaseModel):
    """One page of courses; `next` is the cursor of the following one, empty at the end."""

    courses: list[CourseView]
    next: str


class ContractView(BaseModel):
    """The terms to accept: send `version` back when ordering."""

    version: str
    title: str
    text: str
    text_sha256: str


class ModeView(BaseModel):
    """A fee mode as this learner finds it, and what happens next when they choose it."""

    fee_mode: FeeMode
    open: bool
    closed_because: str
    agreement: Agreement
    authorization: str | None
    next_step: str


class ProductView(CourseView):
    """Everything a product page shows."""

    offer_id: str
    description: str
    duration_days: int
    institution_name: str
    service_phone: str
    lessons: list[LessonPriceView]
    modes: list[ModeView]
    contract: ContractView


def course_view(course: Course) -> CourseView:
    """Show a course in a list."""
    return CourseView(**course_fields(course))


def course_fields(course: Course) -> dict[str, object]:
    """Return the fields every view of a course shares."""
    return {
        "id": course.id,
        "institution_id": course.institution_id,
        "title": course.title,
        "introduction": course.introduction,
        "price_fen": course.price_fen,
        "lesson_count": len(course.lessons),
        "fee_modes": list(course.fee_modes),
    }
