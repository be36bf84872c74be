"""What a file may be: short, named after its question, silent about machines and about the simulator."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import product_files, product_packages, project, python_files, short, tracked_files

MOST_LINES = 350
CATCH_ALL_NAMES = {"utils.py", "util.py", "helpers.py", "misc.py"}

ONE_MACHINE = ("home", "root", "Users", "work", "mnt", "private")
REGISTRY_HOST = r"\b(?:pypi|npm|registry|artifactory|nexus|mirrors?)(?:\.[\w-]+)*\.(?:org|com|cn|net|io|local)\b"
GIVEN_AWAY = re.compile(
    rf"(?<![\w.$}})~:/-])/(?:{'|'.join(ONE_MACHINE)})/\w+|{REGISTRY_HOST}|--(?:extra-)?index-url|--find-links"
)
"""Absolute paths into somebody's machine, hosts of package registries, and options that name one."""

LINT_EXCEPTION = re.compile(r"#\s*noqa:\s*([A-Z0-9, ]+)")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")  # a picture is no text, but may name a machine


def test_no_file_is_too_long_to_read() -> None:
    lengths = {short(path): len(text_of(path).splitlines()) for path in python_files()}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_no_file_is_a_drawer_for_everything() -> None:
    assert [short(path) for path in python_files() if path.name in CATCH_ALL_NAMES] == []


def test_no_product_file_names_the_simulator() -> None:
    name = re.compile("wechat[_-]simulator")
    shipped = [path for path in tracked_files() if short(path).split("/")[0] in product_packages()]
    assert shipped
    assert [short(path) for path in shipped if name.search(text_of(path))] == []


def test_no_tracked_file_gives_away_a_machine_or_a_package_registry() -> None:
    assert [f"{short(path)}: {word}" for path in tracked_files() for word in given_away(path)] == []


def given_away(path: Path) -> Iterator[str]:
    if path != Path(__file__):
        yield from GIVEN_AWAY.findall(text_of(path))


def test_no_tracked_file_holds_a_private_key_but_the_published_samples() -> None:
    private = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{20}")
    holding = [short(path) for path in tracked_files() if private.search(text_of(path))]
    assert [name for name in holding if "/samples/" not in name] == []


def test_the_linter_forbids_naive_datetimes_and_the_simulator() -> None:
    ruff = project()["tool"]["ruff"]["lint"]
    ignored = [*ruff["ignore"], *(rule for rules in ruff["per-file-ignores"].values() for rule in rules)]
    assert ruff["select"] == ["ALL"]
    assert [rule for rule in ignored if rule.startswith(("DTZ", "TID", "BLE"))] == []
    assert {"wechat_simulator", "unittest.mock"} <= ruff["flake8-tidy-imports"]["banned-api"].keys()


def test_only_the_reader_of_wechats_times_may_meet_a_naive_datetime() -> None:
    """WeChat writes fourteen digits without a zone; they are Beijing's, which that file adds in its next line."""
    assert [
        f"{short(path)}: {excepted}"
        for path in product_files()
        for excepted in LINT_EXCEPTION.findall(text_of(path))
        if re.search(r"\b(DTZ|TID)", excepted)
    ] == ["wechat/pay/times.py: DTZ007"]


@pytest.mark.parametrize("word", ["/{}/somebody/x".format("home"), "https://{}.example.org/simple".format("pypi")])
def test_the_scan_for_machines_and_registries_sees_them(word: str) -> None:
    assert GIVEN_AWAY.search(f"see {word}")
