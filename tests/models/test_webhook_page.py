"""The page institutions read says what is really sent."""

import re
from pathlib import Path

from models.publishing import TELLINGS

PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"
ROW = re.compile(r"^\| `([a-z_.]+)` \| [^|]+ \|(.*)\|$", re.MULTILINE)


def test_the_page_lists_every_type_with_the_details_it_shares() -> None:
    rows = {type_: tuple(re.findall(r"`(\w+)`", details)) for type_, details in ROW.findall(PAGE.read_text())}
    assert rows == {telling.type: telling.shares for telling in TELLINGS.values()}
