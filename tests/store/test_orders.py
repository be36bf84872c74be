from asyncio import gather

import pytest

from lab.rig.orders import a_buyer, a_channel, agree, in_training, placed, waiting
from models.contract import price_list_sha256
from models.errors import Stale
from models.fee_mode import Agreement
from models.order import Order, OrderState
from tests.fakes.stores import PortStores
from tests.store.conftest import Opener
from tests.store.samples import MINUTE, NOON, something_happens


async def read(stores: PortStores, no: str) -> Order:
    order = await stores.orders.get(no)
    assert order is not None
    return order


async def test_an_order_is_read_as_it_was_written(stores: PortStores) -> None:
    order = in_training(at=NOON)
    assert await stores.orders.add(order) == order
    assert await read(stores, order.no) == order


async def test_amounts_beyond_32_bits_stay_what_they_were(stores: PortStores) -> None:
    order = placed(at=NOON)
    order.price_fen = order.lessons[0].price_fen = 3_000_000_000
    await stores.orders.add(order)
    again = await read(stores, order.no)
    assert again.price_fen == 3_000_000_000
    assert price_list_sha256([again.price_fen]) == price_list_sha256([3_000_000_000])


async def test_an_unknown_number_gives_nothing(stores: PortStores) -> None:
    assert await stores.orders.get("X") is None


async def test_many_orders_are_read_in_the_order_asked_for(stores: PortStores) -> None:
    for no in ("X1", "X2", "X3"):
        await stores.orders.add(placed(no=no, at=NOON))
    assert [order.no for order in await stores.orders.get_many(["X3", "X9", "X1"])] == ["X3", "X1"]


async def test_what_a_caller_changes_is_not_stored_before_it_is_saved(stores: PortStores) -> None:
    order = placed(at=NOON)
    await stores.orders.add(order)
    order.lessons[0].title = "changed"
    (await read(stores, order.no)).lessons[0].title = "changed too"
    assert (await read(stores, order.no)).lessons[0].title == "第1课"


async def test_the_same_idempotency_key_gives_the_first_order(stores: PortStores) -> None:
    first, again = placed(no="X1", idempotency_key="k", at=NOON), placed(no="X2", idempotency_key="k", at=NOON)
    await stores.orders.add(first)
    assert (await stores.orders.add(again)).no == "X1"
    assert await stores.orders.get("X2") is None


async def test_the_same_key_of_another_learner_is_another_order(stores: PortStores) -> None:
    await stores.orders.add(placed(no="X1", idempotency_key="k", at=NOON))
    another = placed(no="X2", idempotency_key="k", buyer=a_buyer("L2"), at=NOON)
    assert (await stores.orders.add(another)).no == "X2"


async def test_ten_adds_at_once_under_one_key_make_one_order(open_worker: Opener) -> None:
    workers = [open_worker() for _ in range(10)]
    added = await gather(
        *(w.orders.add(placed(no=f"X{n}", idempotency_key="k", at=NOON)) for n, w in enumerate(workers))
    )
    assert len({order.no for order in added}) == 1
    assert len(await workers[0].orders.of_learner("L1")) == 1


async def test_a_number_taken_by_another_order_is_stale(stores: PortStores) -> None:
    await stores.orders.add(placed(no="X1", idempotency_key="k1", at=NOON))
    with pytest.raises(Stale):
        await stores.orders.add(placed(no="X1", idempotency_key="k2", at=NOON))


async def test_a_save_is_read_again_with_its_version(stores: PortStores) -> None:
    order = placed(at=NOON)
    await stores.orders.add(order)
    before = order.model_dump()
    something_happens(order)
    await stores.orders.save(order, before)
    assert order.version == 1
    assert await read(stores, order.no) == order


async def test_of_two_savers_exactly_one_wins(stores: PortStores) -> None:
    await stores.orders.add(placed(at=NOON))
    one, two = await read(stores, "X20260302AAAAAAAAAAAA"), await read(stores, "X20260302AAAAAAAAAAAA")
    before = one.model_dump()
    one.parked, two.parked = "one", "two"
    outcomes = await gather(stores.orders.save(one, before), stores.orders.save(two, before), return_exceptions=True)
    assert sorted(type(x).__name__ for x in outcomes) == ["NoneType", "Stale"]
    winner, loser = (one, two) if outcomes[0] is None else (two, one)
    assert (await read(stores, winner.no)).parked == winner.parked
    assert loser.version == 0


