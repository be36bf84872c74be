from asyncio import gather

import pytest

from models.contract import price_list_sha256
from models.errors import Stale
from models.fee_mode import Agreement
from models.order import Order, OrderState
from tests.fakes.stores import PortStores
from tests.store.conftest import Opener
from tests.store.samples import MINUTE, NOON, in_training, placed, something_happens, waiting


async def read(stores: PortStores, no: str) -> Order:
    order = await stores.orders.get(no)
    assert order is not None
    return order


async def test_an_order_is_read_as_it_was_written(stores: PortStores) -> None:
    order = in_training(placed())
    assert await stores.orders.add(order) == order
    assert await read(stores, order.no) == order


async def test_amounts_beyond_32_bits_stay_what_they_were(stores: PortStores) -> None:
    order = placed()
    order.price_fen = order.lessons[0].price_fen = 3_000_000_000
    await stores.orders.add(order)
    again = await read(stores, order.no)
    assert again.price_fen == 3_000_000_000
    assert price_list_sha256([again.price_fen]) == price_list_sha256([3_000_000_000])


async def test_an_unknown_number_gives_nothing(stores: PortStores) -> None:
    assert await stores.orders.get("X") is None


async def test_many_orders_are_read_in_the_order_asked_for(stores: PortStores) -> None:
    for no in ("X1", "X2", "X3"):
        await stores.orders.add(placed(no))
    assert [order.no for order in await stores.orders.get_many(["X3", "X9", "X1"])] == ["X3", "X1"]


async def test_what_a_caller_changes_is_not_stored_before_it_is_saved(stores: PortStores) -> None:
    order = placed()
    await stores.orders.add(order)
    order.lessons[0].title = "changed"
    (await read(stores, order.no)).lessons[0].title = "changed too"
    assert (await read(stores, order.no)).lessons[0].title == "第1节"


async def test_the_same_idempotency_key_gives_the_first_order(stores: PortStores) -> None:
    first, again = placed("X1", key="k"), placed("X2", key="k")
    await stores.orders.add(first)
    assert (await stores.orders.add(again)).no == "X1"
    assert await stores.orders.get("X2") is None


async def test_the_same_key_of_another_learner_is_another_order(stores: PortStores) -> None:
    await stores.orders.add(placed("X1", key="k"))
    assert (await stores.orders.add(placed("X2", key="k", learner_id="learner-2"))).no == "X2"


async def test_ten_adds_at_once_under_one_key_make_one_order(open_worker: Opener) -> None:
    workers = [open_worker() for _ in range(10)]
    added = await gather(*(w.orders.add(placed(f"X{n}", key="k")) for n, w in enumerate(workers)))
    assert len({order.no for order in added}) == 1
    assert len(await workers[0].orders.of_learner("learner-1")) == 1


async def test_a_number_taken_by_another_order_is_stale(stores: PortStores) -> None:
    await stores.orders.add(placed("X1", key="k1"))
    with pytest.raises(Stale):
        await stores.orders.add(placed("X1", key="k2"))


async def test_a_save_is_read_again_with_its_version(stores: PortStores) -> None:
    order = placed()
    await stores.orders.add(order)
    before = order.model_dump()
    something_happens(order)
    await stores.orders.save(order, before)
    assert order.version == 1
    assert await read(stores, order.no) == order


async def test_of_two_savers_exactly_one_wins(stores: PortStores) -> None:
    await stores.orders.add(placed())
    one, two = await read(stores, "X20260301AAAA"), await read(stores, "X20260301AAAA")
    before = one.model_dump()
    one.parked, two.parked = "one", "two"
    outcomes = await gather(stores.orders.save(one, before), stores.orders.save(two, before), return_exceptions=True)
    assert sorted(type(x).__name__ for x in outcomes) == ["NoneType", "Stale"]
    winner, loser = (one, two) if outcomes[0] is None else (two, one)
    assert (await read(stores, winner.no)).parked == winner.parked
    assert loser.version == 0


