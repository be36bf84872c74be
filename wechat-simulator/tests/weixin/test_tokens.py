"""True semantics of the two token endpoints, on given times."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from wechat_simulator.weixin.tokens import ForcedTooOftenError, TokenBook

T0 = datetime(2026, 3, 1, 4, tzinfo=UTC)


class Book:
    """A token book with numbered tokens."""

    def __init__(self) -> None:
        self.book = TokenBook()
        self._numbers = count(1)

    def make(self) -> str:
        return f"t{next(self._numbers)}"

    def plain(self, seconds: int = 0) -> str:
        return self.book.plain(at(seconds), self.make).value

    def stable(self, seconds: int = 0, *, force: bool = False) -> tuple[str, int]:
        token = self.book.stable(at(seconds), self.make, force=force)
        return token.value, token.remaining_s(at(seconds))

    def judge(self, value: str, seconds: int) -> str:
        return self.book.judge(value, at(seconds))


def at(seconds: int) -> datetime:
    return T0 + timedelta(seconds=seconds)


def test_plain_gives_a_new_token_each_time_and_the_old_one_lives_five_minutes() -> None:
    book = Book()
    assert (book.plain(0), book.plain(100)) == ("t1", "t2")
    assert book.judge("t1", 399) == "good"
    assert book.judge("t1", 400) == "superseded"
    assert book.judge("t2", 400) == "good"


def test_a_third_token_does_not_lengthen_the_first_ones_life() -> None:
    book = Book()
    for seconds in (0, 100, 300):
        book.plain(seconds)
    assert book.judge("t1", 401) == "superseded"


def test_a_token_expires_after_two_hours() -> None:
    book = Book()
    book.plain(0)
    assert book.judge("t1", 7199) == "good"
    assert book.judge("t1", 7200) == "expired"
    assert book.judge("nonsense", 0) == "unknown"


def test_stable_gives_the_same_token_with_what_is_left() -> None:
    book = Book()
    assert book.stable(0) == ("t1", 7200)
    assert book.stable(6855) == ("t1", 345)


def test_stable_renews_in_the_last_five_minutes_and_both_are_good() -> None:
    book = Book()
    book.stable(0)
    assert book.stable(6900) == ("t1", 300)
    assert book.stable(6901) == ("t2", 7200)
    assert book.judge("t1", 7199) == "good"
    assert book.judge("t1", 7200) == "expired"


def test_stable_after_a_long_silence() -> None:
    book = Book()
    book.stable(0)
    assert book.stable(100_000) == ("t2", 7200)


def test_force_kills_the_old_token_at_once() -> None:
    book = Book()
    book.stable(0)
    assert book.stable(10, force=True)[0] == "t2"
    assert book.judge("t1", 10) == "superseded"


def test_force_within_thirty_seconds_does_not_refresh() -> None:
    book = Book()
    book.stable(0, force=True)
    assert book.stable(29, force=True)[0] == "t1"
    assert book.stable(30, force=True)[0] == "t2"


def test_force_works_twenty_times_a_beijing_day() -> None:
    book = Book()
    for number in range(20):
        book.stable(number * 60, force=True)
    with pytest.raises(ForcedTooOftenError):
        book.stable(20 * 60, force=True)
    assert book.stable(20 * 60)[0] == "t20"
    next_day = 13 * 3600  # T0 is noon in Beijing
    assert book.stable(next_day, force=True)[0] == "t21"


def test_the_two_kinds_do_not_touch_each_other() -> None:
    book = Book()
    stable = book.stable(0)[0]
    plain = book.plain(1)
    assert book.stable(2, force=True)[0] == "t3"
    assert book.judge(plain, 2) == "good"
    book.plain(3)
    assert book.judge("t3", 1000) == "good"
    assert book.judge(stable, 2) == "superseded"
