"""Courses, institutions and standing permissions in memory."""

from asyncio import sleep
from collections.abc import Sequence
from datetime import datetime, timedelta

from models.api_key import ApiKey
from models.authorization import Authorization
from models.contract import Contract
from models.course import Course
from models.errors import Conflict, NotFound
from models.institution import Institution
from models.work import Patience, StuckWork
from tests.fakes.memory import DueWork, MemoryClaims, MemoryDatabase, copied, write_version


class MemoryCourses:
    """Twin of store.courses.Courses."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._courses: dict[str, Course] = database.collection("courses")
        self._institutions: dict[str, Institution] = database.collection("institutions")

    async def get(self, course_id: str) -> Course | None:
        await sleep(0)
        return copied(self._courses[course_id]) if course_id in self._courses else None

    async def with_institution(self, course_id: str) -> tuple[Course, Institution | None] | None:
        course = await self.get(course_id)
        institution = self._institutions.get(course.institution_id) if course else None
        return (course, copied(institution) if institution else None) if course else None

    async def put(self, course: Course) -> Course:
        await sleep(0)
        stored = self._courses.get(course.id)
        if stored and stored.institution_id != course.institution_id:
            raise NotFound("course_not_found", course_id=course.id)
        revised = course.model_copy(update={"revision": stored.revision if stored else 1}, deep=True)
        if stored and stored != revised:
            revised.revision += 1
        self._courses[course.id] = copied(revised)
        return revised

    async def page(self, *, institution_id: str | None = None, after: str = "", limit: int = 20) -> list[Course]:
        await sleep(0)
        open_ones = [course for _, course in sorted(self._courses.items()) if course.open and course.id > after]
        wanted = [course for course in open_ones if institution_id in (None, course.institution_id)]
        return [copied(course) for course in wanted[:limit]]


class MemoryInstitutions:
    """Twin of store.institutions.Institutions."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._institutions: dict[str, Institution] = database.collection("institutions")
        self._keys: dict[str, ApiKey] = database.collection("api_keys")

    async def get(self, institution_id: str) -> Institution | None:
        await sleep(0)
        stored = self._institutions.get(institution_id)
        return copied(stored) if stored else None

    async def put(self, institution: Institution) -> None:
        await sleep(0)
        self._institutions[institution.id] = copied(institution)

    async def add_key(self, key: ApiKey) -> None:
        await sleep(0)
        self._keys[key.hash] = copied(key)

    async def keys_of(self, institution_id: str) -> list[ApiKey]:
        await sleep(0)
        own = [key for key in self._keys.values() if key.institution_id == institution_id]
        return sorted(own, key=lambda key: (key.created_at, key.hash))

    async def key(self, key_sha256: str) -> ApiKey | None:
        await sleep(0)
        return self._keys.get(key_sha256)


class MemoryContracts:
    """Twin of store.contracts.Contracts."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._contracts: dict[tuple[str, str], Contract] = database.collection("contracts")

    async def add(self, institution_id: str, contract: Contract) -> None:
        await sleep(0)
        kept = self._contracts.setdefault((institution_id, contract.version), copied(contract))
        if kept != contract:
            raise Conflict("contract_version_reused", version=contract.version)

    async def get(self, institution_id: str, version: str) -> Contract | None:
        await sleep(0)
        return self._contracts.get((institution_id, version))


class MemoryAuthorizations:
    """Twin of store.authorizations.Authorizations."""

    def __init__(self, database: MemoryDatabase, worker: str, patience: Patience) -> None:
        self._authorizations: dict[str, Authorization] = database.collection("authorizations")
        self._claims = MemoryClaims(database, "authorizations.ask", worker, patience)

    async def get(self, authorization_id: str) -> Authorization | None:
        await sleep(0)
        stored = self._authorizations.get(authorization_id)
        return copied(stored) if stored else None

    async def find(self, openid: str, service_id: str, sub_mchid: str | None) -> Authorization | None:
        await sleep(0)
        told = (openid, service_id, sub_mchid)
        for stored in self._authorizations.values():
            if (stored.openid, stored.channel.service_id, stored.channel.sub_mchid) == told:
                return copied(stored)
        return None

    async def of_learner(self, learner_id: str) -> list[Authorization]:
        await sleep(0)
        return [copied(x) for _, x in sorted(self._authorizations.items()) if x.learner_id == learner_id]

    async def page(self, *, after: str = "", limit: int = 200) -> list[Authorization]:
        await sleep(0)
        return [copied(x) for key, x in sorted(self._authorizations.items()) if key > after][:limit]

    async def save(self, authorization: Authorization) -> None:
        await sleep(0)
        write_version(self._authorizations, authorization)
        self._claims.end(authorization.id)

    async def claim(self, now: datetime, *, limit: int, lease: timedelta) -> list[str]:
        await sleep(0)
        ready = [work for work in self._due() if work.since <= now]
        return self._claims.take(ready, limit=limit, lease=lease)

    async def release(self, authorization_ids: Sequence[str], *, silent: Sequence[str] = ()) -> None:
        await sleep(0)
        self._claims.give_back(authorization_ids, self._due(), silent)

    async def stuck(self, *, limit: int) -> list[StuckWork]:
        await sleep(0)
        found = self._claims.stuck(self._due())
        return [StuckWork(work="heal", subject=x.key, tries=tries, since=x.since) for x, tries in found][:limit]

    def _due(self) -> list[DueWork]:
        return [DueWork(x.ask_at, x.id, x.version) for x in self._authorizations.values() if x.ask_at is not None]
