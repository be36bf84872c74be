from hypothesis import given
from hypothesis import strategies as st

from models.money import split_evenly, yuan

AMOUNTS = st.integers(0, 10**9)


@given(AMOUNTS, st.integers(1, 100))
def test_a_split_sums_to_the_fen_never_rises_and_differs_by_one_fen_at_most(total_fen: int, parts: int) -> None:
    shares = split_evenly(total_fen, parts)
    assert len(shares) == parts
    assert sum(shares) == total_fen
    assert shares == sorted(shares, reverse=True)
    assert shares[0] - shares[-1] <= 1


@given(AMOUNTS)
def test_yuan_keeps_every_fen(amount_fen: int) -> None:
    whole, _, cents = yuan(amount_fen).partition(".")
    assert int(whole) * 100 + int(cents) == amount_fen
    assert len(cents) == 2
