"""Opening MongoDB: the client, its promises (w=majority, aware UTC) and whether it answers."""

from datetime import UTC
from typing import Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo.errors import PyMongoError

Document: TypeAlias = dict[str, Any]
Client: TypeAlias = "AsyncIOMotorClient[Document]"
Database: TypeAlias = "AsyncIOMotorDatabase[Document]"
Collection: TypeAlias = "AsyncIOMotorCollection[Document]"

DEFAULT_DATABASE = "xianxue"

DEFAULTS: dict[str, int] = {
    "serverSelectionTimeoutMS": 5_000,
    "connectTimeoutMS": 5_000,
    "waitQueueTimeoutMS": 5_000,
    "socketTimeoutMS": 30_000,
    "wTimeoutMS": 10_000,
    "maxPoolSize": 100,
}
"""Sensible limits; the ones a URI names are used as the URI says."""


def open_client(uri: str) -> Client:
    """Make a client; it connects when it is first used, inside the running loop. Close it with `close()`.

    Writes are acknowledged by the majority, whatever the URI says: money must survive the loss of a server. Reads
    come from the primary, so that a writer sees its own writes and an insert refused as a duplicate can be read at
    once.
    """
    named = {name.lower() for name in parse_qs(urlsplit(uri).query)}
    limits: dict[str, Any] = {name: value for name, value in DEFAULTS.items() if name.lower() not in named}
    return AsyncIOMotorClient(uri, appname="xianxue", tz_aware=True, tzinfo=UTC, w="majority", **limits)


def open_database(client: Client, name: str = DEFAULT_DATABASE) -> Database:
    """Return a database of this client."""
    return client[name]


async def answers(database: Database) -> bool:
    """Say whether the database takes commands now; waits at most the selection timeout."""
    try:
        await database.command("ping")
    except PyMongoError:
        return False
    return True
