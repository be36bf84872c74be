"""The exceptions queue as an institution sees it: what waits for a person, what to do, and that it was done."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from handlers.operation import Access, Call, Operation
from handlers.shapes import Paging, Strict
from models.api_key import Scope
from models.exceptions import ExceptionCase, ExceptionKind, Owner
from models.facts import Scalar
from services import exceptions


class ExceptionQuery(Paging):
    """Open exceptions, closed ones, or all."""

    after: Annotated[str, Field(max_length=128)] = ""
    state: Literal["", "open", "closed"] = ""


class ClosingInput(Strict):
    """What became of it, in your own words."""

    outcome: Annotated[str, Field(min_length=1, max_length=200)]


class ExceptionView(BaseModel):
    """One exception; `owner` says who has to act, `age_s` for how many seconds it has been (or was) open."""

    id: str
    kind: ExceptionKind
    owner: Owner
    order_no: str
    subject: str
    opened_at: datetime
    age_s: int
    suggested_action: str
    detail: dict[str, Scalar]
    closed_at: datetime | None
    closed_by: str
    outcome: str


class ExceptionPage(BaseModel):
    """One page of exceptions, newest first; `next` is the cursor of the following one, empty at the end."""

    exceptions: list[ExceptionView]
    next: str


async def list_exceptions(call: Call) -> ExceptionPage:
    """List what waits, or waited, for a person about the institution's orders and endpoints."""
    query = call.ask(ExceptionQuery)
    page = await exceptions.list_exceptions(
        call.ports,
        institution_id=call.key.institution_id,
        is_open={"open": True, "closed": False}.get(query.state),
        after=query.after,
        limit=query.limit,
    )
    now = await call.ports.clock.now()
    return ExceptionPage(exceptions=[_view(case, now, call.language) for case in page.items], next=page.next)


async def close_exception(call: Call) -> ExceptionView:
    """Say that an exception of the institution's own was dealt with."""
    outcome = call.read(ClosingInput).outcome
    closed = await exceptions.close_by_institution(
        call.ports, call.key.institution_id, call.path["exception_id"], outcome
    )
    return _view(closed, await call.ports.clock.now(), call.language)


def _view(case: ExceptionCase, now: datetime, language: str) -> ExceptionView:
    shown = case.model_dump(include=set(ExceptionView.model_fields))
    return ExceptionView(
        **shown,
        age_s=int(case.age(now).total_seconds()),
        suggested_action=exceptions.suggested_action(case, language),
    )


BASE = "/v1/institution/exceptions"
OPERATIONS = (
    Operation(
        "GET",
        BASE,
        list_exceptions,
        Access.INSTITUTION,
        "What waits for a person",
        ExceptionPage,
        query=ExceptionQuery,
        scope=Scope.ORDERS,
    ),
    Operation(
        "POST",
        BASE + "/{exception_id}/closing",
        close_exception,
        Access.INSTITUTION,
        "It was dealt with",
        ExceptionView,
        body=ClosingInput,
        scope=Scope.ORDERS,
    ),
)
