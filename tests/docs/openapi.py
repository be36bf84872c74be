"""Writes docs/openapi.json from the operations themselves: `make openapi`."""

import json
from pathlib import Path

from server.openapi import describe
from server.routes import OPERATIONS
from tests.architecture.source import project

PAGE = Path(__file__).parents[2] / "docs" / "openapi.json"


def page() -> str:
    """Write the description /openapi.json answers with, its keys sorted so that a change shows as what it is."""
    described = describe(OPERATIONS, project()["project"]["version"])
    return json.dumps(described, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
