"""Every page leads somewhere that exists, and the two READMEs say the same."""

import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, python_files, short, tracked_files

LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
NAMED_PAGE = re.compile(r"(?<![\w/.:…-])[\w./-]+\.md\b")
"""A page named in code; what an address names is somebody else's."""

QUOTED_FILE = re.compile(r"`((?:[\w-]+/)+[\w.-]+\.(?:py|toml|json|js|css))(?:::\w+)?`")
FENCE = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
TARGET = re.compile(r"`?make ([a-z]+)")
ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
PAGES = [path for path in tracked_files() if path.suffix == ".md"]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_every_link_leads_to_a_file(page: Path) -> None:
    assert [link for link in LINK.findall(text_of(page)) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=short)
def test_every_file_a_page_quotes_is_there(page: Path) -> None:
    """The changelog is left out: it tells of files as they were."""
    quoted = set(QUOTED_FILE.findall(text_of(page)))
    roots = (page.parent, page.parent.parent, ROOT)
    assert [name for name in sorted(quoted) if not any((root / name).is_file() for root in roots)] == []


def test_the_readmes_and_contributing_lead_to_the_map() -> None:
    for page in (ENGLISH, CHINESE, ROOT / "CONTRIBUTING.md"):
        assert "docs/architecture.md" in LINK.findall(text_of(page)), page.name


def test_every_page_the_code_names_is_here() -> None:
    pages = ["/" + short(page) for page in PAGES]
    assert [
        f"{short(path)}: {name}"
        for path in python_files()
        for name in NAMED_PAGE.findall(text_of(path))
        if not any(page.endswith("/" + name.lstrip("./")) for page in pages)
    ] == []


@pytest.mark.parametrize("page", [ENGLISH, CHINESE, ROOT / "CONTRIBUTING.md", ROOT / "docs" / "states.md"], ids=short)
def test_every_command_named_is_in_the_makefile(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    assert set(TARGET.findall(text_of(page))) - targets == set()


def test_the_two_readmes_are_in_step() -> None:
    english, chinese = text_of(ENGLISH), text_of(CHINESE)
    for part in (r"^## ", r"^- ", r"^\| ", r"^    \w+-?>>", r"`/\w+(?:\.json)?`"):
        counted = [len(re.findall(part, text, re.MULTILINE)) for text in (english, chinese)]
        assert counted[0] == counted[1], part
    own = {"README.md", "README.zh-CN.md", "docs/images/phone.en.png", "docs/images/phone.zh-CN.png"}
    assert set(LINK.findall(english)) - own == set(LINK.findall(chinese)) - own
    assert [kind for kind, _ in FENCE.findall(english)] == [kind for kind, _ in FENCE.findall(chinese)]


def test_the_licence_is_the_one_the_project_names() -> None:
    text = text_of(ROOT / "LICENSE")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert 'license = "Apache-2.0"' in text_of(ROOT / "pyproject.toml")
