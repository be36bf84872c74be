"""What waits for a person can be watched from outside."""

from prometheus_client import REGISTRY

from handlers.bot.answering import take_up_unfinished
from jobs.runs import count_exceptions
from jobs.table import every_job
from lab.rig.orders import EVEN, in_training
from models.exceptions import ExceptionCase, ExceptionKind, Owner
from models.parking import park_order
from tests.fakes.outside import START
from tests.fakes.world import World


def open_exceptions(kind: ExceptionKind) -> float | None:
    return REGISTRY.get_sample_value("xianxue_open_exceptions", {"kind": kind})


async def test_open_exceptions_and_parked_orders_are_counted_and_fall_back_to_nothing(any_world: World) -> None:
    order = in_training(prices=EVEN)
    park_order(order, START, "amount_mismatch")
    case = ExceptionCase(
        id="R1-refund_failed",
        kind=ExceptionKind.REFUND_FAILED,
        owner=Owner.INSTITUTION,
        subject="R1",
        opened_at=START,
    )
    await any_world.know(order)
    await any_world.stores.exceptions.save(case)
    assert await count_exceptions(any_world.ports, 200) == 0
    assert open_exceptions(ExceptionKind.REFUND_FAILED) == 1
    assert open_exceptions(ExceptionKind.NOTICE_UNKNOWN) == 0
    assert REGISTRY.get_sample_value("xianxue_parked_orders") == 1
    case.close("done", "operator", START)
    await any_world.stores.exceptions.save(case)
    await count_exceptions(any_world.ports, 200)
    assert open_exceptions(ExceptionKind.REFUND_FAILED) == 0


def test_somebody_counts_regularly() -> None:
    assert count_exceptions in [job.run for job in every_job(answer_unfinished=take_up_unfinished)]
