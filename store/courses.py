"""Courses on sale. A changed course is a new revision; the same course put again changes nothing."""

from pymongo.errors import DuplicateKeyError

from models.course import Course
from models.errors import NotFound, Stale
from models.institution import Institution
from store.documents import Shape
from store.failures import names_failures
from store.institutions import SHAPE as INSTITUTION
from store.mongo import Database, Document
from store.reading import Reader

SHAPE = Shape(Course, key="id")

WITH_INSTITUTIONS: Document = {
    "$lookup": {"from": "institutions", "localField": "institution_id", "foreignField": "_id", "as": "institutions"}
}

RACES = 10
"""How often to look again after somebody else changed the same course first."""


@names_failures
class Courses:
    """The collection `courses`."""

    def __init__(self, database: Database) -> None:
        self._courses = database["courses"]
        self._read = Reader(self._courses, SHAPE)
        self._read_institution = Reader(database["institutions"], INSTITUTION)

    async def get(self, course_id: str) -> Course | None:
        """Return a course."""
        return await self._read.one(await self._courses.find_one({"_id": course_id}))

    async def with_institution(self, course_id: str) -> tuple[Course, Institution | None] | None:
        """Return a course and the institution whose it is, in one round trip."""
        cursor = self._courses.aggregate([{"$match": {"_id": course_id}}, WITH_INSTITUTIONS])
        for found in await cursor.to_list(1):
            course = await self._read.one(found)
            institution = await self._read_institution.one(next(iter(found["institutions"]), None))
            return None if course is None else (course, institution)
        return None

    async def put(self, course: Course) -> Course:
        """Publish or change a course and give it with its revision, which only the store counts.

        Raises NotFound when the id is another institution's.
        """
        for _ in range(RACES):
            stored = await self.get(course.id)
            if stored and stored.institution_id != course.institution_id:
                raise NotFound("course_not_found", course_id=course.id)
            revised = course.model_copy(update={"revision": stored.revision if stored else 1}, deep=True)
            if stored == revised:
                return revised
            if await self._write(revised, stored):
                return revised
        message = f"course {course.id} was changed by others again and again"
        raise Stale(message)

    async def page(self, *, institution_id: str | None = None, after: str = "", limit: int = 20) -> list[Course]:
        """Return open courses by id, those after the id `after`."""
        wanted: Document = (
            {"open": True} if institution_id is None else {"open": True, "institution_id": institution_id}
        )

        async def fetch(after: str, limit: int) -> list[Document]:
            return await self._courses.find({**wanted, "_id": {"$gt": after}}).sort("_id", 1).to_list(limit)

        return await self._read.page(fetch, after=after, limit=limit)

    async def _write(self, course: Course, stored: Course | None) -> bool:
        """Insert, or replace exactly the stored revision; False when somebody else was first."""
        if stored is None:
            try:
                await self._courses.insert_one(SHAPE.document(course))
            except DuplicateKeyError:
                return False
            return True
        course.revision = stored.revision + 1
        known = {"_id": course.id, "revision": stored.revision}
        result = await self._courses.update_one(known, [{"$set": SHAPE.over_stored(course)}])
        return bool(result.matched_count)
