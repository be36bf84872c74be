"""Taking a school in from a file, by the real command on the real MongoDB."""

from pathlib import Path

import pytest

from models.institution import Institution
from models.policy import Policy
from server.cli.institution import read
from tests.architecture.source import ROOT
from tests.fakes.stores import PortStores
from tests.server.operator_desk import Desk

GUIDE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
EXAMPLE = GUIDE.partition("```toml\n")[2].partition("```")[0]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "school.toml"
    write(path, EXAMPLE.replace('"school-a"', '"wandou"'))
    return path


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def test_the_example_of_the_guide_is_complete_and_shows_the_defaults(file: Path) -> None:
    school = read(file)
    assert school.model_fields_set == set(Institution.model_fields)
    assert school.policy.model_fields_set == set(Policy.model_fields)
    assert school.policy == Policy()


async def test_a_school_taken_in_is_there_and_its_terms_are_kept(desk: Desk, file: Path, stores: PortStores) -> None:
    ended = await desk.run("institution", str(file))
    assert (ended.code, "paid into 1900000001" in ended.answer) == (0, True)
    school = await stores.institutions.get("wandou")
    assert school == read(file)
    assert await stores.contracts.get("wandou", school.contract.version) == school.contract


async def test_terms_changed_without_a_new_version_are_refused(desk: Desk, file: Path, stores: PortStores) -> None:
    await desk.run("institution", str(file))
    before = await stores.institutions.get("wandou")
    write(file, EXAMPLE.replace('"school-a"', '"wandou"').replace("先学后付服务协议", "先付费"))
    ended = await desk.run("institution", str(file))
    assert (ended.code, "Give the new text a new version" in ended.told) == (1, True)
    assert await stores.institutions.get("wandou") == before


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('id = "wandou"', "contract: Field required"),
        (EXAMPLE + 'fee = "none"', "contract.fee: Extra inputs are not permitted"),
        ("id = ", "Invalid value"),
    ],
)
async def test_a_file_that_is_not_right_is_named_with_its_fault(desk: Desk, file: Path, text: str, says: str) -> None:
    write(file, text)
    ended = await desk.run("institution", str(file))
    assert ended.code != 0
    assert says in " ".join(ended.told.replace("│", " ").split())


async def test_a_school_of_an_unconfigured_merchant_is_refused(desk: Desk, file: Path, stores: PortStores) -> None:
    write(file, EXAMPLE)
    ended = await desk.run("institution", str(file))
    assert (ended.code, "The configuration lacks this merchant" in ended.told) == (1, True)
    assert await stores.institutions.get("wandou") is None
