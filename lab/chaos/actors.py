"""Who acts: four to six learners, some poor, some refused by WeChat, some protected as minors."""

from typing import Any

from lab.chaos.context import Context
from lab.chaos.workload import Draws
from lab.rig.product import MiniProgram
from lab.rig.rig import Rig

NAMES = ("小安", "小北", "小晨", "小丁", "小恩", "小凡")
SWITCHES: dict[str, tuple[object, ...]] = {
    "deduction_delay_s": (5, 60),
    "in_flight_s": (0, 0, 30),
    "cancel_in_user_paying": ("refuse", "allow"),
    "package_single_use": (False, True),
    "score_checked_at": ("create", "authorize"),
    "close_notice_after_terminate": (False, True),
    "sync_paid_notice": (False, True),
    "terminate_again": ("refuse", "allow"),
    "expired_trade": ("closed", "notpay"),
}
"""Rules on which WeChat's own documents contradict each other: each run takes a side."""


MERCHANTS = (
    ("sample-a", "sample-b", "sample-partner"),
    ("sample-a", "sample-b", "sample-partner"),
    ("sample-partner", "sample-b", "sample-a"),
    ("sample-a", "sample-partner", "sample-b"),
)
"""Who are the two direct merchants, and who is the service provider: in every other run one school has one."""


async def set_up(rig: Rig, draws: Draws) -> Context:
    """Make the learners and choose this run's sides of the doubtful rules."""
    await rig.simulator.call("POST", "/switches", {name: draws.of(sides) for name, sides in SWITCHES.items()})
    count = draws.number(4, 6)
    learners = [await _new_learner(rig, name, draws) for name in NAMES[:count]]
    return Context(rig, learners, _services(await rig.simulator.credentials()))


async def _new_learner(rig: Rig, name: str, draws: Draws) -> MiniProgram:
    score = draws.of((720, 720, 720, 650, 560))
    balance_fen = draws.of((0, 40_000, 3_000_000, 3_000_000))
    return await rig.learner(name, score=score, balance_fen=balance_fen, youth_mode=draws.chance(0.1))


def _services(credentials: Any) -> dict[str, list[str]]:  # noqa: ANN401 - parsed JSON
    found: dict[str, list[str]] = {}
    for merchant in credentials["merchants"]:
        for service in merchant["services"]:
            found.setdefault(service["kind"], []).append(service["service_id"])
    return found
