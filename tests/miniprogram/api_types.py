"""The server's own description of its JSON as TypeScript types, against which the Mini Program's source is checked.

`python -m tests.miniprogram.api_types` writes them to miniprogram/typings/api.d.ts; they are made anew for each check
and never kept, so that a field renamed in a handler is an error in the page that reads it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from server.openapi import describe
from server.routes import OPERATIONS

TYPES = Path(__file__).parents[2] / "miniprogram" / "typings" / "api.d.ts"
SIMPLE = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
JOINED = {"anyOf": " | ", "oneOf": " | ", "allOf": " & "}

Schema = dict[str, Any]


def declarations() -> Iterator[str]:
    """Return a declaration for each schema of the description."""
    for name, schema in describe(OPERATIONS, "0")["components"]["schemas"].items():
        yield f"export type {name} = {_type(schema)}"


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[1])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    for name, sign in JOINED.items():
        if name in schema:
            return f"({sign.join(_type(each) for each in schema[name])})"
    return _plain(schema)


def _plain(schema: Schema) -> str:
    kind = schema.get("type", "")
    if kind == "array":
        return f"({_type(schema.get('items', {}))})[]"
    return _object(schema) if kind == "object" else SIMPLE.get(kind, "unknown")


def _object(schema: Schema) -> str:
    properties = schema.get("properties")
    if properties is None:
        more = schema.get("additionalProperties")
        return f"Record<string, {_type(more) if isinstance(more, dict) else 'unknown'}>"
    required = schema.get("required", [])
    fields = (f"  {name}{'' if name in required else '?'}: {_type(each)}\n" for name, each in properties.items())
    return "{\n" + "".join(fields) + "}"


if __name__ == "__main__":
    TYPES.write_text("\n".join(declarations()) + "\n", encoding="utf-8")
