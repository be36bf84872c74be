"""Backups: every collection as it was at one moment, in files that say whether they are whole (docs/decisions/0017)."""

from hashlib import sha256
from json import dumps
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from models.base import Moment, Value
from models.errors import InvalidInput

MANIFEST = "manifest.json"
SUFFIX = ".bson.gz"
BLOCK = 1 << 20


class BackedUp(Value):
    """One collection: how many documents its file holds, how long the file is, and its fingerprint."""

    documents: int
    bytes: int
    sha256: str


class Manifest(Value):
    """What a backup holds. It is written last, so a backup without one was never finished.

    `taken_at` is domain time, before anything was read; `schemas` are those of the version that took it.
    """

    format: Literal["xianxue-backup/1"] = "xianxue-backup/1"
    version: str
    database: str
    taken_at: Moment
    generation: int
    schemas: dict[str, int]
    collections: dict[str, BackedUp]
    sha256: str = ""

    def sealed(self) -> "Manifest":
        """Return the same manifest with its own fingerprint filled in."""
        return self.model_copy(update={"sha256": self.computed_sha256()})

    def computed_sha256(self) -> str:
        """Fingerprint everything but the fingerprint itself, as canonical JSON."""
        body = self.model_dump(mode="json", exclude={"sha256"})
        canonical = dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return sha256(canonical.encode()).hexdigest()


def file_of(directory: Path, collection: str) -> Path:
    """Return where a collection's documents are: BSON, one after the other, compressed, as mongorestore reads it."""
    return directory / f"{collection}{SUFFIX}"


def digest_of(path: Path) -> tuple[int, str]:
    """Return a file's length and fingerprint."""
    digest, length = sha256(), 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            length += len(block)
    return length, digest.hexdigest()


def read_manifest(directory: Path) -> Manifest:
    """Read what a backup holds; raises InvalidInput for a directory that is no finished backup, or was changed."""
    path = directory / MANIFEST
    if not path.is_file():
        raise InvalidInput("backup_unfinished", field="directory", directory=str(directory))
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except ValidationError as wrong:
        raise InvalidInput("backup_damaged", field="directory", file=MANIFEST) from wrong
    if manifest.sha256 != manifest.computed_sha256():
        raise InvalidInput("backup_damaged", field="directory", file=MANIFEST)
    return manifest
