"""Allowances, grants, rates and scenes."""

from datetime import UTC, datetime, timedelta

import pytest

from wechat_simulator.weixin.allowance import Allowance, Window
from wechat_simulator.weixin.grants import Grant
from wechat_simulator.weixin.rates import Rate
from wechat_simulator.weixin.scenes import (
    is_code_scene,
    is_permanent_scene_id,
    is_scene_str,
    is_temporary_scene_id,
)

T0 = datetime(2026, 3, 1, 4, tzinfo=UTC)
MESSAGE = Window(5, 48 * 3600)
CLICK = Window(3, 60)


def spend(allowance: Allowance, count: int, at: datetime = T0) -> list[str | None]:
    outcomes: list[str | None] = []
    for _ in range(count):
        refusal = allowance.refusal(at)
        outcomes.append(refusal)
        if refusal is None:
            allowance.spend()
    return outcomes


def test_without_an_act_of_the_user_nothing_can_be_sent() -> None:
    assert spend(Allowance(), 1) == ["closed"]


def test_a_message_allows_five_in_48_hours() -> None:
    allowance = Allowance()
    allowance.open(MESSAGE, T0)
    assert spend(allowance, 6) == [None] * 5 + ["used_up"]
    assert allowance.refusal(T0 + timedelta(hours=48)) == "closed"


def test_allowances_do_not_add_up_but_are_topped_up() -> None:
    allowance = Allowance()
    allowance.open(MESSAGE, T0)
    spend(allowance, 4)
    allowance.open(CLICK, T0)
    assert spend(allowance, 4) == [None] * 3 + ["used_up"]
    assert allowance.until == T0 + timedelta(hours=48)


def test_a_click_after_an_open_window_does_not_shorten_it() -> None:
    allowance = Allowance()
    allowance.open(CLICK, T0)
    allowance.open(MESSAGE, T0 + timedelta(seconds=30))
    allowance.open(CLICK, T0 + timedelta(seconds=40))
    assert allowance.left == 5


def test_a_new_window_after_the_old_one_closed_starts_from_its_own_number() -> None:
    allowance = Allowance()
    allowance.open(MESSAGE, T0)
    allowance.open(CLICK, T0 + timedelta(hours=49))
    assert (allowance.left, allowance.until) == (3, T0 + timedelta(hours=49, seconds=60))


def test_one_accept_allows_one_message_and_accepts_add_up() -> None:
    grant = Grant()
    assert not grant.allows()
    grant.accept(long_term=False)
    grant.accept(long_term=False)
    grant.spend()
    assert grant.allows()
    grant.spend()
    assert not grant.allows()


def test_switching_off_voids_what_was_granted() -> None:
    grant = Grant()
    grant.accept(long_term=False)
    grant.withdraw()
    assert not grant.allows()
    grant.accept(long_term=False)
    assert grant.allows()


def test_a_long_term_grant_is_not_used_up() -> None:
    grant = Grant()
    grant.accept(long_term=True)
    for _ in range(9):
        grant.spend()
    assert grant.allows()
    assert grant.sent == 9


def test_rate_per_minute_and_per_beijing_day() -> None:
    rate = Rate()
    assert [rate.count(T0, 2, 3) for _ in range(3)] == [None, None, "minute"]
    later = T0 + timedelta(seconds=60)
    assert [rate.count(later, 2, 3) for _ in range(2)] == [None, "day"]
    assert rate.used_today(later) == 3
    midnight_in_beijing = T0 + timedelta(hours=12)
    assert rate.count(midnight_in_beijing, 2, 3) is None
    assert rate.used_today(midnight_in_beijing) == 1
    rate.clear()
    assert rate.used_today(midnight_in_beijing) == 0


@pytest.mark.parametrize("scene", ["a", "a=1&b=2", "x" * 32, "!#$&'()*+,/:;=?@-._~"])
def test_scenes_of_a_mini_program_code(scene: str) -> None:
    assert is_code_scene(scene)


@pytest.mark.parametrize("scene", ["", "x" * 33, "100%", "课", "a b", 'a"b', "a\n"])
def test_scenes_that_are_refused(scene: str) -> None:
    assert not is_code_scene(scene)


def test_scenes_of_an_official_account_qr_code() -> None:
    assert is_permanent_scene_id(100_000)
    assert not any(map(is_permanent_scene_id, (0, 100_001, True, "5", None)))
    assert is_temporary_scene_id(2**32 - 1)
    assert not any(map(is_temporary_scene_id, (0, 2**32, True)))
    assert is_scene_str("课" * 64)
    assert not any(map(is_scene_str, ("", "x" * 65, 5)))
