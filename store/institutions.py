"""Institutions and the hashes of their API keys."""

from models.api_key import ApiKey
from models.institution import Institution
from store.documents import Shape
from store.failures import names_failures
from store.mongo import Database
from store.reading import Reader

SHAPE = Shape(Institution, key="id")
KEY_SHAPE = Shape(ApiKey, key="hash")


@names_failures
class Institutions:
    """The collections `institutions` and `api_keys`."""

    def __init__(self, database: Database) -> None:
        self._institutions = database["institutions"]
        self._keys = database["api_keys"]
        self._read = Reader(self._institutions, SHAPE)
        self._read_key = Reader(self._keys, KEY_SHAPE)

    async def get(self, institution_id: str) -> Institution | None:
        """Return an institution."""
        return await self._read.one(await self._institutions.find_one({"_id": institution_id}))

    async def put(self, institution: Institution) -> None:
        """Create or change an institution."""
        await self._institutions.update_one({"_id": institution.id}, SHAPE.upsert(institution), upsert=True)

    async def add_key(self, key: ApiKey) -> None:
        """Keep a key (its hash), or what changed about it."""
        await self._keys.update_one({"_id": key.hash}, KEY_SHAPE.upsert(key), upsert=True)

    async def keys_of(self, institution_id: str) -> list[ApiKey]:
        """Return an institution's keys, revoked ones too, oldest first."""
        cursor = self._keys.find({"institution_id": institution_id}).sort([("created_at", 1), ("_id", 1)])
        return await self._read_key.all(cursor)

    async def key(self, key_sha256: str) -> ApiKey | None:
        """Find a key by its hash."""
        return await self._read_key.one(await self._keys.find_one({"_id": key_sha256}))
