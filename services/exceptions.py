"""The exceptions queue at work: what raises an exception, what settles it, and who closes it.

Every raising happens before what led to it is marked as done, and may be repeated: killed in between, the next run
ends in the same state.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from models.beijing import moments_written, to_the_minute
from models.delivery import Delivery, DeliveryState, Receiver
from models.errors import ForeignWord, NotAllowed, NotFound
from models.exceptions import (
    RAISINGS,
    ExceptionCase,
    ExceptionKind,
    Owner,
    exception_id,
    raised_by_fact,
    subject_of,
    touched,
)
from models.facts import Fact
from models.money import yuan
from models.notices import PayNotice
from models.order import Order
from models.texts import say
from models.unreadable import UnreadableDocument
from services.pages import Page, page_of
from services.ports import Ports
from services.saving import until_saved

Case = TypeVar("Case", bound=ExceptionCase | None)

REPLAYED = "sent_again"
READABLE_AGAIN = "readable_again"
PARKED_SEEN = 100


async def take_facts(ports: Ports, order: Order) -> None:
    """Raise and settle what the order's unpublished facts raise and settle, in their order."""
    for fact in order.facts:
        for kind, raises in touched(fact):
            if raises:
                await raise_exception(ports, raised_by_fact(kind, fact, order.course.institution_id))
            else:
                await _settle(ports, kind, fact)


async def list_exceptions(
    ports: Ports, *, institution_id: str | None = None, is_open: bool | None = None, after: str = "", limit: int = 20
) -> Page[ExceptionCase]:
    """Return a page of exceptions (of one institution) newest first: all, the open or the closed ones."""
    found = await ports.exceptions.page(institution_id=institution_id, is_open=is_open, after=after, limit=limit)
    return page_of(found, limit, lambda case: case.id)


async def raise_exception(ports: Ports, news: ExceptionCase) -> None:
    """Put an exception into the queue; one that is there already is only told what is new."""

    def rule(known: ExceptionCase | None) -> ExceptionCase:
        if known is None:
            return news
        known.raised_again(news)
        return known

    await _change(ports, news.id, rule)


async def raise_unknown_notice(ports: Ports, notice: PayNotice, number: str) -> None:
    """Let the operator know that WeChat moved money, or says so, under a number that is not ours, or not any more."""
    now = await ports.clock.now()
    forgot = (await ports.generations.current()).forgot(number)
    kind = ExceptionKind.FORGOTTEN_AT_WECHAT if forgot else ExceptionKind.NOTICE_UNKNOWN
    news = _raised(kind, number, now, merchant=notice.merchant_id, event=notice.event)
    news.detail["number"] = number
    await raise_exception(ports, news)


async def raise_unreadable(ports: Ports, document: UnreadableDocument) -> None:
    """Let the operator know of a stored document that this version cannot read."""
    now = await ports.clock.now()
    kind, names = ExceptionKind.DOCUMENT_UNREADABLE, {"collection": document.collection, "document": document.key}
    news = _raised(kind, document.id, now, **names, problem=document.problem)
    news.order_no = document.key if document.collection == "orders" else ""
    news.cause = int(now.timestamp() * 1000)
    await raise_exception(ports, news)


async def readable_again(ports: Ports, document: UnreadableDocument) -> None:
    """Close the exception about a document that can be read by now."""
    now = await ports.clock.now()

    def rule(known: ExceptionCase | None) -> ExceptionCase | None:
        if known and known.is_open:
            known.close(READABLE_AGAIN, "xianxue", now)
        return known

    await _change(ports, exception_id(ExceptionKind.DOCUMENT_UNREADABLE, document.id), rule)


async def raise_foreign_word(ports: Ports, notice: PayNotice, foreign: ForeignWord) -> None:
    """Let the operator know that WeChat told one merchant something about a number of another's."""
    number, now = str(foreign.detail["number"]), await ports.clock.now()
    detail = {"merchant": notice.merchant_id, "event": notice.event, "told_by": str(foreign.detail["told_by"])}
    if notice.charge and notice.charge.total_fen is not None:
        detail["told_fen"] = str(notice.charge.total_fen)
    news = _raised(ExceptionKind.WORD_OF_ANOTHER_MERCHANT, f"{number}-{notice.merchant_id}", now, **detail)
    news.cause = int(now.timestamp() * 1000)
    news.detail["number"] = number
    await raise_exception(ports, news)


