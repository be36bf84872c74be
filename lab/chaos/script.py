"""What will happen, drawn from one seed before anything happens: a list of steps, each with its own dice."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

DICE = 8
"""Throws a step may use; they are thrown for every step, so that no step moves the next one's."""

OPENING = ("authorize", "place") * 7
"""A world begins with learners who order: with nobody in training nothing else can happen."""

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
    # the world
    "clock": 14,
    "notice_fault": 6,
    "endpoint_fault": 6,
    "refund_fault": 1,
    "race": 9,
    "kill": 2,
}

Option = TypeVar("Option")


@dataclass
class Dice:
    """The throws of one step, used one after the other."""

    throws: Sequence[float]
    used: int = field(default=0, compare=False)

    def throw(self) -> float:
        """Give the next throw, from 0 up to 1."""
        self.used += 1
        return self.throws[(self.used - 1) % len(self.throws)]

    def of(self, options: Sequence[Option]) -> Option:
        """Pick one of the options; there must be one."""
        return options[int(self.throw() * len(options))]

    def chance(self, probability: float) -> bool:
        """Say yes with this probability."""
        return self.throw() < probability

    def number(self, least: int, most: int) -> int:
        """Give a whole number, both ends included."""
        return least + int(self.throw() * (most - least + 1))

    def split(self) -> "tuple[Dice, Dice]":
        """Share the throws between two who act at once."""
        return Dice(self.throws[::2]), Dice(self.throws[1::2])


@dataclass(frozen=True)
class Step:
    """One thing that happens."""

    number: int
    kind: str
    throws: tuple[float, ...]


@dataclass(frozen=True)
class Script:
    """The learners' dice, the weather's dice, and the steps."""

    seed: int
    cast: tuple[float, ...]
    steps: tuple[Step, ...]


def write_script(seed: int, count: int) -> Script:
    """Draw a script of `count` steps; a longer one of the same seed begins with it."""
    random = Random(seed)  # noqa: S311 - to be repeated, not to be secret
    cast = tuple(random.random() for _ in range(64))
    kinds, weights = list(WEIGHTS), list(WEIGHTS.values())
    steps = []
    for number in range(1, count + 1):
        drawn = random.choices(kinds, weights)[0]
        kind = OPENING[number - 1] if number <= len(OPENING) else drawn
        steps.append(Step(number, kind, tuple(random.random() for _ in range(DICE))))
    return Script(seed, cast, tuple(steps))
