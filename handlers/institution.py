"""An institution's door, by API key: its courses, its lessons, its orders."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from handlers.operation import Access, Call, Operation
from handlers.order_views import OrderPage, OrderQuery, OrderView, TimelineView, order_view, timeline_view
from handlers.shapes import Strict
from handlers.views import CourseView, course_view
from models.api_key import Scope
from models.fee_mode import FeeMode
from models.texts import say_error
from services import catalog, lessons, orders
from services.changing import institutions, require_order
from services.timeline import timeline

MAX_ROWS = 500


class LessonInput(Strict):
    """One lesson of a course; without prices the course price is split evenly."""

    title: Annotated[str, Field(min_length=1, max_length=40)]
    price_fen: Annotated[int, Field(gt=0, strict=True)] | None = None


class CourseInput(Strict):
    """A course to publish or change; orders already placed keep what they froze."""

    title: Annotated[str, Field(min_length=1, max_length=60)]
    introduction: Annotated[str, Field(min_length=1, max_length=20)]
    description: Annotated[str, Field(max_length=5000)] = ""
    price_fen: Annotated[int, Field(gt=0, strict=True)]
    lessons: Annotated[list[LessonInput], Field(min_length=1, max_length=100)]
    fee_modes: Annotated[list[FeeMode], Field(min_length=1)]
    duration_days: Annotated[int, Field(ge=1, le=1000)] = 180
    open: bool = True


class AttendanceRowInput(Strict):
    """One taught lesson; `report_id` is your own row id, so that sending it again is safe."""

    report_id: Annotated[str, Field(min_length=1, max_length=64)]
    order_no: Annotated[str, Field(min_length=1, max_length=32)]
    lesson: Annotated[int, Field(ge=1, le=100, strict=True)]
    taught_at: AwareDatetime
    note: Annotated[str, Field(max_length=200)] = ""


class AttendanceReport(Strict):
    """A batch of taught lessons; each row is taken or refused on its own."""

    rows: Annotated[list[AttendanceRowInput], Field(min_length=1, max_length=MAX_ROWS)]


class ErrorBody(BaseModel):
    """Why one row was refused."""

    code: str
    message: str
    detail: dict[str, object]


class RowView(BaseModel):
    """What became of one row."""

    report_id: str
    result: Literal["taken", "known", "refused"]
    error: ErrorBody | None = None


class AttendanceView(BaseModel):
    """What became of a batch."""

    taken: int
    known: int
    refused: int
    rows: list[RowView]


async def put_course(call: Call) -> CourseView:
    """Publish or change a course."""
    given = call.read(CourseInput)
    course = await catalog.publish_course(
        call.ports,
        call.key.institution_id,
        call.path["course_id"],
        given.model_dump(exclude={"lessons"}),
        [(lesson.title, lesson.price_fen) for lesson in given.lessons],
    )
    return course_view(course)


async def report_attendance(call: Call) -> AttendanceView:
    """Report taught lessons."""
    rows = [lessons.AttendanceRow(**row.model_dump()) for row in call.read(AttendanceReport).rows]
    outcomes = await lessons.report_attendance(call.ports, call.key.institution_id, rows, call.key.prefix)
    views = [_row_view(outcome, call.language) for outcome in outcomes]
    counts = {result: sum(view.result == result for view in views) for result in ("taken", "known", "refused")}
    return AttendanceView(**counts, rows=views)


async def list_orders(call: Call) -> OrderPage:
    """List the institution's orders, newest first."""
    query = call.ask(OrderQuery)
    page = await orders.list_institutions_orders(
        call.ports,
        call.key.institution_id,
        states=[query.state] if query.state else [],
        after=query.after,
        limit=query.limit,
    )
    return OrderPage(orders=[order_view(order) for order in page.items], next=page.next)


async def show_order(call: Call) -> OrderView:
    """Show one of the institution's orders."""
    return order_view(await require_order(call.ports, institutions(call.key.institution_id, call.path["no"])))


async def show_timeline(call: Call) -> TimelineView:
    """Tell why a charge was, or was not, made."""
    order = await require_order(call.ports, institutions(call.key.institution_id, call.path["no"]))
    return timeline_view(order.no, await timeline(call.ports, order, call.language))


async def end_course(call: Call) -> OrderView:
    """Declare the course over: what was never taught is never charged."""
    return order_view(await lessons.end_course(call.ports, call.key.institution_id, call.path["no"]))


def _row_view(outcome: lessons.RowOutcome, language: str) -> RowView:
    if outcome.refusal is None:
        return RowView(report_id=outcome.report_id, result="taken" if outcome.taken else "known")
    refusal = outcome.refusal
    message = say_error(refusal.code, language, refusal.detail)
    error = ErrorBody(code=refusal.code, message=message, detail=dict(refusal.detail))
    return RowView(report_id=outcome.report_id, result="refused", error=error)


BASE = "/v1/institution"
ORDER = BASE + "/orders/{no}"
OPERATIONS = (
    Operation(
        "PUT",
        BASE + "/courses/{course_id}",
        put_course,
        Access.INSTITUTION,
        "Publish or change a course",
        CourseView,
        body=CourseInput,
        scope=Scope.COURSES,
    ),
    Operation(
        "POST",
        BASE + "/attendance",
        report_attendance,
        Access.INSTITUTION,
        "Report taught lessons",
        AttendanceView,
        body=AttendanceReport,
        scope=Scope.ATTENDANCE,
    ),
    Operation(
        "GET",
        BASE + "/orders",
        list_orders,
        Access.INSTITUTION,
        "Orders",
        OrderPage,
        query=OrderQuery,
        scope=Scope.ORDERS,
    ),
    Operation("GET", ORDER, show_order, Access.INSTITUTION, "One order", OrderView, scope=Scope.ORDERS),
    Operation(
        "GET",
        ORDER + "/timeline",
        show_timeline,
        Access.INSTITUTION,
        "Why was it (not) charged",
        TimelineView,
        scope=Scope.ORDERS,
    ),
    Operation(
        "POST",
        ORDER + "/course-end",
        end_course,
        Access.INSTITUTION,
        "Declare the course over",
        OrderView,
        scope=Scope.ORDERS,
    ),
)
