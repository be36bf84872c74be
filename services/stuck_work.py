"""Work that was tried too often in vain is a person's; when it goes on after all, nobody needs to be asked any more."""

from models.exceptions import RAISINGS, ExceptionCase, ExceptionKind, exception_id
from models.work import StuckWork
from services.exceptions import close_if_open, raise_exception
from services.ports import Ports

WENT_ON = "went_on"
SEEN = 200
"""How many open exceptions are looked at at a time."""


async def watch_stuck(ports: Ports, limit: int) -> None:
    """Raise an exception for what is stuck, and settle those about what is so no longer; repeating it is harmless."""
    sources = (ports.orders, ports.authorizations, ports.deliveries, ports.inbox)
    pages = [await source.stuck(limit=limit) for source in sources]
    cases = [await _case(ports, work) for page in pages for work in page]
    for case in cases:
        await raise_exception(ports, case)
    if all(len(page) < limit for page in pages):
        await _settle_others(ports, {case.id for case in cases})


async def _case(ports: Ports, work: StuckWork) -> ExceptionCase:
    kind, subject = ExceptionKind.WORK_STUCK, f"{work.subject}-{work.work}"
    return ExceptionCase(
        id=exception_id(kind, subject),
        kind=kind,
        owner=RAISINGS[kind].owner,
        subject=subject,
        order_no=work.order_no,
        opened_at=await ports.clock.now(),
        cause=work.cause,
        detail={"work": work.work, "about": work.subject, "tries": work.tries},
    )


async def _settle_others(ports: Ports, stuck: set[str]) -> None:
    counts = await ports.exceptions.count_open()
    if counts.get(ExceptionKind.WORK_STUCK, 0) <= len(stuck):
        return
    after = ""
    while page := await ports.exceptions.page(is_open=True, kind=ExceptionKind.WORK_STUCK, after=after, limit=SEEN):
        for case in page:
            if case.id not in stuck:
                await close_if_open(ports, case.id, WENT_ON, "xianxue")
        after = page[-1].id
