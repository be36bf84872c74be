import ast

from tests.architecture.source import nodes, product_files
from tests.docs.states import PAGE, TABLES, page


def test_the_page_of_states_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make states`"


def test_every_transition_table_is_on_the_page() -> None:
    named = {
        target.id
        for path in product_files()
        for node in nodes(path)
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id.endswith("_MOVES")
    }
    assert len(named) == len(TABLES)
    assert len({id(table.moves) for table in TABLES}) == len(TABLES)


def test_every_move_is_an_arrow() -> None:
    text = page()
    for table in TABLES:
        for was, moves in table.moves.items():
            assert all(f"    {was} --> {to}\n" in text for to in moves)
