"""Errors: caught broadly in few places only, and every one a person can meet has its sentence in both languages."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from models import errors
from models.facts import FactKind
from models.texts import CATALOGUE
from models.texts import errors as errors_texts
from tests.architecture.source import ROOT, nodes, place, product_files, short

MAY_CATCH_ALL = ("server/middleware.py", "jobs/", "handlers/bot/answering.py")
"""The outermost doors, where nobody is left who could know better: HTTP, the job runner, the bot's."""

CODE = re.compile(r"[a-z]+(_[a-z0-9]+)*")


def broad_catches(path: Path) -> Iterator[ast.ExceptHandler]:
    """Find handlers that catch everything and keep it; tidying up before raising it again keeps nothing."""
    for node in nodes(path):
        if isinstance(node, ast.ExceptHandler):
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            broad = any(one is None or ast.unparse(one) in {"Exception", "BaseException"} for one in caught)
            last = node.body[-1]
            if broad and not (isinstance(last, ast.Raise) and last.exc is None):
                yield node


def test_everything_is_caught_at_the_outermost_doors_only() -> None:
    found = [place(path, node) for path in product_files() for node in broad_catches(path)]
    assert [where for where in found if not where.startswith(MAY_CATCH_ALL)] == []
    assert any(where.startswith("server/middleware.py") for where in found), "the scan finds nothing any more"


def named_errors() -> set[str]:
    """Return the names of the classes in the tree of refusals and failures."""
    return {
        name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, errors.XianxueError)
    }


def raised() -> dict[str, list[tuple[str, set[str] | None]]]:
    """Return every code an error is made with: the place, and the detail given along (None where it is spread)."""
    names, found = named_errors(), defaultdict(list)
    for path in product_files():
        for node in nodes(path):
            if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).rpartition(".")[2] in names:
                keywords = {keyword.arg for keyword in node.keywords}
                detail = None if None in keywords else {word for word in keywords if word}
                for code in codes_in(node.args[0], path):
                    found[code].append((place(path, node), detail))
    return found


def codes_in(argument: ast.expr, path: Path) -> set[str]:
    """Return the codes an argument may stand for: for a name, whatever this file assigns or returns like one.

    An attribute (`refusal.code`) repeats a code that was made elsewhere.
    """
    if isinstance(argument, ast.Name):
        sources = [node.value for node in nodes(path) if isinstance(node, ast.Assign | ast.Return) and node.value]
        return {code for source in sources for code in strings_in(source) if "_" in code and CODE.fullmatch(code)}
    return strings_in(argument)


def strings_in(expression: ast.expr) -> set[str]:
    """Return the strings an expression may turn out to be."""
    match expression:
        case ast.Constant(value=str(word)):
            return {word}
        case ast.IfExp(body=one, orelse=other):
            return strings_in(one) | strings_in(other)
        case _:
            return set()


def refusal_codes() -> set[str]:
    """Return the codes of the table of WeChat's refusals."""
    table = ROOT / "models" / "refusals.py"
    if not table.exists():
        return set()
    return {
        key.value
        for node in nodes(table)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def placeholders(sentence: str) -> set[str]:
    return {name.partition(".")[0] for _, name, _, _ in Formatter().parse(sentence) if name}


RAISED = raised()
CODES = sorted({*RAISED, *refusal_codes()})


def test_the_scan_finds_the_codes_at_all() -> None:
    assert {"order_not_found", "too_busy", "invalid_json", "webhook_url_not_https"} <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_one_word_and_has_a_sentence(code: str) -> None:
    assert CODE.fullmatch(code)
    assert f"error.{code}" in CATALOGUE, f"raised at {[where for where, _ in RAISED.get(code, [])]}"


def test_every_sentence_is_of_an_error_somebody_raises() -> None:
    by_the_server_itself = {"internal", "bad_request", "method_not_allowed"}
    assert set(errors_texts.TEXTS) - set(CODES) == by_the_server_itself


@pytest.mark.parametrize("key", sorted(CATALOGUE))
def test_a_sentence_says_the_same_in_both_languages(key: str) -> None:
    chinese, english = CATALOGUE[key]
    assert chinese.strip()
    assert english.strip()
    assert placeholders(chinese) == placeholders(english)


@pytest.mark.parametrize("code", [code for code in CODES if f"error.{code}" in CATALOGUE])
def test_whoever_raises_a_code_gives_what_its_sentence_names(code: str) -> None:
    wanted = placeholders(CATALOGUE[f"error.{code}"][0])
    places = RAISED.get(code, [])
    assert [(where, wanted - detail) for where, detail in places if detail is not None and wanted - detail] == []


@pytest.mark.parametrize("kind", list(FactKind))
def test_every_kind_of_fact_has_a_sentence(kind: FactKind) -> None:
    assert f"fact.{kind}" in CATALOGUE


def test_everybody_who_records_a_fact_has_a_name_in_the_catalogue() -> None:
    doers = {
        argument.value
        for path in product_files()
        if short(path).startswith("models/")
        for node in nodes(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "record"
        for argument in node.args[2:3]
        if isinstance(argument, ast.Constant)
    }
    assert {"learner", "wechat", "institution"} <= doers
    assert [doer for doer in doers if f"fact.by_{doer}" not in CATALOGUE] == []
