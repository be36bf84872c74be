import re

from tests.architecture.source import ROOT, product_files

TEXT = (ROOT / "docs" / "words.md").read_text(encoding="utf-8")
CODE = "\n".join(path.read_text(encoding="utf-8") for path in product_files())
COLLECTION = re.compile(r'database\["([a-z_]+)"\]')
NAME = re.compile(r"`([A-Z][A-Za-z]+)(?:\.[a-z_]+)?`")


def test_every_collection_has_its_word() -> None:
    assert [name for name in set(COLLECTION.findall(CODE)) if f"`{name}`" not in TEXT] == []


def test_every_class_the_page_names_exists() -> None:
    assert [name for name in set(NAME.findall(TEXT)) if not re.search(rf"\bclass {name}\b", CODE)] == []


def test_no_word_is_explained_twice() -> None:
    words = [line.split("|")[1].strip() for line in TEXT.splitlines() if line.startswith("| ") and "---" not in line]
    words = [word for word in words if word != "word"]
    assert len(words) == len(set(words))
