"""Every test the trust page names exists, and every row names one."""

import re

import pytest

from tests.architecture.source import ROOT

TEXT = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")
ROWS = [line for line in TEXT.splitlines() if line.startswith("| ") and not line.startswith(("| who could", "|---"))]
NAME = re.compile(r"`(test_\w+)`")
TESTS = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests").rglob("test_*.py")))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:60])
def test_each_row_names_a_test_that_exists(row: str) -> None:
    names = NAME.findall(row.split("|")[4])
    assert names
    assert [name for name in names if f"def {name}(" not in TESTS] == []


def test_there_are_rows_to_keep_true() -> None:
    assert len(ROWS) > 5
