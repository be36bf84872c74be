"""Time, and what goes wrong between WeChat and us."""

from lab.chaos.scene import Scene
from lab.chaos.script import Dice

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


async def clock(scene: Scene, dice: Dice) -> str:
    """Move time on, by seconds or by days, and let the jobs see it."""
    seconds = dice.of(CLOCK_S)
    await scene.rig.simulator.advance(seconds=seconds)
    await scene.until_still()
    return f"{seconds} s"


async def notice_fault(scene: Scene, dice: Dice) -> str:
    """Do something to the next notices."""
    kind, times = dice.of(NOTICE_KINDS), dice.number(1, 3)
    options = {"late": {"delay_s": dice.of((30, 1800, 90_000))}, "reordered": {"delay_s": 600}}
    await scene.rig.simulator.fault("notice:*", kind, times, **options.get(kind, {}))
    return f"{kind} x{times}"


async def endpoint_fault(scene: Scene, dice: Dice) -> str:
    """Do something to the next calls of one endpoint."""
    kind, target, times = dice.of(ENDPOINT_KINDS), dice.of(ENDPOINTS), dice.number(1, 3)
    options = {"hold_s": 0.2} if kind == "timeout_after_effect" else {}
    await scene.rig.simulator.fault(target, kind, times, **options)
    return f"{target} {kind} x{times}"


async def refund_fault(scene: Scene, dice: Dice) -> str:
    """Let the next refund fail at the bank."""
    kind = dice.of(("abnormal", "closed"))
    await scene.rig.simulator.fault("refund:*", kind)
    return kind


ACTS = (clock, notice_fault, endpoint_fault, refund_fault)
