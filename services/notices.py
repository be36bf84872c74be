"""What WeChat Pay announces: begun in the inbox, applied once, then done. Any order, any number of times."""

from structlog import get_logger

from models.errors import ForeignWord, NotFound
from models.inbox import InboxState
from models.notices import PayNotice, PayNoticeKind
from models.recovery import take_refund_notice
from services.authorizing import apply_authorization_reading
from services.changing import change
from services.exceptions import raise_foreign_word, raise_unknown_notice
from services.ordering import apply_plan_reading
from services.ports import Ports
from services.settlement import apply_charge_reading
from services.unreadable import stored_arrival

INBOX_KIND = "pay_notice"
log = get_logger()


async def take_notice(ports: Ports, notice: PayNotice) -> None:
    """Take a verified notice. When this returns, the notice is stored, and done or somebody is at it.

    The stored copy lets an unfinished one be taken up again without WeChat sending it again.
    """
    state = await ports.inbox.begin(notice.key, INBOX_KIND, notice.model_dump_json(), ports.settings.lease)
    if state in {InboxState.NEW, InboxState.UNFINISHED}:
        await _apply_and_finish(ports, notice)


async def unfinished(ports: Ports, limit: int) -> dict[str, str]:
    """Return what was begun by a process that died, as it was stored, by its key."""
    return dict(await ports.inbox.unfinished(INBOX_KIND, limit=limit))


async def take_up_notice(ports: Ports, key: str, stored: str) -> None:
    """Redo a notice that was begun and never done; raises Unreadable."""
    await take_notice(ports, await stored_arrival(ports, PayNotice, INBOX_KIND, key, stored))


async def _apply_and_finish(ports: Ports, notice: PayNotice) -> None:
    try:
        await _apply(ports, notice)
    except ForeignWord as foreign:
        log.warning("a word of another merchant", action="notice.word_of_another", key=notice.key, why=str(foreign))
        await raise_foreign_word(ports, notice, foreign)
    except NotFound as unknown:
        # nothing of ours: keeping it open would only make WeChat repeat it for a day
        log.warning("notice of something unknown", action="notice.foreign", key=notice.key, why=str(unknown))
        if number := _money_number(notice) or await _forgotten_permission(ports, notice):
            await raise_unknown_notice(ports, notice, number)
    await ports.inbox.finish(notice.key)


async def _apply(ports: Ports, notice: PayNotice) -> None:
    match notice.kind:
        case PayNoticeKind.SERVICE_OPENED | PayNoticeKind.SERVICE_CLOSED if notice.authorization:
            await apply_authorization_reading(ports, notice.authorization, at=await ports.clock.now())
        case PayNoticeKind.ORDER_CONFIRMED | PayNoticeKind.ORDER_PAID | PayNoticeKind.PAYMENT_SUCCEEDED if (
            notice.charge
        ):
            await apply_charge_reading(ports, order_no_of(notice.charge.charge_no), notice.charge)
        case PayNoticeKind.PLAN_SIGNED | PayNoticeKind.PLAN_CANCELLED if notice.plan:
            await apply_plan_reading(ports, order_no_of(notice.plan.plan_no), notice.plan)
        case PayNoticeKind.REFUND_SUCCEEDED | PayNoticeKind.REFUND_ABNORMAL | PayNoticeKind.REFUND_CLOSED if (
            notice.refund
        ):
            order_no = order_no_of(order_no_of(notice.refund.refund_no))
            await change(ports, order_no, take_refund_notice, notice.refund)
        case _:
            log.info("notice without a use here", action="notice.ignored", event_type=notice.event, key=notice.key)


def _money_number(notice: PayNotice) -> str:
    """Return our number in a notice about money; a permission nobody asked us about moves none, and has none."""
    if notice.charge:
        return notice.charge.charge_no
    if notice.plan:
        return notice.plan.plan_no
    return notice.refund.refund_no if notice.refund else ""


async def _forgotten_permission(ports: Ports, notice: PayNotice) -> str:
    """Return our number of a permission given after the backup that was restored."""
    code = notice.authorization.code if notice.authorization else None
    return code if code and (await ports.generations.current()).forgot(code) else ""


def order_no_of(number: str) -> str:
    """Return the number one level up: a charge's or plan's order, a refund's charge (`order-charge-refund`)."""
    return number.rpartition("-")[0]
