"""Splitting money so that not one fen appears or disappears."""


def split_evenly(total_fen: int, parts: int) -> list[int]:
    """Split `total_fen` into `parts` amounts that differ by at most one fen and sum to it exactly.

    The larger shares come first, so the list never rises: WeChat's plans demand that.
    """
    share, remainder = divmod(total_fen, parts)
    return [share + 1] * remainder + [share] * (parts - remainder)


def yuan(amount_fen: int) -> str:
    """Write an amount for people: 198000 fen is "1980.00"."""
    return f"{amount_fen // 100}.{amount_fen % 100:02d}"
