"""Learners: found again by WeChat's unionid, else by the Mini Program's openid; one person is one document."""

from datetime import datetime

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from models.errors import Stale
from models.learner import Learner
from store.documents import Shape
from store.failures import names_failures
from store.mongo import Database
from store.reading import Reader

SHAPE = Shape(Learner, key="id")

RACES = 5
"""How often to look again after another log-in of the same person was first."""

OWN_FIELDS = ("nickname", "phone", "language")
"""What a learner may change about themselves."""


@names_failures
class Learners:
    """The collection `learners`; `openid` and `unionid` are unique, so two log-ins at once make one learner."""

    def __init__(self, database: Database) -> None:
        self._learners = database["learners"]
        self._read = Reader(self._learners, SHAPE)

    async def logged_in(self, openid: str, unionid: str | None, new_id: str, now: datetime) -> Learner:
        """Find the learner by unionid, else by openid, or make one; fills in a unionid that was unknown."""
        for _ in range(RACES):
            learner = await self._known(openid, unionid)
            try:
                if learner is None:
                    return await self._make(Learner(id=new_id, openid=openid, unionid=unionid, created_at=now))
                if learner.unionid is None and unionid is not None:
                    return await self._tell_apart(learner, unionid)
            except DuplicateKeyError:
                continue
            return learner
        message = "a learner was made by others again and again"
        raise Stale(message)

    async def get(self, learner_id: str) -> Learner | None:
        """Return a learner."""
        return await self._read.one(await self._learners.find_one({"_id": learner_id}))

    async def link_oa(self, unionid: str, oa_openid: str | None) -> Learner | None:
        """Remember (or with None forget) a person's Official Account openid; None when the person is unknown.

        An openid belongs to one person: whoever had it before loses it.
        """
        linked = await self._learners.find_one_and_update(
            {"unionid": unionid}, {"$set": {"oa_openid": oa_openid}}, return_document=ReturnDocument.AFTER
        )
        if linked and oa_openid:
            others = {"oa_openid": oa_openid, "_id": {"$ne": linked["_id"]}}
            await self._learners.update_many(others, {"$set": {"oa_openid": None}})
        return await self._read.one(linked)

    async def update(self, learner: Learner) -> None:
        """Write the fields a learner may change; raises Stale for a learner who is no longer there."""
        own = {name: getattr(learner, name) for name in OWN_FIELDS}
        result = await self._learners.update_one({"_id": learner.id}, {"$set": own})
        if not result.matched_count:
            message = f"learner {learner.id} does not exist"
            raise Stale(message)

    async def _known(self, openid: str, unionid: str | None) -> Learner | None:
        ways = [{"openid": openid}] + ([{"unionid": unionid}] if unionid else [])
        documents = [document async for document in self._learners.find({"$or": ways})]
        found = [learner for learner in [await self._read.one(document) for document in documents] if learner]
        by_person = [learner for learner in found if unionid and learner.unionid == unionid]
        return next(iter(by_person + found), None)

    async def _make(self, learner: Learner) -> Learner:
        await self._learners.insert_one(SHAPE.document(learner))
        return learner

    async def _tell_apart(self, learner: Learner, unionid: str) -> Learner:
        await self._learners.update_one({"_id": learner.id, "unionid": None}, {"$set": {"unionid": unionid}})
        return learner.model_copy(update={"unionid": unionid})
