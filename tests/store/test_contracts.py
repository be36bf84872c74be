from asyncio import gather

import pytest

from models.contract import Contract
from models.errors import Conflict
from tests.fakes.stores import PortStores
from tests.store.conftest import Opener


def terms(version: str = "1", text: str = "先上课，后付费。", title: str = "协议") -> Contract:
    return Contract(version=version, title=title, text=text)


async def test_each_version_of_the_terms_is_kept_as_it_was(stores: PortStores) -> None:
    await stores.contracts.add("wandou", terms("1"))
    await stores.contracts.add("wandou", terms("2", "先上课，后付费，可随时结束。"))
    first = await stores.contracts.get("wandou", "1")
    assert first == terms("1")
    assert first.text_sha256 == terms("1").text_sha256
    assert await stores.contracts.get("wandou", "3") is None


async def test_keeping_a_version_again_changes_nothing(stores: PortStores) -> None:
    for _ in range(3):
        await stores.contracts.add("wandou", terms())
    assert await stores.contracts.get("wandou", "1") == terms()


@pytest.mark.parametrize("changed", [terms(text="另一份"), terms(title="另一个标题")])
async def test_a_kept_version_is_never_rewritten(stores: PortStores, changed: Contract) -> None:
    await stores.contracts.add("wandou", terms())
    with pytest.raises(Conflict, match="contract_version_reused"):
        await stores.contracts.add("wandou", changed)
    assert await stores.contracts.get("wandou", "1") == terms()


async def test_schools_do_not_share_versions_whatever_their_ids_look_like(stores: PortStores) -> None:
    await stores.contracts.add("a:b", terms("c", "甲"))
    await stores.contracts.add("a", terms("b:c", "乙"))
    kept = [await stores.contracts.get("a:b", "c"), await stores.contracts.get("a", "b:c")]
    assert [contract.text for contract in kept if contract] == ["甲", "乙"]


async def test_of_two_texts_racing_for_one_version_one_is_kept_and_the_other_refused(open_worker: Opener) -> None:
    one, other = open_worker(), open_worker()
    tries = [(one if n % 2 else other).contracts.add("wandou", terms(text="甲" if n % 2 else "乙")) for n in range(10)]
    ends = await gather(*tries, return_exceptions=True)
    assert sum(isinstance(end, Conflict) for end in ends) == 5
    assert sum(end is None for end in ends) == 5
