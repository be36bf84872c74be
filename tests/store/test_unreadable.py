"""One document nobody can read: lists go on without it, who wants it is told, the operator hears of it once."""

from datetime import timedelta

import pytest

from lab.rig.orders import NOON, a_course, placed
from models.agenda import Due
from models.errors import Unreadable
from models.exceptions import ExceptionCase, ExceptionKind, Owner
from store.mongo import Database
from store.stores import Stores, open_stores
from tests.store.test_deliveries import delivery

LONG = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def stores(database: Database) -> Stores:
    return open_stores(database)


async def orders(stores: Stores, count: int) -> list[str]:
    made = [placed(no=f"X{n}", at=NOON + n * MINUTE) for n in range(count)]
    for order in made:
        await stores.orders.add(order)
    return [order.no for order in made]


async def spoil(database: Database, *nos: str, field: str = "state", collection: str = "orders") -> None:
    """Write what only a newer version knows."""
    await database[collection].update_many({"_id": {"$in": list(nos)}}, {"$set": {field: "of a newer version"}})


async def test_every_list_and_page_of_orders_goes_on_without_it(stores: Stores, database: Database) -> None:
    nos = await orders(stores, 5)
    await spoil(database, nos[1], nos[2], nos[4])
    rest = [nos[3], nos[0]]
    assert [x.no for x in await stores.orders.of_learner("L1")] == rest
    assert [x.no for x in await stores.orders.of_institution("wandou")] == rest
    assert [x.no for x in await stores.orders.get_many(nos)] == rest[::-1]
    assert [x.no for x in await stores.orders.page()] == rest[::-1]


@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_a_short_page_is_still_the_last_one(stores: Stores, database: Database, limit: int) -> None:
    nos = await orders(stores, 8)
    await spoil(database, *nos[1:5], nos[7])
    for page in (stores.orders.page, lambda **how: stores.orders.of_institution("wandou", **how)):
        seen: list[str] = []
        while found := await page(after=seen[-1] if seen else "", limit=limit):
            seen += [order.no for order in found]
            if len(found) < limit:
                break
        assert sorted(seen) == [nos[0], nos[5], nos[6]]


async def test_whoever_wants_just_it_is_told_that_it_cannot_be_read(stores: Stores, database: Database) -> None:
    nos = await orders(stores, 2)
    await spoil(database, nos[0])
    with pytest.raises(Unreadable, match="document_unreadable") as raised:
        await stores.orders.get(nos[0])
    assert dict(raised.value.detail) == {}  # a client is told nothing of what is stored
    with pytest.raises(Unreadable):
        await stores.orders.under_key("L1", "key-X0")
    assert await stores.orders.get(nos[1]) is not None


async def test_it_is_claimed_with_the_others_and_holds_none_of_them_up(stores: Stores, database: Database) -> None:
    nos = await orders(stores, 3)
    await spoil(database, nos[0])
    assert await stores.orders.claim(Due.HEAL, NOON + LONG, limit=9, lease=LONG) == nos


async def test_deliveries_that_can_be_read_are_claimed(stores: Stores, database: Database) -> None:
    await stores.deliveries.add([delivery(order_no=no) for no in ("X1", "X2", "X3")])
    await spoil(database, delivery(order_no="X2").id, collection="deliveries")
    claimed = await stores.deliveries.claim(NOON + LONG, limit=9, lease=LONG)
    assert [found.order_no for found in claimed] == ["X1", "X3"]
    assert [found.order_no for found in await stores.deliveries.of_institution("wandou")] == ["X3", "X1"]


async def test_courses_and_exceptions_are_listed_without_it(stores: Stores, database: Database) -> None:
    for name in ("a", "b", "c"):
        await stores.courses.put(a_course(course_id=name))
        await stores.exceptions.save(
            ExceptionCase(id=name, kind=ExceptionKind.REFUND_FAILED, owner=Owner.OPERATOR, subject=name, opened_at=NOON)
        )
    await spoil(database, "b", field="price_fen", collection="courses")
    await spoil(database, "b", field="kind", collection="exceptions")
    assert [found.id for found in await stores.courses.page(limit=2)] == ["a", "c"]
    assert [found.id for found in await stores.exceptions.page(limit=2)] == ["c", "a"]
    assert await stores.exceptions.count_open() == {ExceptionKind.REFUND_FAILED: 2}


async def test_it_is_noted_once_and_forgotten_when_it_can_be_read(stores: Stores, database: Database) -> None:
    nos = await orders(stores, 2)
    await spoil(database, *nos)
    for _ in range(2):
        await stores.orders.page()
    noted = sorted(await stores.unreadables.untold(9), key=lambda one: one.id)
    assert [(one.id, one.collection, one.key) for one in noted] == [(f"orders:{no}", "orders", no) for no in nos]
    assert noted[0].problem.startswith("state: ")
    assert "newer" not in noted[0].problem  # values may be personal
    assert await stores.unreadables.readable_again() == []
    for one in noted:
        await stores.unreadables.told(one)
    assert await stores.unreadables.untold(9) == []
    await database["orders"].update_one({"_id": nos[0]}, {"$set": {"state": "placing"}})
    await database["orders"].delete_one({"_id": nos[1]})
    again = await stores.unreadables.readable_again()
    assert sorted(one.key for one in again) == nos
    for one in again:
        await stores.unreadables.forget(one)
    assert await database["unreadables"].count_documents({}) == 0


async def test_an_arrival_is_readable_again_once_somebody_did_it(stores: Stores) -> None:
    await stores.inbox.begin("k", "pay_notice", "{", LONG)
    await stores.unreadables.note("inbox", "k", "pay_notice: not JSON")
    [noted] = await stores.unreadables.untold(9)
    await stores.unreadables.told(noted)
    assert await stores.unreadables.readable_again() == []
    await stores.inbox.finish("k")
    assert await stores.unreadables.readable_again() == [noted]
