import pytest

from models.contract import Contract
from models.errors import Conflict
from models.institution import Institution
from services.institutions import publish_institution
from services.ports import Ports
from tests.fakes.stores import PortStores, memory_stores
from tests.fakes.world import World


@pytest.fixture
def stores() -> PortStores:
    return memory_stores()


@pytest.fixture
def ports(world: World, stores: PortStores) -> Ports:
    return world.worker(institutions=stores.institutions, contracts=stores.contracts)


def school(version: str = "1", text: str = "先上课，后付费。") -> Institution:
    contract = Contract(version=version, title="服务协议", text=text)
    return Institution(id="wandou", name="豌豆思维", merchant_id="m1", contract=contract)


async def test_old_terms_can_still_be_read_after_new_ones_were_published(ports: Ports, stores: PortStores) -> None:
    await publish_institution(ports, school("1", "旧"))
    await publish_institution(ports, school("2", "新"))
    old = await stores.contracts.get("wandou", "1")
    current = await stores.institutions.get("wandou")
    assert old is not None
    assert old.text == "旧"
    assert current is not None
    assert current.contract.text == "新"


async def test_a_text_changed_under_its_old_version_is_refused_and_nothing_changes(
    ports: Ports, stores: PortStores
) -> None:
    await publish_institution(ports, school(text="旧"))
    with pytest.raises(Conflict, match="contract_version_reused"):
        await publish_institution(ports, school(text="改过的"))
    assert await stores.institutions.get("wandou") == school(text="旧")


async def test_publishing_the_same_again_changes_nothing(ports: Ports, stores: PortStores) -> None:
    for _ in range(2):
        await publish_institution(ports, school())
    assert await stores.institutions.get("wandou") == school()