async def deliveries_parked(ports: Ports, deliveries: Sequence[Delivery]) -> None:
    """Raise one exception a receiver whose deliveries were given up: thousands may wait for the same endpoint."""
    parked = {_receiver(delivery): delivery for delivery in deliveries if delivery.state is DeliveryState.PARKED}
    for subject, delivery in parked.items():
        last = delivery.attempts[-1]
        news = _raised(ExceptionKind.DELIVERY_PARKED, subject, last.at, address=subject, note=last.note or last.status)
        news.cause = int(last.at.timestamp() * 1000)
        news.detail["delivery_id"] = delivery.id
        if delivery.receiver is Receiver.WEBHOOK:
            news.institution_id = delivery.institution_id
        else:
            news.owner = Owner.OPERATOR
        await raise_exception(ports, news)


async def delivery_replayed(ports: Ports, delivery: Delivery) -> None:
    """Close the exception about an endpoint once nothing given up is left for it; failing again raises it again."""
    parked = await ports.deliveries.of_institution(
        delivery.institution_id, state=DeliveryState.PARKED, limit=PARKED_SEEN
    )
    if len(parked) == PARKED_SEEN or any(one.address == delivery.address for one in parked):
        return
    await close_if_open(
        ports, exception_id(ExceptionKind.DELIVERY_PARKED, _receiver(delivery)), REPLAYED, "institution"
    )


async def close_if_open(ports: Ports, key: str, outcome: str, by: str) -> None:
    """Close an exception whose cause is gone; one that is closed, or never was, is left as it is."""
    now = await ports.clock.now()

    def rule(known: ExceptionCase | None) -> ExceptionCase | None:
        if known and known.is_open:
            known.close(outcome, by, now)
        return known

    await _change(ports, key, rule)


async def close_by_institution(ports: Ports, institution_id: str, key: str, outcome: str) -> ExceptionCase:
    """Take the institution's word that it dealt with an exception of its own; saying it again changes nothing.

    Raises NotFound for what is not the institution's, NotAllowed for what the operator has to settle, Conflict
    `exception_closed` when it was closed otherwise.
    """

    def theirs(found: ExceptionCase) -> None:
        if found.institution_id != institution_id:
            raise NotFound("exception_not_found", exception_id=key)
        if found.owner is not Owner.INSTITUTION:
            raise NotAllowed("exception_not_yours", exception_id=key)

    return await _close(ports, key, outcome, "institution", theirs)


async def close_by_operator(ports: Ports, key: str, outcome: str) -> ExceptionCase:
    """Take the operator's word that an exception was dealt with; raises NotFound, or Conflict `exception_closed`."""
    return await _close(ports, key, outcome, "operator")


def suggested_action(case: ExceptionCase, language: str) -> str:
    """Say what to do about an exception, with its numbers, amounts in yuan and instants in Beijing time."""
    amount_fen = case.detail.get("amount_fen")
    amount = yuan(amount_fen) if isinstance(amount_fen, int) else ""
    values: dict[str, object] = {**case.detail, "order_no": case.order_no, "amount": amount}
    return say(f"exception.{case.kind}", language, **moments_written(values, to_the_minute))


async def _settle(ports: Ports, kind: ExceptionKind, fact: Fact) -> None:
    def rule(known: ExceptionCase | None) -> ExceptionCase | None:
        if known:
            known.settled(fact.kind, fact.by, fact.at, fact.seq)
        return known

    await _change(ports, exception_id(kind, subject_of(kind, fact)), rule)


async def _close(
    ports: Ports, key: str, outcome: str, by: str, check: Callable[[ExceptionCase], None] | None = None
) -> ExceptionCase:
    """Close what is there and passes the check, in one reading."""
    now = await ports.clock.now()

    def rule(known: ExceptionCase | None) -> ExceptionCase:
        if known is None:
            raise NotFound("exception_not_found", exception_id=key)
        if check:
            check(known)
        known.close(outcome, by, now)
        return known

    return await _change(ports, key, rule)


async def _change(ports: Ports, key: str, rule: Callable[[ExceptionCase | None], Case]) -> Case:
    """Apply a rule to an exception, or to none, and save what became of it by compare-and-set."""

    async def attempt() -> Case:
        known = await ports.exceptions.get(key)
        before = known.model_copy(deep=True) if known else None
        after = rule(known)
        if after is not None and after != before:
            await ports.exceptions.save(after)
        return after

    return await until_saved(ports, attempt, exception_id=key)


def _raised(kind: ExceptionKind, subject: str, at: datetime, **detail: str | int) -> ExceptionCase:
    return ExceptionCase(
        id=exception_id(kind, subject),
        kind=kind,
        owner=RAISINGS[kind].owner,
        subject=subject,
        opened_at=at,
        detail=dict(detail),
    )


def _receiver(delivery: Delivery) -> str:
    """Name whom a delivery was for: an endpoint, or all learners by one road, because a template serves them all."""
    return delivery.address if delivery.receiver is Receiver.WEBHOOK else delivery.receiver.value
