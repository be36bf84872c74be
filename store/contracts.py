"""Every version of every institution's terms, for ever: what somebody accepted can be read years later."""

from pymongo.errors import DuplicateKeyError

from models.contract import Contract
from models.errors import Conflict
from store.documents import Shape
from store.failures import names_failures
from store.mongo import Database, Document
from store.reading import Reader

SHAPE = Shape(Contract, key="")


@names_failures
class Contracts:
    """The collection `contracts`: only ever added to, one document a version."""

    def __init__(self, database: Database) -> None:
        self._contracts = database["contracts"]
        self._read = Reader(self._contracts, SHAPE)

    async def add(self, institution_id: str, contract: Contract) -> None:
        """Keep a version; the same one again changes nothing.

        Raises Conflict `contract_version_reused` when this version was kept with another title or text.
        """
        try:
            await self._contracts.insert_one(
                {"_id": _key(institution_id, contract.version), **SHAPE.document(contract)}
            )
        except DuplicateKeyError:
            if await self.get(institution_id, contract.version) != contract:
                raise Conflict("contract_version_reused", version=contract.version) from None

    async def get(self, institution_id: str, version: str) -> Contract | None:
        """Return a version as it was kept."""
        return await self._read.one(await self._contracts.find_one({"_id": _key(institution_id, version)}))


def _key(institution_id: str, version: str) -> Document:
    """A document as key: no separator that an id could contain."""
    return {"institution_id": institution_id, "version": version}
