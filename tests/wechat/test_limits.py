"""WeChat's ways of writing time and text."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wechat.pay.payloads import clipped
from wechat.pay.readings import fen
from wechat.pay.times import digits14, read_time, rfc3339

AT = datetime(2025, 9, 1, 16, 30, 59, 999999, tzinfo=UTC)


def test_times_are_written_as_beijings_whatever_their_zone() -> None:
    assert digits14(AT) == "20250902003059"
    assert digits14(AT.astimezone(timezone(timedelta(hours=-7)))) == "20250902003059"
    assert rfc3339(AT) == "2025-09-02T00:30:59+08:00"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("20250902003059", AT.replace(microsecond=0)),
        ("20250902", datetime(2025, 9, 1, 16, tzinfo=UTC)),
        ("2025-09-02T00:30:59+08:00", AT.replace(microsecond=0)),
        ("2025-09-02T00:30:59.120+08:00", AT.replace(microsecond=120000)),
        ("2025-09-01T16:30:59Z", AT.replace(microsecond=0)),
        ("2025-09-02T00:30:59", AT.replace(microsecond=0)),
        ("OnAccept", None),
        ("", None),
        (None, None),
        (20250902003059, None),
        ("20251345", None),
        ("2025", None),
    ],
)
def test_times_are_read_in_every_form_and_nothing_else_is_a_time(written: object, read: datetime | None) -> None:
    assert read_time(written) == read


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds
def test_what_is_written_is_read_back_to_the_second(at: datetime) -> None:
    assert read_time(digits14(at)) == read_time(rfc3339(at)) == at.replace(microsecond=0)


@pytest.mark.parametrize(
    ("told", "read"),
    [
        (8900, 8900),
        ("8900", 8900),
        (0, 0),
        ("", None),
        ("89.00", None),
        (89.0, None),
        (-1, None),
        (True, None),
        (None, None),
    ],
)
def test_an_amount_is_whole_fen_or_it_is_no_amount(told: object, read: int | None) -> None:
    assert fen(told) == read


@given(st.text(max_size=60), st.integers(1, 40))
def test_any_text_is_made_to_fit_and_fitting_again_changes_nothing(text: str, length: int) -> None:
    fitted = clipped(text, length)
    assert len(fitted) <= length
    assert all(ord(char) <= 0xFFFF and char.isprintable() for char in fitted)
    assert clipped(fitted, length) == fitted
