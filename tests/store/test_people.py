from asyncio import gather
from datetime import timedelta

import pytest

from models.errors import Stale
from models.learner import Learner, Session
from models.messages import Conversation
from tests.fakes.stores import PortStores
from tests.store.conftest import Opener
from tests.store.samples import NOON


def session() -> Session:
    return Session(
        hash="hash",
        learner_id="L1",
        appid="wx1",
        created_at=NOON,
        expires_at=NOON + timedelta(days=30),
        idle_after=NOON + timedelta(days=7),
    )


async def test_a_first_log_in_makes_a_learner_and_the_next_finds_the_same(stores: PortStores) -> None:
    made = await stores.learners.logged_in("o1", "u1", "L1", NOON)
    assert made == Learner(id="L1", openid="o1", unionid="u1", created_at=NOON)
    assert await stores.learners.logged_in("o1", "u1", "L2", NOON) == made
    assert await stores.learners.get("L1") == made
    assert await stores.learners.get("L2") is None


async def test_a_unionid_learnt_later_is_filled_in(stores: PortStores) -> None:
    await stores.learners.logged_in("o1", None, "L1", NOON)
    later = await stores.learners.logged_in("o1", "u1", "L2", NOON)
    assert (later.id, later.unionid) == ("L1", "u1")
    assert (await stores.learners.logged_in("o1", None, "L3", NOON)).unionid == "u1"


async def test_the_unionid_goes_before_the_openid(stores: PortStores) -> None:
    await stores.learners.logged_in("o1", None, "L1", NOON)
    await stores.learners.logged_in("o2", "u2", "L2", NOON)
    assert (await stores.learners.logged_in("o1", "u2", "L3", NOON)).id == "L2"


async def test_learners_without_a_unionid_are_told_apart(stores: PortStores) -> None:
    one = await stores.learners.logged_in("o1", None, "L1", NOON)
    two = await stores.learners.logged_in("o2", None, "L2", NOON)
    assert one.id != two.id


async def test_ten_log_ins_at_once_make_one_learner(open_worker: Opener) -> None:
    doors = [open_worker() for _ in range(10)]
    learners = await gather(*(door.learners.logged_in("o1", "u1", f"L{n}", NOON) for n, door in enumerate(doors)))
    assert len({learner.id for learner in learners}) == 1


async def test_an_official_account_openid_is_linked_by_unionid_and_forgotten(stores: PortStores) -> None:
    await stores.learners.logged_in("o1", "u1", "L1", NOON)
    linked = await stores.learners.link_oa("u1", "oa1")
    assert linked is not None
    assert linked.oa_openid == "oa1"
    assert await stores.conversations.recall("oa1") == (linked, None)
    await stores.learners.link_oa("u1", None)
    assert await stores.conversations.recall("oa1") == (None, None)


async def test_an_unknown_person_cannot_be_linked(stores: PortStores) -> None:
    assert await stores.learners.link_oa("u9", "oa9") is None


async def test_an_official_account_openid_belongs_to_whoever_was_linked_last(stores: PortStores) -> None:
    await stores.learners.logged_in("o1", "u1", "L1", NOON)
    await stores.learners.logged_in("o2", "u2", "L2", NOON)
    await stores.learners.link_oa("u1", "oa")
    await stores.learners.link_oa("u2", "oa")
    found, _ = await stores.conversations.recall("oa")
    assert found is not None
    assert found.id == "L2"


async def test_an_update_writes_what_learners_may_change_and_nothing_else(stores: PortStores) -> None:
    learner = await stores.learners.logged_in("o1", "u1", "L1", NOON)
    learner.nickname, learner.phone, learner.language, learner.openid = "小红", "13800000000", "en", "forged"
    await stores.learners.update(learner)
    stored = await stores.learners.get("L1")
    assert stored == learner.model_copy(update={"openid": "o1"})


async def test_a_learner_who_is_not_there_cannot_be_updated(stores: PortStores) -> None:
    with pytest.raises(Stale):
        await stores.learners.update(Learner(id="L9", openid="o9", created_at=NOON))


async def test_of_ten_requests_with_one_code_one_takes_it(open_worker: Opener) -> None:
    doors = [open_worker() for _ in range(10)]
    assert sorted(await gather(*(door.sessions.use_code("c") for door in doors))) == [False] * 9 + [True]


