"""The same acts as hypothesis mixes, drawn evenly from a seed: lives that get further, and replay by their number."""

from collections.abc import Callable
from random import Random

from models.fee_mode import Agreement
from tests.fakes.school_world import JOBS
from tests.services.order_machine import (
    CALLS,
    END_ACTS,
    LESSON_ACTS,
    MONEY_ACTS,
    NOTICE_ACTS,
    SECONDS_PASSING,
    WHEN,
    Shop,
)


def live(seed: int, steps: int) -> None:
    """Live one life to its end; raises AssertionError naming what did not hold."""
    draw, shop = Random(seed), Shop()  # noqa: S311 - to be repeated, not to be secret
    shop.somebody_orders(first=draw.choice(list(Agreement)), begins=draw.random() < 0.8)
    shop.our_money_is_wechats_money()
    acts, weights = zip(*_acts(shop, draw), strict=True)
    for _ in range(steps):
        draw.choices(acts, weights)[0]()
        shop.our_money_is_wechats_money()
    shop.teardown()


def _acts(shop: Shop, draw: Random) -> list[tuple[Callable[[], None], int]]:
    """Return what may happen and how often."""

    def pick() -> int:
        return draw.randrange(50)

    def school() -> None:
        n, back_min = draw.randint(1, 4), draw.randint(0, 90)
        shop.a_day_at_school(pick=pick(), n=n, act=draw.choice(LESSON_ACTS), back_min=back_min)

    def money() -> None:
        shop.money_moves(
            pick=pick(), act=draw.choice(MONEY_ACTS), amount_fen=draw.randint(1, 1500), key=draw.choice("abc")
        )

    def fails() -> None:
        when = draw.choice(WHEN)
        shop.wechat_fails(call=draw.choice([*CALLS, *[None] * len(CALLS)]), when=when, times=draw.randint(1, 2))

    def busy() -> None:
        shop.a_busy_moment(
            pick=pick(), n=draw.randint(1, 4), who=[draw.randrange(9) for _ in range(draw.randint(2, 4))]
        )

    return [
        (school, 4),
        (money, 5),
        (busy, 2),
        (lambda: shop.all_goes_well(pick=pick(), lessons=draw.randint(1, 4)), 3),
        (fails, 2),
        (lambda: shop.order_or_agree(pick=pick(), agreement=draw.choice([None, None, *Agreement])), 3),
        (lambda: shop.somebody_ends_it(pick=pick(), act=draw.choice(END_ACTS)), 1),
        (lambda: shop.notices_come_and_go(pick=pick(), act=draw.choice(NOTICE_ACTS)), 3),
        (lambda: shop.time_passes(seconds=draw.choice(SECONDS_PASSING)), 3),
        (lambda: shop.jobs_look(job=draw.choice([None, None, None, *JOBS])), 5),
    ]
