from asyncio import gather

from models.api_key import ApiKey
from models.exceptions_queue import Owner, Trouble, TroubleKind
from models.parking import park_order
from tests.fakes.stores import PortStores
from tests.store.conftest import Opener
from tests.store.samples import MINUTE, NOON, in_training, placed


def trouble(
    n: int = 1, *, kind: TroubleKind = TroubleKind.REFUND_FAILED, institution_id: str = "wandou", closed: bool = False
) -> Trouble:
    made = Trouble(
        id=f"R{n}-{kind}",
        kind=kind,
        owner=Owner.INSTITUTION,
        subject=f"R{n}",
        order_no="X1",
        institution_id=institution_id,
        opened_at=NOON + n * MINUTE,
        cause=n,
        detail={"problem": "balance", "amount_fen": 900, "last": True, "note": None},
    )
    if closed:
        made.close("done", "institution", NOON + 9 * MINUTE)
    return made


async def save(stores: PortStores, *troubles: Trouble) -> None:
    for one in troubles:
        await stores.troubles.save(one)


async def test_a_trouble_is_read_as_it_was_saved_open_and_closed(stores: PortStores) -> None:
    one = trouble()
    await save(stores, one)
    assert await stores.troubles.get(one.id) == Trouble.model_validate(one.model_dump())
    one.close("paid back in cash", "institution", NOON + 2 * MINUTE)
    await save(stores, one)
    closed = await stores.troubles.get(one.id)
    assert closed == Trouble.model_validate(one.model_dump())
    assert closed.version == 2
    assert await stores.troubles.get("unknown") is None


async def test_of_two_savers_of_a_trouble_one_is_stale(open_worker: Opener) -> None:
    workers = [open_worker(), open_worker()]
    first = await gather(*(w.troubles.save(trouble()) for w in workers), return_exceptions=True)
    assert sorted(type(end).__name__ for end in first) == ["NoneType", "Stale"]
    copies = [await w.troubles.get(trouble().id) for w in workers]
    saves = (w.troubles.save(copy) for w, copy in zip(workers, copies, strict=True) if copy)
    assert sorted(type(end).__name__ for end in await gather(*saves, return_exceptions=True)) == ["NoneType", "Stale"]


async def test_troubles_are_paged_newest_first_by_institution_and_by_whether_they_are_open(stores: PortStores) -> None:
    await save(stores, trouble(1), trouble(2, closed=True), trouble(3), trouble(4, institution_id="other"))

    async def page(**wanted: object) -> list[str]:
        return [found.subject for found in await stores.troubles.page(**wanted)]  # type: ignore[arg-type]

    assert await page() == ["R4", "R3", "R2", "R1"]
    assert await page(is_open=True) == ["R4", "R3", "R1"]
    assert await page(is_open=False) == ["R2"]
    assert await page(institution_id="wandou", limit=2) == ["R3", "R2"]
    assert await page(institution_id="wandou", after=trouble(2).id) == ["R1"]
    assert await page(institution_id="wandou", is_open=True, after=trouble(3).id) == ["R1"]
    assert await page(institution_id="wandou", after=trouble(4).id) == []


async def test_open_troubles_are_counted_by_kind(stores: PortStores) -> None:
    assert await stores.troubles.count_open() == {}
    parked = trouble(5, kind=TroubleKind.ORDER_PARKED)
    await save(stores, trouble(1), trouble(2), trouble(3, closed=True), parked)
    assert await stores.troubles.count_open() == {TroubleKind.REFUND_FAILED: 2, TroubleKind.ORDER_PARKED: 1}
    parked.close("done", "operator", NOON)
    await save(stores, parked)
    assert await stores.troubles.count_open() == {TroubleKind.REFUND_FAILED: 2}


async def test_parked_orders_are_counted(stores: PortStores) -> None:
    await stores.orders.add(in_training(placed("X1")))
    order = in_training(placed("X2"))
    park_order(order, "amount_mismatch", NOON)
    await stores.orders.add(order)
    assert await stores.orders.count_parked() == 1
    before = order.model_dump()
    order.parked = ""
    await stores.orders.save(order, before)
    assert await stores.orders.count_parked() == 0


async def test_an_institutions_keys_are_listed_oldest_first(stores: PortStores) -> None:
    for n, owner in ((2, "wandou"), (1, "wandou"), (3, "other")):
        key = ApiKey(hash=f"h{n}", prefix=f"xxk_{n}", institution_id=owner, name="n", created_at=NOON + n * MINUTE)
        await stores.institutions.add_key(key)
    assert [key.prefix for key in await stores.institutions.keys_of("wandou")] == ["xxk_1", "xxk_2"]
    assert await stores.institutions.keys_of("nobody") == []
