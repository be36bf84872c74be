"""API keys: shown once, told apart by their prefix, revoked for good."""

import pytest

from models.contract import Contract
from models.errors import NotAuthenticated, NotFound
from models.institution import Institution
from services.institutions import issue_key, revoke_key
from services.login import whose_key
from tests.fakes.world import World


@pytest.fixture
async def school(world: World) -> Institution:
    contract = Contract(version="1", title="协议", text="……")
    found = Institution(id="wandou", name="豌豆思维", merchant_id="m1", contract=contract)
    await world.stores.institutions.put(found)
    return found


async def test_a_new_key_opens_the_door_and_only_its_hash_is_kept(world: World, school: Institution) -> None:
    key = await issue_key(world.ports, school.id, "back office")
    assert (await whose_key(world.ports, key)).institution_id == school.id
    (kept,) = await world.stores.institutions.keys_of(school.id)
    assert key not in kept.model_dump_json()
    assert key.startswith(kept.prefix)


async def test_rotating_leaves_the_new_key_and_closes_the_old_for_good(world: World, school: Institution) -> None:
    world.ids.token = iter(["a" * 43, "b" * 43]).__next__  # type: ignore[method-assign]
    old, new = [await issue_key(world.ports, school.id, "n") for _ in range(2)]
    revoked = await revoke_key(world.ports, school.id, old[:12])
    world.clock.advance(days=1)
    assert await revoke_key(world.ports, school.id, old[:12]) == revoked
    with pytest.raises(NotAuthenticated):
        await whose_key(world.ports, old)
    assert (await whose_key(world.ports, new)).revoked_at is None


async def test_keys_of_nobody_we_know_and_prefixes_of_nobody_are_refused(world: World, school: Institution) -> None:
    key = await issue_key(world.ports, school.id, "n")
    with pytest.raises(NotFound):
        await issue_key(world.ports, "unknown", "n")
    for institution_id, prefix in (("other", key[:12]), (school.id, key[:8]), (school.id, "")):
        with pytest.raises(NotFound):
            await revoke_key(world.ports, institution_id, prefix)
