"""The same steps as hypothesis mixes, drawn evenly from a seed: runs that get further, and repeat by their number."""

from collections.abc import Callable
from random import Random

from models.fee_mode import Agreement
from tests.fakes.school_world import JOBS
from tests.services.order_machine import (
    CALLS,
    END_STEPS,
    LESSON_STEPS,
    MONEY_STEPS,
    NOTICE_STEPS,
    SECONDS_PASSING,
    WHEN,
    OrderMachine,
)


def run_seed(seed: int, steps: int) -> None:
    """Run one seed to its end; raises AssertionError naming what did not hold."""
    draw, machine = Random(seed), OrderMachine()  # noqa: S311 - to be repeated, not to be secret
    machine.somebody_orders(first=draw.choice(list(Agreement)), begins=draw.random() < 0.8)
    machine.our_money_is_wechats_money()
    possible, weights = zip(*_steps(machine, draw), strict=True)
    for _ in range(steps):
        draw.choices(possible, weights)[0]()
        machine.our_money_is_wechats_money()
    machine.teardown()


def _steps(machine: OrderMachine, draw: Random) -> list[tuple[Callable[[], None], int]]:
    """Return what may happen and how often."""

    def pick() -> int:
        return draw.randrange(50)

    def school() -> None:
        n, back_min = draw.randint(1, 4), draw.randint(0, 90)
        machine.a_day_at_school(pick=pick(), n=n, step=draw.choice(LESSON_STEPS), back_min=back_min)

    def money() -> None:
        machine.money_moves(
            pick=pick(), step=draw.choice(MONEY_STEPS), amount_fen=draw.randint(1, 1500), key=draw.choice("abc")
        )

    def fails() -> None:
        when = draw.choice(WHEN)
        machine.wechat_fails(call=draw.choice([*CALLS, *[None] * len(CALLS)]), when=when, times=draw.randint(1, 2))

    def busy() -> None:
        machine.a_busy_moment(
            pick=pick(), n=draw.randint(1, 4), who=[draw.randrange(9) for _ in range(draw.randint(2, 4))]
        )

    return [
        (school, 4),
        (money, 5),
        (busy, 2),
        (lambda: machine.all_goes_well(pick=pick(), lessons=draw.randint(1, 4)), 3),
        (fails, 2),
        (lambda: machine.order_or_agree(pick=pick(), agreement=draw.choice([None, None, *Agreement])), 3),
        (lambda: machine.somebody_ends_it(pick=pick(), step=draw.choice(END_STEPS)), 1),
        (lambda: machine.notices_come_and_go(pick=pick(), step=draw.choice(NOTICE_STEPS)), 3),
        (lambda: machine.time_passes(seconds=draw.choice(SECONDS_PASSING)), 3),
        (lambda: machine.jobs_look(job=draw.choice([None, None, None, *JOBS])), 5),
    ]
