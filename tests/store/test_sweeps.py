from datetime import UTC, datetime, timedelta

from models.messages import Conversation
from store.mongo import Database, Document
from store.stores import open_stores
from tests.store.samples import NOON
from tests.store.test_people import session

SECOND = timedelta(seconds=1)


async def only(database: Database, collection: str) -> Document:
    document = await database[collection].find_one()
    assert document is not None
    return document


async def left(database: Database, collection: str) -> timedelta:
    kept_until: datetime = (await only(database, collection))["kept_until"]
    return kept_until - datetime.now(UTC)


async def test_a_session_is_kept_in_real_time_however_domain_time_runs(database: Database) -> None:
    await open_stores(database).sessions.add(session())
    assert timedelta(days=30) - 60 * SECOND < await left(database, "sessions") <= timedelta(days=30)


async def test_a_taken_code_outlives_the_five_minutes_wechat_gives_it(database: Database) -> None:
    await open_stores(database).sessions.use_code("c")
    assert await left(database, "login_codes") > timedelta(hours=23)


async def test_an_arrival_is_swept_only_once_it_is_done_and_gives_up_its_payload(database: Database) -> None:
    inbox = open_stores(database).inbox
    await inbox.begin("k", "notice", "body", timedelta(0))
    assert "kept_until" not in await only(database, "inbox")
    await inbox.finish("k")
    assert await left(database, "inbox") > timedelta(days=29)
    assert "payload" not in await only(database, "inbox")


async def test_a_conversation_is_kept_for_a_week_of_real_time(database: Database) -> None:
    await open_stores(database).conversations.save(Conversation(id="oa1", expires_at=NOON))
    assert await left(database, "conversations") > timedelta(days=6)
