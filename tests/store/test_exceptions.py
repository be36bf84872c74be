from asyncio import gather

from lab.rig.orders import in_training
from models.api_key import ApiKey
from models.exceptions import ExceptionCase, ExceptionKind, Owner
from models.parking import park_order
from tests.fakes.stores import PortStores
from tests.store.conftest import Opener
from tests.store.samples import MINUTE, NOON


def case(
    n: int = 1,
    *,
    kind: ExceptionKind = ExceptionKind.REFUND_FAILED,
    institution_id: str = "wandou",
    closed: bool = False,
) -> ExceptionCase:
    made = ExceptionCase(
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


async def save(stores: PortStores, *cases: ExceptionCase) -> None:
    for one in cases:
        await stores.exceptions.save(one)


async def test_an_exception_is_read_as_it_was_saved_open_and_closed(stores: PortStores) -> None:
    one = case()
    await save(stores, one)
    assert await stores.exceptions.get(one.id) == ExceptionCase.model_validate(one.model_dump())
    one.close("paid back in cash", "institution", NOON + 2 * MINUTE)
    await save(stores, one)
    closed = await stores.exceptions.get(one.id)
    assert closed == ExceptionCase.model_validate(one.model_dump())
    assert closed.version == 2
    assert await stores.exceptions.get("unknown") is None


async def test_of_two_savers_of_an_exception_one_is_stale(open_worker: Opener) -> None:
    workers = [open_worker(), open_worker()]
    first = await gather(*(w.exceptions.save(case()) for w in workers), return_exceptions=True)
    assert sorted(type(end).__name__ for end in first) == ["NoneType", "Stale"]
    copies = [await w.exceptions.get(case().id) for w in workers]
    saves = (w.exceptions.save(copy) for w, copy in zip(workers, copies, strict=True) if copy)
    assert sorted(type(end).__name__ for end in await gather(*saves, return_exceptions=True)) == ["NoneType", "Stale"]


async def test_exceptions_are_paged_newest_first_by_institution_and_by_whether_they_are_open(
    stores: PortStores,
) -> None:
    await save(stores, case(1), case(2, closed=True), case(3), case(4, institution_id="other"))

    async def page(**wanted: object) -> list[str]:
        return [found.subject for found in await stores.exceptions.page(**wanted)]  # type: ignore[arg-type]

    assert await page() == ["R4", "R3", "R2", "R1"]
    assert await page(is_open=True) == ["R4", "R3", "R1"]
    assert await page(is_open=False) == ["R2"]
    assert await page(institution_id="wandou", limit=2) == ["R3", "R2"]
    assert await page(institution_id="wandou", after=case(2).id) == ["R1"]
    assert await page(institution_id="wandou", is_open=True, after=case(3).id) == ["R1"]
    assert await page(institution_id="wandou", after=case(4).id) == []


async def test_open_exceptions_are_counted_by_kind(stores: PortStores) -> None:
    assert await stores.exceptions.count_open() == {}
    parked = case(5, kind=ExceptionKind.ORDER_PARKED)
    await save(stores, case(1), case(2), case(3, closed=True), parked)
    assert await stores.exceptions.count_open() == {ExceptionKind.REFUND_FAILED: 2, ExceptionKind.ORDER_PARKED: 1}
    parked.close("done", "operator", NOON)
    await save(stores, parked)
    assert await stores.exceptions.count_open() == {ExceptionKind.REFUND_FAILED: 2}


async def test_parked_orders_are_counted(stores: PortStores) -> None:
    await stores.orders.add(in_training(no="X1", at=NOON))
    order = in_training(no="X2", at=NOON)
    park_order(order, NOON, "amount_mismatch")
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
