from datetime import UTC, datetime, timedelta

import pytest

from lab.rig.orders import placed
from models.agenda import Due
from models.errors import NotReady
from store.claims import Claims
from store.embedded.mongo import free_port
from store.indexes import INDEXES, create_indexes
from store.mongo import Database, answers, open_client, open_database
from store.stores import open_stores
from tests.store.samples import NOON


async def test_writes_are_acknowledged_by_the_majority_and_moments_come_back_aware(database: Database) -> None:
    assert database.write_concern.document["w"] == "majority"
    await database["things"].insert_one({"at": NOON})
    thing = await database["things"].find_one()
    assert thing is not None
    assert thing["at"].tzinfo is UTC


async def test_a_database_that_is_there_answers(database: Database) -> None:
    assert await answers(database)


async def test_a_database_out_of_reach_is_named_and_not_ready() -> None:
    client = open_client(f"mongodb://127.0.0.1:{free_port()}/?serverSelectionTimeoutMS=100")
    database = open_database(client)
    assert not await answers(database)
    with pytest.raises(NotReady, match="database_unreachable"):
        await open_stores(database).orders.get("X")
    with pytest.raises(NotReady, match="database_unreachable"):
        await create_indexes(database)
    client.close()


async def test_indexes_are_created_once_however_often_a_process_starts(database: Database) -> None:
    await create_indexes(database)
    for collection in {name for name, _ in INDEXES}:
        declared = {index.document["name"] for name, index in INDEXES if name == collection}
        assert set(await database[collection].index_information()) == declared | {"_id_"}


@pytest.mark.parametrize("due", list(Due))
async def test_claims_read_their_partial_index_and_nothing_else(database: Database, due: Due) -> None:
    stores = open_stores(database)
    for n in range(20):
        await stores.orders.add(placed(no=f"X{n:02d}", at=NOON + n * timedelta(days=1)))
    claims = Claims(database["orders"], due, "worker")
    cursor = database["orders"].find(claims.open_work(NOON), {"_id": 1}).sort(claims.due_field, 1).limit(10)
    explained = await cursor.explain()
    plan = explained["queryPlanner"]["winningPlan"]
    stages = list(walk(plan))
    assert [stage["indexName"] for stage in stages if stage["stage"] == "IXSCAN"] == [f"due_{due}"]
    assert not {"COLLSCAN", "SORT"} & {stage["stage"] for stage in stages}
    assert explained["executionStats"]["totalKeysExamined"] <= 1


def walk(stage: dict[str, object]) -> list[dict[str, object]]:
    below = stage.get("inputStage")
    return [stage, *walk(below)] if isinstance(below, dict) else [stage]


async def test_a_lease_runs_on_the_databases_clock(database: Database) -> None:
    stores = open_stores(database)
    await stores.orders.add(placed(no="X1", at=NOON))
    await stores.orders.claim(Due.RELAY, NOON, limit=1, lease=timedelta(hours=1))
    document = await database["orders"].find_one({"_id": "X1"})
    assert document is not None
    left = document["claims"]["relay"]["until"] - datetime.now(UTC)
    assert timedelta(minutes=59) < left <= timedelta(hours=1)


async def test_a_person_is_found_by_index_in_each_way(database: Database) -> None:
    people = database["learners"]
    for wanted, names in (
        ({"oa_openid": "a"}, {"oa_openid"}),
        ({"unionid": "u"}, {"unionid"}),
        ({"$or": [{"openid": "o"}, {"unionid": "u"}]}, {"openid", "unionid"}),
    ):
        explained = await people.find(wanted).explain()
        assert set(index_names(explained["queryPlanner"]["winningPlan"])) == names


async def test_what_waits_in_a_stream_is_found_by_index(database: Database) -> None:
    stores = open_stores(database)
    await stores.deliveries.add([])
    explained = await database.command(
        "explain",
        {
            "aggregate": "deliveries",
            "pipeline": [
                {"$match": {"stream": {"$in": ["a", "b"]}, "agenda.send": {"$exists": True}}},
                {"$sort": {"stream": 1, "seq": 1}},
                {"$group": {"_id": "$stream", "id": {"$first": "$_id"}}},
            ],
            "cursor": {},
        },
    )
    assert "'indexName': 'stream'" in str(explained)


def index_names(stage: object) -> list[str]:
    """Return the names of all indexes a plan reads."""
    if isinstance(stage, list):
        return [name for each in stage for name in index_names(each)]
    if not isinstance(stage, dict):
        return []
    own = [stage["indexName"]] if "indexName" in stage else []
    return own + [name for each in stage.values() for name in index_names(each)]
