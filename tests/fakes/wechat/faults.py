"""What can go wrong on the way to WeChat and back, as a test orders it."""

import functools
from asyncio import sleep
from collections import defaultdict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

from models.errors import OutsideFailure, XianxueError

When = Literal["before", "after", "late"]
"""The request never arrived; its answer never came back; it arrived only after we had stopped waiting for it."""

LATEST = timedelta(seconds=100)
"""No request is under way for longer than this."""


@dataclass(frozen=True)
class Fault:
    """One call that goes wrong."""

    when: When
    error: XianxueError


class Faulty:
    """Counts calls and spoils those it was told to; `land_late_requests` lets the late ones through."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.calls: list[str] = []
        self._faults: dict[str, list[Fault]] = defaultdict(list)
        self._fault_at: dict[int, Fault] = {}
        self._late: list[tuple[datetime, Callable[[], object]]] = []

    def fail(self, call: str, when: When = "before", error: XianxueError | None = None, times: int = 1) -> None:
        """Spoil the next calls of this name; a given error is WeChat's answer, without one there is no answer."""
        self._faults[call] += [Fault(when, error or OutsideFailure("wechat_silent"))] * times

    def fail_at(self, number: int, when: When) -> None:
        """Spoil the call of this number, counted from 0 over all calls."""
        self._fault_at[number] = Fault(when, OutsideFailure("wechat_silent"))

    def fail_next(self, when: When) -> None:
        """Spoil the very next call, whatever it is."""
        self.fail_at(len(self.calls), when)

    def forgive(self) -> None:
        """Forget all faults not yet met; what is late stays late."""
        self._faults.clear()
        self._fault_at.clear()

    def land_late_requests(self) -> None:
        """Let the requests that were under way arrive now."""
        late, self._late = self._late, []
        for _, request in late:
            try:
                request()
            except XianxueError:
                continue  # nobody is there to hear the answer

    async def _around(self, call: str, effect: Callable[[], "R"]) -> "R":
        await sleep(0)
        if self._late and self._now() - self._late[0][0] > LATEST:
            self.land_late_requests()
        fault = self._fault_at.pop(len(self.calls), None)
        self.calls.append(call)
        if fault is None and self._faults[call]:
            fault = self._faults[call].pop(0)
        if fault and fault.when == "late":
            self._late.append((self._now(), effect))
        if fault and fault.when != "after":
            raise fault.error
        answer = effect()
        await sleep(0)
        if fault:
            raise fault.error
        return answer


S = TypeVar("S", bound=Faulty)
P = ParamSpec("P")
R = TypeVar("R")


def call(effect: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], Coroutine[Any, Any, R]]:
    """Make an act of WeChat's a call to it: it takes time, and may be spoiled."""

    @functools.wraps(effect)
    async def called(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._around(effect.__name__, functools.partial(effect, self, *args, **kwargs))

    return called
