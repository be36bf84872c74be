from asyncio import gather
from collections import Counter
from datetime import timedelta

from models.inbox import InboxState
from tests.fakes.stores import PortStores
from tests.store.conftest import Opener

LONG = timedelta(hours=1)
OVER = timedelta(0)


async def test_an_arrival_is_new_then_running(stores: PortStores) -> None:
    assert await stores.inbox.begin("k", "notice", "body", LONG) is InboxState.NEW
    assert await stores.inbox.begin("k", "notice", "body", LONG) is InboxState.RUNNING
    assert await stores.inbox.unfinished("notice", limit=9) == []


async def test_a_done_arrival_stays_done(stores: PortStores) -> None:
    await stores.inbox.begin("k", "notice", "body", OVER)
    await stores.inbox.finish("k")
    assert await stores.inbox.begin("k", "notice", "body", OVER) is InboxState.DONE
    assert await stores.inbox.begin("k", "notice", "body", OVER) is InboxState.DONE
    assert await stores.inbox.unfinished("notice", limit=9) == []


async def test_an_arrival_whose_lease_ran_out_is_taken_over_and_then_running(stores: PortStores) -> None:
    await stores.inbox.begin("k", "notice", "body", OVER)
    assert await stores.inbox.begin("k", "notice", "body", LONG) is InboxState.UNFINISHED
    assert await stores.inbox.begin("k", "notice", "body", LONG) is InboxState.RUNNING


async def test_unfinished_arrivals_are_found_by_kind_with_what_they_said(stores: PortStores) -> None:
    for key in ("k1", "k2", "k3"):
        await stores.inbox.begin(key, "notice", f"${{body}} of {key} 支付", OVER)
    await stores.inbox.begin("m1", "message", "hello", OVER)
    await stores.inbox.finish("k2")
    assert await stores.inbox.unfinished("notice", limit=9) == [
        ("k1", "${body} of k1 支付"),
        ("k3", "${body} of k3 支付"),
    ]
    assert await stores.inbox.unfinished("notice", limit=1) == [("k1", "${body} of k1 支付")]
    assert await stores.inbox.unfinished("message", limit=9) == [("m1", "hello")]


async def test_a_repeat_does_not_replace_what_was_said_first(stores: PortStores) -> None:
    await stores.inbox.begin("k", "notice", "first", OVER)
    await stores.inbox.begin("k", "other", "second", OVER)
    assert await stores.inbox.unfinished("notice", limit=9) == [("k", "first")]


async def test_the_same_arrival_twenty_times_at_once_is_begun_once(open_worker: Opener) -> None:
    doors = [open_worker() for _ in range(20)]
    states = Counter(await gather(*(door.inbox.begin("k", "notice", "body", LONG) for door in doors)))
    assert states == {InboxState.NEW: 1, InboxState.RUNNING: 19}


async def test_an_expired_arrival_twenty_times_at_once_is_taken_over_once(open_worker: Opener) -> None:
    doors = [open_worker() for _ in range(20)]
    await doors[0].inbox.begin("k", "notice", "body", OVER)
    states = Counter(await gather(*(door.inbox.begin("k", "notice", "body", LONG) for door in doors)))
    assert states == {InboxState.UNFINISHED: 1, InboxState.RUNNING: 19}


async def test_finishing_what_never_began_changes_nothing(stores: PortStores) -> None:
    await stores.inbox.finish("k")
    assert await stores.inbox.begin("k", "notice", "body", LONG) is InboxState.NEW
