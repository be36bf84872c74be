"""Standing permissions, saved by compare-and-set; `agenda.heal` says when to ask WeChat about one."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from models.authorization import Authorization
from models.work import Patience, StuckWork
from store.claims import PATIENCE, Claims, stuck_work
from store.documents import Shape
from store.failures import names_failures
from store.mongo import Database, Document
from store.reading import Reader
from store.versions import write_version

SHAPE = Shape(Authorization, key="id", schema=2)

HEAL = "heal"


@names_failures
class Authorizations:
    """The collection `authorizations`."""

    def __init__(self, database: Database, worker: str, patience: Patience = PATIENCE) -> None:
        self._authorizations = database["authorizations"]
        self._read = Reader(self._authorizations, SHAPE)
        self._claims = Claims(self._authorizations, HEAL, worker, patience)

    async def get(self, authorization_id: str) -> Authorization | None:
        """Return an authorization by its id."""
        return await self._read.one(await self._authorizations.find_one({"_id": authorization_id}))

    async def find(self, openid: str, service_id: str, sub_mchid: str | None) -> Authorization | None:
        """Find the authorization a notice speaks of."""
        told = {"openid": openid, "channel.service_id": service_id, "channel.sub_mchid": sub_mchid}
        return await self._read.one(await self._authorizations.find_one(told))

    async def of_learner(self, learner_id: str) -> list[Authorization]:
        """Return all of a learner's authorizations, by id."""
        cursor = self._authorizations.find({"learner_id": learner_id}).sort("_id", 1)
        return await self._read.all(cursor)

    async def page(self, *, after: str = "", limit: int = 200) -> list[Authorization]:
        """Return authorizations by their id, those after the id `after`."""

        async def fetch(after: str, limit: int) -> list[Document]:
            return await self._authorizations.find({"_id": {"$gt": after}}).sort("_id", 1).to_list(limit)

        return await self._read.page(fetch, after=after, limit=limit)

    async def save(self, authorization: Authorization) -> None:
        """Insert (version 0) or write by compare-and-set, which gives a claim back; raises Stale."""
        due = {self._claims.due_field: authorization.ask_at}
        await write_version(self._authorizations, SHAPE, authorization, authorization.version, also=due)
        authorization.version += 1

    async def claim(self, now: datetime, *, limit: int, lease: timedelta) -> list[str]:
        """Claim authorizations whose `ask_at` has come, longest due first; saving one gives its claim back."""
        return await self._claims.take(now, limit=limit, lease=lease)

    async def release(self, authorization_ids: Sequence[str], *, silent: Sequence[str] = ()) -> None:
        """Give our claims back; one that nobody saved since is left alone for a while."""
        await self._claims.give_back(authorization_ids, silent)

    async def stuck(self, *, limit: int) -> list[StuckWork]:
        """Return the permissions that were asked about too often in vain."""
        return await stuck_work(self._authorizations, limit=limit)
