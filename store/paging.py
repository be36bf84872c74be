"""Pages of what belongs to somebody, newest first, continued by the key of the last one seen."""

from store.mongo import Collection, Document
from store.reading import Fetch


def newest_first(collection: Collection, *, owner: Document, also: Document, moment: str) -> Fetch:
    """Return how to read the documents of `owner` that fit `also`, by `moment` and key, newest first.

    It continues after the key of the last document of the page before; a key the owner does not have is followed by
    nothing.
    """

    async def fetch(after: str, limit: int) -> list[Document]:
        wanted: Document = {**owner, **also}
        if after:
            mark = await collection.find_one({**owner, "_id": after}, {moment: 1})
            if mark is None:
                return []
            wanted |= {
                moment: {"$lte": mark[moment]},
                "$or": [{moment: {"$lt": mark[moment]}}, {"_id": {"$lt": after}}],
            }
        return await collection.find(wanted).sort([(moment, -1), ("_id", -1)]).limit(limit).to_list(limit)

    return fetch
