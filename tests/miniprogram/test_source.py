"""The Mini Program's source hangs together: its pages are complete, and every sentence a template names is there."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.source import ROOT, tracked_files

SOURCE = ROOT / "miniprogram"
MOST_LINES = 350
PARTS = (".js", ".json", ".wxml", ".wxss")
OLD_SYNTAX = re.compile(r"=>|`|\b(?:const|let)\b")
"""What WXS, which is ES5, does not know in WeChat, though our compiler takes it."""


def files(*suffixes: str) -> list[Path]:
    return [path for path in tracked_files() if path.is_relative_to(SOURCE) and path.suffix in suffixes]


def app() -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads((SOURCE / "app.json").read_text(encoding="utf-8"))
    return parsed


def test_every_page_and_component_is_complete() -> None:
    used = {
        (SOURCE / target.lstrip("/"))
        for path in files(".json")
        for target in json.loads(path.read_text(encoding="utf-8")).get("usingComponents", {}).values()
    }
    whole = {SOURCE / page for page in app()["pages"]} | used
    assert used
    assert [f"{path}{part}" for path in whole for part in PARTS if not path.with_name(path.name + part).is_file()] == []


def test_every_page_in_a_folder_is_announced() -> None:
    folders = {path.relative_to(SOURCE).with_suffix("").as_posix() for path in files(".wxml")}
    pages = {page for page in folders if page.startswith("pages/")}
    assert pages == set(app()["pages"])


def test_the_framework_is_the_one_the_phone_runs() -> None:
    assert app()["componentFramework"] == "glass-easel"


def test_components_ask_for_isolation_where_the_framework_reads_it() -> None:
    configs = [json.loads(path.read_text(encoding="utf-8")) for path in files(".json") if "components" in path.parts]
    assert configs
    assert all(config["component"] is True and "styleIsolation" in config for config in configs)


def test_wxs_is_written_as_wechat_reads_it() -> None:
    scripts = files(".wxs")
    assert scripts
    assert [path.name for path in scripts if OLD_SYNTAX.search(without_comments(path))] == []


def without_comments(path: Path) -> str:
    return re.sub(r"//.*", "", path.read_text(encoding="utf-8"))


def test_no_file_is_longer_than_anybody_reads() -> None:
    sources = files(".js", ".wxml", ".wxss", ".wxs")
    phone = [path for path in tracked_files() if path.is_relative_to(ROOT / "wechat-simulator" / "phone")]
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in [*sources, *phone]
        if path.name != "package-lock.json"
    }
    assert len(lengths) > 40
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_nothing_secret_and_no_address_but_the_example_is_in_it() -> None:
    found = [(path.name, word) for path in files(".js", ".json", ".wxml") for word in addresses(path)]
    assert {word for name, word in found if name != "package-lock.json"} == {"https://api.example.com"}


def addresses(path: Path) -> list[str]:
    return re.findall(r"https?://[\w.-]+", path.read_text(encoding="utf-8"))


def texts(language: str) -> dict[str, Any]:
    """Read a file of sentences: an object literal of plain keys and single-quoted strings."""
    source = (SOURCE / "texts" / f"{language}.js").read_text(encoding="utf-8")
    literal = source.partition("module.exports = ")[2]
    literal = re.sub(
        r"'((?:[^'\\]|\\.)*)'|\"([^\"]*)\"", lambda m: json.dumps(m[1] or m[2] or "", ensure_ascii=False), literal
    )
    literal = re.sub(r"(?m)([{,]\s*|^\s*)(\w+):", r'\1"\2":', literal)
    parsed: dict[str, Any] = json.loads(re.sub(r",(\s*[}\]])", r"\1", literal))
    return parsed


def keys(value: object, path: str = "") -> Iterator[str]:
    if not isinstance(value, dict):
        yield path
        return
    for name, each in value.items():
        yield from keys(each, f"{path}.{name}" if path else name)


def test_both_languages_have_the_same_sentences() -> None:
    assert set(keys(texts("zh"))) == set(keys(texts("en")))


@pytest.mark.parametrize("path", files(".wxml"), ids=lambda path: path.name)
def test_every_sentence_a_template_names_exists(path: Path) -> None:
    named = set(re.findall(r"\bt\.([\w.]+)", path.read_text(encoding="utf-8")))
    missing = [name for name in named if not exists(texts("zh"), name.split("."))]
    assert missing == []


def exists(value: Any, names: list[str]) -> bool:
    for name in names:
        if not isinstance(value, dict) or name not in value:
            return False
        value = value[name]
    return True
