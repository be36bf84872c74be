from asyncio import gather
from datetime import timedelta

import pytest

from lab.rig.orders import a_channel, a_course
from models.api_key import ApiKey, Scope
from models.authorization import Authorization, AuthorizationState, authorization_id
from models.contract import Contract
from models.errors import NotFound
from models.institution import Institution
from models.policy import Policy
from tests.fakes.stores import PortStores
from tests.store.conftest import Opener
from tests.store.samples import MINUTE, NOON

LONG = timedelta(hours=1)
OVER = timedelta(0)


def authorization(learner_id: str = "L1", service_id: str = "service-1") -> Authorization:
    return Authorization(
        id=authorization_id(learner_id, service_id, None),
        learner_id=learner_id,
        openid=f"openid-{learner_id}",
        channel=a_channel(service_id=service_id),
        code="A1",
        applied_at=NOON,
        changed_at=NOON,
        ask_at=NOON + MINUTE,
    )


def institution() -> Institution:
    return Institution(
        id="wandou",
        name="豌豆思维",
        merchant_id="m1",
        policy=Policy(confirm_window_h=24),
        contract=Contract(version="1", title="协议", text="……"),
    )


async def test_a_course_is_read_as_it_was_put(stores: PortStores) -> None:
    put = await stores.courses.put(a_course())
    assert put == a_course()
    assert await stores.courses.get("thinking") == put
    assert await stores.courses.get("other") is None


async def test_a_course_is_read_with_whose_it_is(stores: PortStores) -> None:
    course = await stores.courses.put(a_course())
    assert await stores.courses.with_institution("thinking") == (course, None)
    school = institution()
    await stores.institutions.put(school)
    assert await stores.courses.with_institution("thinking") == (course, school)
    assert await stores.courses.with_institution("other") is None


async def test_a_changed_course_is_a_new_revision_and_an_unchanged_one_is_not(stores: PortStores) -> None:
    await stores.courses.put(a_course())
    assert (await stores.courses.put(a_course())).revision == 1
    changed = a_course()
    changed.description = "新"
    assert (await stores.courses.put(changed)).revision == 2
    assert (await stores.courses.put(changed)).revision == 2
    stored = await stores.courses.get("thinking")
    assert stored is not None
    assert (stored.description, stored.revision) == ("新", 2)


async def test_the_caller_does_not_choose_the_revision(stores: PortStores) -> None:
    forged = a_course()
    forged.revision = 40
    assert (await stores.courses.put(forged)).revision == 1


async def test_a_course_id_of_another_institution_looks_like_none(stores: PortStores) -> None:
    await stores.courses.put(a_course())
    with pytest.raises(NotFound, match="course_not_found"):
        await stores.courses.put(a_course(institution_id="jiaojiao"))


async def test_changes_at_once_each_get_a_revision_of_their_own(open_worker: Opener) -> None:
    workers = [open_worker() for _ in range(5)]
    courses = [a_course((9900,) * n) for n in range(1, 6)]
    put = await gather(*(w.courses.put(c) for w, c in zip(workers, courses, strict=True)))
    assert sorted(c.revision for c in put) == [1, 2, 3, 4, 5]


async def test_open_courses_are_paged_by_id(stores: PortStores) -> None:
    for course_id in ("c3", "c1", "c4", "c2"):
        await stores.courses.put(a_course(course_id=course_id, institution_id="b" if course_id == "c3" else "a"))
    closed = a_course(course_id="c2", institution_id="a")
    closed.open = False
    await stores.courses.put(closed)
    assert [c.id for c in await stores.courses.page(limit=2)] == ["c1", "c3"]
    assert [c.id for c in await stores.courses.page(after="c3")] == ["c4"]
    assert [c.id for c in await stores.courses.page(institution_id="a")] == ["c1", "c4"]
    assert await stores.courses.page(institution_id="nobody") == []


async def test_an_institution_is_created_and_changed(stores: PortStores) -> None:
    school = institution()
    await gather(*(stores.institutions.put(school) for _ in range(5)))
    assert await stores.institutions.get("wandou") == school
    school.name = "豌豆"
    await stores.institutions.put(school)
    assert await stores.institutions.get("wandou") == school
    assert await stores.institutions.get("other") is None


async def test_a_key_is_found_by_its_hash_and_may_be_revoked(stores: PortStores) -> None:
    key = ApiKey(hash="h", prefix="xxk_ab", institution_id="wandou", name="n", scopes=(Scope.MONEY,), created_at=NOON)
    await stores.institutions.add_key(key)
    assert await stores.institutions.key("h") == ApiKey.model_validate(key.model_dump())
    await stores.institutions.add_key(key.model_copy(update={"revoked_at": NOON}))
    revoked = await stores.institutions.key("h")
    assert revoked is not None
    assert revoked.revoked_at is not None
    assert await stores.institutions.key("other") is None


async def test_an_authorization_is_found_by_id_by_learner_and_as_a_notice_names_it(stores: PortStores) -> None:
    one, two = authorization(), authorization(service_id="service-2")
    await stores.authorizations.save(one)
    await stores.authorizations.save(two)
    await stores.authorizations.save(authorization("L2"))
    assert await stores.authorizations.get(one.id) == one
    assert await stores.authorizations.find("openid-L1", "service-2", None) == two
    assert await stores.authorizations.find("openid-L1", "service-2", "sub") is None
    assert await stores.authorizations.of_learner("L1") == [one, two]


async def test_of_two_savers_of_an_authorization_one_is_stale(open_worker: Opener) -> None:
    workers = [open_worker(), open_worker()]
    first = await gather(*(w.authorizations.save(authorization()) for w in workers), return_exceptions=True)
    assert sorted(type(end).__name__ for end in first) == ["NoneType", "Stale"]
    copies = [await w.authorizations.get(authorization().id) for w in workers]
    for copy in copies:
        assert copy is not None
        copy.move(AuthorizationState.ACTIVE, NOON + MINUTE)
    saves = (w.authorizations.save(c) for w, c in zip(workers, copies, strict=True) if c)
    assert sorted(type(end).__name__ for end in await gather(*saves, return_exceptions=True)) == ["NoneType", "Stale"]


async def test_due_authorizations_are_claimed_once_and_again_after_the_lease(open_worker: Opener) -> None:
    one, two = open_worker(), open_worker()
    asked = authorization()
    await one.authorizations.save(asked)
    assert await one.authorizations.claim(NOON, limit=9, lease=OVER) == []
    assert await one.authorizations.claim(NOON + MINUTE, limit=9, lease=OVER) == [asked.id]
    assert await two.authorizations.claim(NOON + MINUTE, limit=9, lease=LONG) == [asked.id]
    assert await one.authorizations.claim(NOON + MINUTE, limit=9, lease=LONG) == []


async def test_saving_an_authorization_gives_its_claim_back_and_moves_the_question(stores: PortStores) -> None:
    asked = authorization()
    await stores.authorizations.save(asked)
    await stores.authorizations.claim(NOON + MINUTE, limit=9, lease=LONG)
    asked.ask_at = NOON + 2 * MINUTE
    await stores.authorizations.save(asked)
    assert await stores.authorizations.claim(NOON + MINUTE, limit=9, lease=LONG) == []
    assert await stores.authorizations.claim(NOON + 2 * MINUTE, limit=9, lease=LONG) == [asked.id]
    asked.ask_at = None
    await stores.authorizations.save(asked)
    assert await stores.authorizations.claim(NOON + 3 * MINUTE, limit=9, lease=LONG) == []
