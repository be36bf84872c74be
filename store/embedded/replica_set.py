"""Making a lone mongod the primary of its own replica set: what transactions and w=majority need."""

from collections.abc import Callable
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import AutoReconnect, OperationFailure

NAME = "xianxue"

NOT_A_MEMBER = 93
"""InvalidReplicaSetConfig: the stored configuration names another port than the one mongod listens on now."""

NOT_INITIATED = 94
"""NotYetInitialized: no configuration is stored."""


def serves(port: int, data: Path) -> bool:
    """Say whether what listens here is the mongod on this data directory, and not some other program."""
    with _connect(port) as client:
        try:
            options = client.admin.command("getCmdLineOpts")
        except (OperationFailure, AutoReconnect):
            return False
    return bool(options["parsed"]["storage"]["dbPath"] == str(data))


def become_primary(port: int, pause: Callable[[], None]) -> None:
    """Initiate the set, or move it to this port, and wait until writes are taken.

    `pause` is called between looks; it waits a moment, and ends the waiting by raising.
    """
    with _connect(port) as client:
        while not _is_primary(client):
            try:
                _step(client, f"127.0.0.1:{port}")
            except (OperationFailure, AutoReconnect):
                # the set is still loading or changing its configuration: look again
                pause()
            else:
                pause()


def _connect(port: int) -> MongoClient[dict[str, object]]:
    return MongoClient("127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=5000)


def _is_primary(client: MongoClient[dict[str, object]]) -> bool:
    try:
        return bool(client.admin.command("hello").get("isWritablePrimary"))
    except AutoReconnect:
        return False


def _step(client: MongoClient[dict[str, object]], host: str) -> None:
    """Do what the set needs next; nothing when it only needs time."""
    try:
        client.admin.command("replSetGetStatus")
    except OperationFailure as refusal:
        if refusal.code == NOT_INITIATED:
            client.admin.command("replSetInitiate", {"_id": NAME, "members": [{"_id": 0, "host": host}]})
        elif refusal.code == NOT_A_MEMBER:
            _move(client, host)
        else:
            raise


def _move(client: MongoClient[dict[str, object]], host: str) -> None:
    """Tell the set that its only member now listens on `host`."""
    stored = client["local"]["system.replset"].find_one() or {}
    config = {"_id": NAME, "version": int(str(stored["version"])) + 1, "members": [{"_id": 0, "host": host}]}
    client.admin.command("replSetReconfig", config, force=True)
