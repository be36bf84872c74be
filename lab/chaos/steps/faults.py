"""Time, and what goes wrong between WeChat and us."""

from lab.chaos.context import Context
from lab.chaos.workload import Draws

CLOCK_S = (3, 20, 90, 600, 3600, 6 * 3600, 86400, 2 * 86400, 3 * 86400)
NOTICE_KINDS = (
    *("lost", "lost", "lost_once", "late", "twice", "reordered", "string_numbers", "unknown_keys"),
    *("empty_associated_data", "bad_signature", "signtest", "stale_timestamp", "unknown_serial"),
)
ENDPOINT_KINDS = (
    *("500", "429", "502_html", "timeout_after_effect", "timeout_after_effect", "cut"),
    *("unknown_keys", "string_numbers", "bad_signature", "signtest", "unknown_serial"),
)
ENDPOINTS = (
    *("POST /v3/*", "GET /v3/*", "POST /v3/payscore/serviceorder", "GET /v3/payscore/serviceorder"),
    "POST /v3/payscore/serviceorder/{out_order_no}/complete",
    "POST /v3/payscore/serviceorder/{out_order_no}/cancel",
    "POST /v3/payscore/serviceorder/{out_order_no}/modify",
    "POST /v3/payscore/serviceorder/{out_order_no}/sync",
    *("POST /v3/payscore/permissions*", "GET /v3/payscore/permissions*"),
    *("POST /v3/payscore/sign-plan/*", "GET /v3/payscore/sign-plan/*", "POST /v3/payscore/plan/*"),
    *("POST /v3/pay/transactions/*", "GET /v3/pay/transactions/*"),
    *("POST /v3/refund/domestic/refunds", "GET /v3/refund/domestic/refunds*"),
)


async def clock(context: Context, draws: Draws) -> str:
    """Move time on, by seconds or by days, and let the jobs see it."""
    seconds = draws.of(CLOCK_S)
    await context.rig.simulator.advance(seconds=seconds)
    await context.until_still()
    return f"{seconds} s"


async def notice_fault(context: Context, draws: Draws) -> str:
    """Do something to the next notices."""
    kind, times = draws.of(NOTICE_KINDS), draws.number(1, 3)
    options = {"late": {"delay_s": draws.of((30, 1800, 90_000))}, "reordered": {"delay_s": 600}}
    await context.rig.simulator.fault("notice:*", kind, times, **options.get(kind, {}))
    return f"{kind} x{times}"


async def endpoint_fault(context: Context, draws: Draws) -> str:
    """Do something to the next calls of one endpoint."""
    kind, target, times = draws.of(ENDPOINT_KINDS), draws.of(ENDPOINTS), draws.number(1, 3)
    options = {"hold_s": 0.2} if kind == "timeout_after_effect" else {}
    await context.rig.simulator.fault(target, kind, times, **options)
    return f"{target} {kind} x{times}"


async def refund_fault(context: Context, draws: Draws) -> str:
    """Let the next refund fail at the bank."""
    kind = draws.of(("abnormal", "closed"))
    await context.rig.simulator.fault("refund:*", kind)
    return kind


STEPS = (clock, notice_fault, endpoint_fault, refund_fault)
