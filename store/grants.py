"""How many subscribe messages a learner is believed to have allowed; WeChat has the last word."""

from store.failures import names_failures
from store.mongo import Database, Document


@names_failures
class Grants:
    """The collection `grants`: one counter per openid and template."""

    def __init__(self, database: Database) -> None:
        self._grants = database["grants"]

    async def add(self, openid: str, template_id: str, count: int) -> None:
        """Count allowances up."""
        await self._grants.update_one(
            _of(openid, template_id), {"$inc": {"left": count}, "$setOnInsert": {"schema": 1}}, upsert=True
        )

    async def spend(self, openid: str, template_id: str) -> None:
        """One message was sent; never counts below nothing."""
        await self._grants.update_one({**_of(openid, template_id), "left": {"$gt": 0}}, {"$inc": {"left": -1}})

    async def clear(self, openid: str, template_id: str) -> None:
        """WeChat says there is none left, whatever we counted."""
        await self._grants.delete_one(_of(openid, template_id))

    async def left(self, openid: str, template_id: str) -> int:
        """How many sends are believed to be left."""
        grant = await self._grants.find_one(_of(openid, template_id))
        return int(grant["left"]) if grant else 0


def _of(openid: str, template_id: str) -> Document:
    return {"_id": f"{openid}|{template_id}"}
