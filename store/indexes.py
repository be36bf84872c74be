"""Every index of every collection, declared in one list and created at start.

An index whose definition changes gets a new name. Partial indexes hold only documents with that work, so claims stay
flat however many orders there are; `{"$gt": ""}` holds texts and not nulls, and unlike `$type` the planner knows that
a search for a text is answered by it. TTL indexes (`kept_until`, real time) only sweep: readers check expiry.
"""

from asyncio import gather
from itertools import groupby
from operator import itemgetter

from pymongo import ASCENDING, DESCENDING, IndexModel

from models.agenda import Due
from store.failures import named
from store.mongo import Database


def _index(name: str, *fields: str, unique: bool = False, only: dict[str, object] | None = None) -> IndexModel:
    """Declare an index; a field written "-name" is descending, `only` makes it partial."""
    keys = [(field.removeprefix("-"), DESCENDING if field.startswith("-") else ASCENDING) for field in fields]
    partial = {"partialFilterExpression": only} if only else {}
    return IndexModel(keys, name=name, unique=unique, **partial)


def _due(kind: str) -> IndexModel:
    field = f"agenda.{kind}"
    return _index(f"due_{kind}", field, only={field: {"$exists": True}})


def _stuck() -> IndexModel:
    return _index("stuck", "stuck", only={"stuck": {"$gt": ""}})


def _sweep() -> IndexModel:
    return IndexModel([("kept_until", ASCENDING)], name="sweep", expireAfterSeconds=0)


INDEXES: tuple[tuple[str, IndexModel], ...] = (
    ("orders", _index("idempotency", "buyer.learner_id", "idempotency_key", unique=True)),
    ("orders", _index("running", "running_key", unique=True, only={"running_key": {"$gt": ""}})),
    ("orders", _index("of_learner", "buyer.learner_id", "-placed_at", "-_id")),
    ("orders", _index("of_learner_by_service", "buyer.learner_id", "channel.service_id", "state")),
    ("orders", _index("of_institution", "course.institution_id", "-placed_at", "-_id")),
    ("orders", _index("of_institution_by_state", "course.institution_id", "state", "-placed_at", "-_id")),
    ("orders", _index("of_course", "course.id", "state", "placed_at", "_id")),
    ("orders", _index("parked", "parked", only={"parked": {"$gt": ""}})),
    *(("orders", _due(due)) for due in Due),
    ("orders", _stuck()),
    ("facts", _index("chain", "order_no", "seq", unique=True)),
    ("learners", _index("openid", "openid", unique=True)),
    ("learners", _index("unionid", "unionid", unique=True, only={"unionid": {"$gt": ""}})),
    ("learners", _index("oa_openid", "oa_openid", only={"oa_openid": {"$gt": ""}})),
    ("sessions", _sweep()),
    ("login_codes", _sweep()),
    ("courses", _index("on_sale", "open", "_id")),
    ("courses", _index("on_sale_by", "institution_id", "open", "_id")),
    ("api_keys", _index("of_institution", "institution_id")),
    ("authorizations", _index("of_learner", "learner_id")),
    ("authorizations", _index("told_of", "openid", "channel.service_id", "channel.sub_mchid")),
    ("authorizations", _due("heal")),
    ("authorizations", _stuck()),
    ("deliveries", _due("send")),
    ("deliveries", _stuck()),
    ("deliveries", _index("stream", "stream", "seq", only={"agenda.send": {"$exists": True}})),
    ("deliveries", _index("of_institution", "institution_id", "-created_at", "-_id")),
    ("deliveries", _index("of_institution_by_state", "institution_id", "state", "-created_at", "-_id")),
    ("exceptions", _index("open", "open", "-opened_at", "-_id")),
    ("exceptions", _index("open_by_kind", "kind", only={"open": True})),
    ("exceptions", _index("of_institution", "institution_id", "-opened_at", "-_id")),
    ("exceptions", _index("of_institution_by_state", "institution_id", "open", "-opened_at", "-_id")),
    ("exceptions", _index("newest", "-opened_at", "-_id")),
    ("webhook_endpoints", _index("of_institution", "institution_id")),
    ("conversations", _sweep()),
    ("inbox", _index("unfinished", "kind", "until", "_id", only={"done": False})),
    ("inbox", _index("tried", "tries", only={"tries": {"$gt": 0}})),
    ("inbox", _sweep()),
)


@named
async def create_indexes(database: Database) -> None:
    """Create whatever index is missing; creating them again is cheap and changes nothing.

    Raises NotReady for a database out of reach.
    """
    by_collection = groupby(sorted(INDEXES, key=itemgetter(0)), key=itemgetter(0))
    await gather(*(database[name].create_indexes([index for _, index in group]) for name, group in by_collection))
