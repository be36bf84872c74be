"""Money is an integer of fen: no name that ends in _fen ever meets a float or a division that makes one."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.architecture.source import product_files, python_files, tree_of


def is_money(node: ast.AST | None) -> bool:  # noqa: PLR0911 - one return a kind of expression
    """Whether this expression is, or calls, something named as an amount in fen."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
            return name.endswith("_fen")
        case ast.Call(func=function):
            return is_money(function)
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name.endswith("_fen")
        case ast.Subscript(value=value):
            return is_money(value)
        case ast.UnaryOp(operand=operand):
            return is_money(operand)
        case ast.BinOp(left=left, right=right):
            return is_money(left) or is_money(right)
        case _:
            return False


def makes_float(node: ast.AST | None) -> bool:
    """Whether a float is written, made or divided out anywhere inside."""
    return node is not None and any(
        (isinstance(each, ast.Constant) and isinstance(each.value, float))
        or (isinstance(each, ast.BinOp) and isinstance(each.op, ast.Div))
        or (isinstance(each, ast.Name) and each.id in {"float", "Decimal", "round"})
        for each in ast.walk(node)
    )


def meeting(  # noqa: C901, PLR0911 - one return a way in which values meet
    node: ast.AST,
) -> tuple[Sequence[ast.AST | None], Sequence[ast.AST | None]]:
    """Return the names that take part here, and the expressions that then must stay whole."""
    match node:
        case ast.BinOp(left=left, right=right):
            return [left, right], [node]
        case ast.AugAssign(target=target, op=op, value=value):
            return [target], [ast.BinOp(target, op, value)]
        case ast.Assign(targets=targets, value=value):
            return targets, [value]
        case ast.AnnAssign(target=target, annotation=annotation, value=value):
            return [target], [annotation, value]
        case ast.keyword(value=value):
            return [node], [value]
        case ast.arg(annotation=annotation):
            return [node], [annotation]
        case ast.FunctionDef(name=name, returns=returns) | ast.AsyncFunctionDef(name=name, returns=returns):
            return [ast.Name(name)], [returns]
        case ast.Compare(left=left, comparators=others):
            return [left, *others], [left, *others]
        case ast.Call(func=ast.Name() as function, args=arguments):
            return arguments, [function]
        case _:
            return [], []


def wrong_money(tree: ast.Module) -> Iterator[ast.AST]:
    """Find amounts that are divided, mixed with floats, given a float, or declared as one."""
    for node in ast.walk(tree):
        names, values = meeting(node)
        if any(map(is_money, names)) and any(map(makes_float, values)):
            yield node


@pytest.mark.parametrize("folder", ["product", "lab/rig", "lab/scenarios", "lab/chaos", "lab/bench"])
def test_no_amount_in_fen_meets_a_float(folder: str) -> None:
    files = product_files() if folder == "product" else python_files(folder)
    assert [where(path, node) for path in files for node in wrong_money(tree_of(path))] == []


def where(path: Path, node: ast.AST) -> str:
    line = getattr(node, "lineno", None) or getattr(getattr(node, "value", None), "lineno", 0)
    return f"{path.name}:{line} {ast.unparse(node)}"


@pytest.mark.parametrize(
    "line",
    [
        "half = price_fen / 2",
        "price_fen /= 2",
        "price_fen = 9.9",
        "order.paid_fen = float(text)",
        "x = charge.paid_fen * 0.3",
        "pay(amount_fen=yuan * 100.0)",
        "def f(amount_fen: float) -> None: ...",
        "def due_fen(order) -> float: ...",
        "amount_fen: float = 0",
        "ok = due_fen(order) > 0.5",
        "y = round(total_fen)",
        "shown = order['paid_fen'] / 100",
    ],
)
def test_the_scan_sees_each_way_of_spoiling_an_amount(line: str) -> None:
    assert list(wrong_money(ast.parse(line)))


@pytest.mark.parametrize(
    "line", ["back_fen = unearned_fen * (100 - percent) // 100", "share_s = total_s / 2", "x = amount_fen % 100"]
)
def test_the_scan_leaves_whole_numbers_alone(line: str) -> None:
    assert not list(wrong_money(ast.parse(line)))