async def test_a_session_lives_until_it_is_ended_and_tells_whose_it_is(stores: PortStores) -> None:
    learner = await stores.learners.logged_in("o1", "u1", "L1", NOON)
    await stores.sessions.add(session())
    assert await stores.sessions.get("hash") == (session(), learner)
    assert await stores.sessions.get("other") is None
    await stores.sessions.end("hash")
    await stores.sessions.end("hash")
    assert await stores.sessions.get("hash") is None


async def test_a_session_of_nobody_is_none(stores: PortStores) -> None:
    await stores.sessions.add(session())
    assert await stores.sessions.get("hash") is None


async def test_the_idle_limit_moves_forward_only(stores: PortStores) -> None:
    learner = await stores.learners.logged_in("o1", "u1", "L1", NOON)
    await stores.sessions.add(session())
    later = NOON + timedelta(days=9)
    await stores.sessions.touch("hash", later)
    await stores.sessions.touch("hash", NOON)
    await stores.sessions.touch("unknown", later)
    found = await stores.sessions.get("hash")
    assert found == (Session.model_validate(session().model_dump() | {"idle_after": later}), learner)


async def test_grants_are_counted_per_learner_and_template(stores: PortStores) -> None:
    await gather(*(stores.grants.add("o1", "t1", 1) for _ in range(8)))
    await stores.grants.add("o1", "t2", 2)
    await stores.grants.spend("o1", "t1")
    assert [await stores.grants.left("o1", x) for x in ("t1", "t2", "t3")] == [7, 2, 0]
    assert await stores.grants.left("o2", "t1") == 0


async def test_grants_never_fall_below_none_and_can_be_cleared(stores: PortStores) -> None:
    await stores.grants.spend("o1", "t1")
    assert await stores.grants.left("o1", "t1") == 0
    await stores.grants.add("o1", "t1", 3)
    await stores.grants.clear("o1", "t1")
    await stores.grants.clear("o1", "t1")
    await stores.grants.spend("o1", "t1")
    assert await stores.grants.left("o1", "t1") == 0
    await stores.grants.add("o1", "t1", 1)
    assert await stores.grants.left("o1", "t1") == 1


async def test_a_conversation_is_kept_with_its_version(stores: PortStores) -> None:
    said = Conversation(id="oa1", step="confirm", data={"order.no": "X1", "$n": "3"}, expires_at=NOON)
    await stores.conversations.save(said)
    assert said.version == 1
    assert await stores.conversations.get("oa1") == said
    said.step = ""
    await stores.conversations.save(said)
    assert await stores.conversations.get("oa1") == said
    assert await stores.conversations.get("oa2") is None


async def test_who_writes_and_what_they_were_asked_are_recalled_together(stores: PortStores) -> None:
    asked = Conversation(id="oa1", step="confirm", data={"order.no": "X1"}, expires_at=NOON)
    await stores.conversations.save(asked)
    assert await stores.conversations.recall("oa1") == (None, asked)
    await stores.learners.logged_in("o1", "u1", "L1", NOON)
    linked = await stores.learners.link_oa("u1", "oa1")
    assert await stores.conversations.recall("oa1") == (linked, asked)
    assert await stores.conversations.recall("oa2") == (None, None)


async def test_of_two_answers_to_one_question_one_is_stale(open_worker: Opener) -> None:
    one, two = open_worker(), open_worker()
    await one.conversations.save(Conversation(id="oa1", step="confirm", expires_at=NOON))
    first, second = await one.conversations.get("oa1"), await two.conversations.get("oa1")
    assert first is not None
    assert second is not None
    ends = await gather(one.conversations.save(first), two.conversations.save(second), return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["NoneType", "Stale"]


async def test_of_two_first_questions_at_once_one_is_stale(open_worker: Opener) -> None:
    workers = [open_worker(), open_worker()]
    ends = await gather(
        *(w.conversations.save(Conversation(id="oa1", step="a", expires_at=NOON)) for w in workers),
        return_exceptions=True,
    )
    assert sorted(type(end).__name__ for end in ends) == ["NoneType", "Stale"]


async def test_a_conversation_nobody_stored_cannot_be_changed(stores: PortStores) -> None:
    with pytest.raises(Stale):
        await stores.conversations.save(Conversation(id="oa1", version=3, expires_at=NOON))
