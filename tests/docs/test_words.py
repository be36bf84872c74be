import re

from tests.architecture.source import ROOT, product_files
from tests.docs.words import PAGE, ROOMS, classes, page

TEXT = (ROOT / "docs" / "words.md").read_text(encoding="utf-8")
CODE = "\n".join(path.read_text(encoding="utf-8") for path in product_files())
COLLECTION = re.compile(r'database\["([a-z_]+)"\]')
NAME = re.compile(r"`([A-Z][A-Za-z]+)(?:\.[a-z_]+)?`")


def test_every_collection_has_its_word() -> None:
    assert [name for name in set(COLLECTION.findall(CODE)) if f"`{name}`" not in TEXT] == []


def test_every_class_the_page_names_exists() -> None:
    assert [name for name in set(NAME.findall(TEXT)) if not re.search(rf"\bclass {name}\b", CODE)] == []


def test_every_public_class_is_on_the_page_and_none_that_vanished() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make words`"


def test_every_class_is_in_one_room_and_says_what_it_is() -> None:
    assert [one.name for one in classes() if sum(belongs(one) for belongs in ROOMS.values()) != 1] == []
    assert [one.name for one in classes() if not one.meaning] == []


def test_no_word_is_explained_twice() -> None:
    words = [line.split("|")[1].strip() for line in TEXT.splitlines() if line.startswith("| ") and "---" not in line]
    words = [word for word in words if word not in {"word", "class"}]
    assert len(words) == len(set(words))
