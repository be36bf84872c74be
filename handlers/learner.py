"""A learner's own door: log-in and what is on sale."""

from typing import Annotated

from pydantic import Field

from handlers.operation import Access, Call, Operation
from handlers.shapes import Paging, Strict
from handlers.views import (
    ContractView,
    CoursePage,
    LearnerView,
    LessonPriceView,
    ModeView,
    ProductView,
    SessionView,
    course_fields,
    course_view,
)
from models.authorization import AuthorizationState
from models.fee_mode import Agreement
from models.learner import Learner
from services import catalog, login


class LogIn(Strict):
    """The code `wx.login` gave."""

    code: Annotated[str, Field(min_length=1, max_length=128)]


class Me(Strict):
    """What a learner may change about themselves."""

    nickname: Annotated[str, Field(max_length=40)] | None = None
    language: Annotated[str, Field(pattern="^(zh_CN|en)$")] | None = None


class PhoneCode(Strict):
    """The code the phone-number button gave."""

    code: Annotated[str, Field(min_length=1, max_length=128)]


class CourseQuery(Paging):
    """Courses of one institution, or of all."""

    institution_id: Annotated[str, Field(max_length=64)] | None = None


async def log_in(call: Call) -> SessionView:
    """Trade the one-time code for a session; a session token sent along ends."""
    given = call.read(LogIn)
    learner, token = await login.log_in(
        call.ports, given.code, call.ports.settings.miniprogram_appid, call.token or None
    )
    return SessionView(token=token, learner=learner_view(learner))


async def log_out(call: Call) -> None:
    """End the session in use."""
    await login.log_out(call.ports, call.token)


async def show_me(call: Call) -> LearnerView:
    """Show who is logged in."""
    return learner_view(call.learner)


async def change_me(call: Call) -> LearnerView:
    """Change name or language."""
    given = call.read(Me)
    changes = given.model_dump(exclude_none=True)
    return learner_view(await login.change_me(call.ports, call.learner, changes))


async def add_phone(call: Call) -> LearnerView:
    """Keep the phone number behind a one-time code."""
    return learner_view(await login.add_phone(call.ports, call.learner, call.read(PhoneCode).code))


async def list_courses(call: Call) -> CoursePage:
    """List what is on sale."""
    query = call.ask(CourseQuery)
    page = await catalog.list_courses(
        call.ports, institution_id=query.institution_id, after=query.after, limit=query.limit
    )
    return CoursePage(courses=[course_view(course) for course in page.items], next=page.next)


async def show_course(call: Call) -> ProductView:
    """Show a product page as this learner finds it."""
    detail = await catalog.product_detail(call.ports, call.learner, call.path["course_id"])
    course, institution = detail.course, detail.institution
    prices = [LessonPriceView(n=n, title=x.title, price_fen=x.price_fen) for n, x in enumerate(course.lessons, 1)]
    contract = institution.contract
    return ProductView(
        **course_fields(course),
        description=course.description,
        duration_days=course.duration_days,
        offer_id=detail.offer.id,
        institution_name=institution.name,
        service_phone=institution.service_phone,
        lessons=prices,
        modes=[mode_view(choice) for choice in detail.modes],
        contract=ContractView(
            version=contract.version, title=contract.title, text=contract.text, text_sha256=contract.text_sha256
        ),
    )


def learner_view(learner: Learner) -> LearnerView:
    """Show a learner to themselves."""
    return LearnerView(id=learner.id, nickname=learner.nickname, phone=learner.phone, language=learner.language)


def mode_view(choice: catalog.ModeChoice) -> ModeView:
    """Show a fee mode and what happens when it is chosen."""
    return ModeView(
        fee_mode=choice.fee_mode,
        open=choice.open,
        closed_because=choice.closed_because,
        agreement=choice.agreement,
        authorization=choice.authorization,
        next_step=_next_step(choice),
    )


def _next_step(choice: catalog.ModeChoice) -> str:
    if not choice.open:
        return ""
    if choice.agreement is not Agreement.AUTHORIZATION:
        return choice.agreement
    return "order" if choice.authorization is AuthorizationState.ACTIVE else "authorize"


OPERATIONS = (
    Operation("POST", "/v1/sessions", log_in, Access.PUBLIC, "Log in", SessionView, 201, LogIn),
    Operation("DELETE", "/v1/sessions/current", log_out, Access.LEARNER, "Log out", status=204),
    Operation("GET", "/v1/me", show_me, Access.LEARNER, "Who am I", LearnerView),
    Operation("PATCH", "/v1/me", change_me, Access.LEARNER, "Change my name or language", LearnerView, body=Me),
    Operation("POST", "/v1/me/phone", add_phone, Access.LEARNER, "Add my phone", LearnerView, body=PhoneCode),
    Operation("GET", "/v1/courses", list_courses, Access.LEARNER, "Courses on sale", CoursePage, query=CourseQuery),
    Operation("GET", "/v1/courses/{course_id}", show_course, Access.LEARNER, "Product page", ProductView),
)
