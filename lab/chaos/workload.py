"""What will happen, drawn from one seed before anything happens: a list of steps, each with its random numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

DRAWS_A_STEP = 8
"""Numbers a step may use; they are drawn for every step, so that no step moves the next one's."""

FIRST_STEPS = ("authorize", "place") * 7
"""A run begins with learners who order: with nobody in training nothing else can happen."""

WEIGHTS: dict[str, int] = {
    # a learner in the Mini Program
    "authorize": 5,
    "place": 9,
    "place_twice_at_once": 2,
    "place_again": 3,
    "go_on": 5,
    "withdraw": 1,
    "confirm": 7,
    "dispute": 4,
    "withdraw_dispute": 1,
    "quote": 2,
    "end_as_quoted": 2,
    "end_now": 2,
    "turn_billing_off": 1,
    "see_charge": 1,
    # the learner inside WeChat
    "close_service": 1,
    "cancel_plan": 1,
    "pay_actively": 3,
    "change_purse": 5,
    # an institution
    "teach": 12,
    "teach_batch": 8,
    "teach_wrongly": 1,
    "move_lesson": 1,
    "cancel_lesson": 2,
    "make_up": 2,
    "answer_dispute": 3,
    "complete_course": 1,
    "end_order": 1,
    "refund": 3,
    "retry_refund": 1,
    "lower": 3,
    "paid_outside": 2,
    # time and faults
    "clock": 14,
    "notice_fault": 6,
    "endpoint_fault": 6,
    "refund_fault": 1,
    "race": 9,
    "kill": 2,
}

Option = TypeVar("Option")


@dataclass
class Draws:
    """The random numbers of one step, used one after the other."""

    numbers: Sequence[float]
    used: int = field(default=0, compare=False)

    def next(self) -> float:
        """Return the next number, from 0 up to 1."""
        self.used += 1
        return self.numbers[(self.used - 1) % len(self.numbers)]

    def of(self, options: Sequence[Option]) -> Option:
        """Pick one of the options; there must be one."""
        return options[int(self.next() * len(options))]

    def chance(self, probability: float) -> bool:
        """Say yes with this probability."""
        return self.next() < probability

    def number(self, least: int, most: int) -> int:
        """Return a whole number, both ends included."""
        return least + int(self.next() * (most - least + 1))

    def split(self) -> "tuple[Draws, Draws]":
        """Share the numbers between two who step at once."""
        return Draws(self.numbers[::2]), Draws(self.numbers[1::2])


@dataclass(frozen=True)
class Step:
    """One thing that happens."""

    number: int
    kind: str
    numbers: tuple[float, ...]


@dataclass(frozen=True)
class Workload:
    """What the set-up draws from, and the steps."""

    seed: int
    setup: tuple[float, ...]
    steps: tuple[Step, ...]


def draw_workload(seed: int, count: int) -> Workload:
    """Draw a workload of `count` steps; a longer one of the same seed begins with it."""
    random = Random(seed)  # noqa: S311 - to be repeated, not to be secret
    setup = tuple(random.random() for _ in range(64))
    kinds, weights = list(WEIGHTS), list(WEIGHTS.values())
    steps = []
    for number in range(1, count + 1):
        drawn = random.choices(kinds, weights)[0]
        kind = FIRST_STEPS[number - 1] if number <= len(FIRST_STEPS) else drawn
        steps.append(Step(number, kind, tuple(random.random() for _ in range(DRAWS_A_STEP))))
    return Workload(seed, setup, tuple(steps))