async def test_an_order_nobody_added_cannot_be_saved(stores: PortStores) -> None:
    with pytest.raises(Stale):
        await stores.orders.save(placed(at=NOON), placed(at=NOON).model_dump())


async def test_a_learner_pages_through_orders_newest_first(stores: PortStores) -> None:
    for n in range(5):
        await stores.orders.add(placed(no=f"X{n}", at=NOON + n // 2 * MINUTE))
    await stores.orders.add(placed(no="X9", buyer=a_buyer("L2"), at=NOON))
    first = await stores.orders.of_learner("L1", limit=2)
    second = await stores.orders.of_learner("L1", after=first[-1].no, limit=2)
    third = await stores.orders.of_learner("L1", after=second[-1].no, limit=2)
    assert [order.no for order in [*first, *second, *third]] == ["X4", "X3", "X2", "X1", "X0"]


async def test_another_learners_order_is_no_place_to_go_on_from(stores: PortStores) -> None:
    await stores.orders.add(placed(no="X1", at=NOON))
    await stores.orders.add(placed(no="X2", buyer=a_buyer("L2"), at=NOON))
    assert await stores.orders.of_learner("L1", after="X2") == []


async def test_pages_of_some_states_go_on_after_an_order_that_changed_its_state(stores: PortStores) -> None:
    for n in range(3):
        await stores.orders.add(waiting(no=f"X{n}", at=NOON + n * MINUTE))
    before = await read(stores, "X1")
    changed = before.model_copy(deep=True)
    agree(changed, NOON + MINUTE)
    await stores.orders.save(changed, before.model_dump())
    states = [OrderState.AWAITING_LEARNER]
    assert [x.no for x in await stores.orders.of_institution("wandou", states=states)] == ["X2", "X0"]
    assert [x.no for x in await stores.orders.of_institution("wandou", states=states, after="X1")] == ["X0"]


async def test_orders_waiting_for_an_authorization_are_found_by_learner_and_service(stores: PortStores) -> None:
    await stores.orders.add(waiting(no="X1", at=NOON))
    await stores.orders.add(placed(no="X2", at=NOON + MINUTE))
    await stores.orders.add(waiting(no="X3", channel=a_channel(service_id="service-2"), at=NOON))
    await stores.orders.add(waiting(no="X4", buyer=a_buyer("L2"), at=NOON))
    await stores.orders.add(waiting(no="X5", agreement=Agreement.NEED_CONFIRM, at=NOON))
    await stores.orders.add(in_training(no="X6", at=NOON))
    settling = in_training(no="X7", at=NOON + MINUTE)
    settling.move(OrderState.SETTLING)
    await stores.orders.add(settling)
    assert await stores.orders.awaiting_authorization("L1", "service-authorization") == ["X1", "X2"]
    assert await stores.orders.unsettled_under("L1", "service-authorization") == ["X6", "X7"]


async def test_a_course_has_open_orders_until_they_end(stores: PortStores) -> None:
    taught, lonely = in_training(no="X1", at=NOON), waiting(no="X2", at=NOON)
    for order in (taught, lonely, placed(no="X3", at=NOON)):
        await stores.orders.add(order)
    assert await stores.orders.open_of_course(taught.course.id, 10) == ["X1", "X2"]
    assert await stores.orders.open_of_course(taught.course.id, 1) == ["X1"]
    assert await stores.orders.open_of_course("another", 10) == []


async def test_all_orders_are_given_by_number_a_page_at_a_time(stores: PortStores) -> None:
    for no in ("X3", "X1", "X2"):
        await stores.orders.add(placed(no=no, at=NOON))
    assert [order.no for order in await stores.orders.page(limit=2)] == ["X1", "X2"]
    assert [order.no for order in await stores.orders.page(after="X2", limit=2)] == ["X3"]
    assert await stores.orders.page(after="X3") == []


async def test_an_order_is_found_by_its_learner_and_key(stores: PortStores) -> None:
    order = placed(no="X1", idempotency_key="mine", at=NOON)
    await stores.orders.add(order)
    assert await stores.orders.under_key("L1", "mine") == await stores.orders.get("X1")
    assert await stores.orders.under_key("L2", "mine") is None
    assert await stores.orders.under_key("L1", "another") is None