async def test_an_order_nobody_added_cannot_be_saved(stores: PortStores) -> None:
    with pytest.raises(Stale):
        await stores.orders.save(placed(), placed().model_dump())


async def test_a_learner_pages_through_orders_newest_first(stores: PortStores) -> None:
    for n in range(5):
        await stores.orders.add(placed(f"X{n}", at=NOON + n // 2 * MINUTE))
    await stores.orders.add(placed("X9", learner_id="learner-2"))
    first = await stores.orders.of_learner("learner-1", limit=2)
    second = await stores.orders.of_learner("learner-1", after=first[-1].no, limit=2)
    third = await stores.orders.of_learner("learner-1", after=second[-1].no, limit=2)
    assert [order.no for order in [*first, *second, *third]] == ["X4", "X3", "X2", "X1", "X0"]


async def test_another_learners_order_is_no_place_to_go_on_from(stores: PortStores) -> None:
    await stores.orders.add(placed("X1"))
    await stores.orders.add(placed("X2", learner_id="learner-2"))
    assert await stores.orders.of_learner("learner-1", after="X2") == []


async def test_pages_of_some_states_go_on_after_an_order_that_changed_its_state(stores: PortStores) -> None:
    for n in range(3):
        await stores.orders.add(waiting(placed(f"X{n}", at=NOON + n * MINUTE)))
    before = await read(stores, "X1")
    await stores.orders.save(in_training(before.model_copy(deep=True)), before.model_dump())
    states = [OrderState.AWAITING_LEARNER]
    assert [x.no for x in await stores.orders.of_institution("wandou", states=states)] == ["X2", "X0"]
    assert [x.no for x in await stores.orders.of_institution("wandou", states=states, after="X1")] == ["X0"]


async def test_orders_waiting_for_an_authorization_are_found_by_learner_and_service(stores: PortStores) -> None:
    await stores.orders.add(waiting(placed("X1")))
    await stores.orders.add(placed("X2", at=NOON + MINUTE))
    await stores.orders.add(waiting(placed("X3", service_id="service-2")))
    await stores.orders.add(waiting(placed("X4", learner_id="learner-2")))
    await stores.orders.add(waiting(placed("X5", by=Agreement.NEED_CONFIRM)))
    await stores.orders.add(in_training(placed("X6")))
    settling = in_training(placed("X7", at=NOON + MINUTE))
    settling.move(OrderState.SETTLING)
    await stores.orders.add(settling)
    assert await stores.orders.awaiting_authorization("learner-1", "service-1") == ["X1", "X2"]
    assert await stores.orders.unsettled_under("learner-1", "service-1") == ["X6", "X7"]


async def test_a_course_has_open_orders_until_they_end(stores: PortStores) -> None:
    taught, lonely = in_training(placed(no="X1")), waiting(placed(no="X2"))
    for order in (taught, lonely, placed(no="X3")):
        await stores.orders.add(order)
    assert await stores.orders.open_of_course(taught.course.id, 10) == ["X1", "X2"]
    assert await stores.orders.open_of_course(taught.course.id, 1) == ["X1"]
    assert await stores.orders.open_of_course("another", 10) == []


async def test_all_orders_are_given_by_number_a_page_at_a_time(stores: PortStores) -> None:
    for no in ("X3", "X1", "X2"):
        await stores.orders.add(placed(no))
    assert [order.no for order in await stores.orders.page(limit=2)] == ["X1", "X2"]
    assert [order.no for order in await stores.orders.page(after="X2", limit=2)] == ["X3"]
    assert await stores.orders.page(after="X3") == []


async def test_an_order_is_found_by_its_learner_and_key(stores: PortStores) -> None:
    order = placed("X1", key="mine")
    await stores.orders.add(order)
    assert await stores.orders.under_key("learner-1", "mine") == await stores.orders.get("X1")
    assert await stores.orders.under_key("learner-2", "mine") is None
    assert await stores.orders.under_key("learner-1", "another") is None
