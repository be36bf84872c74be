"""The OpenAPI 3.1 description, made from the same declarations that validate the requests.

OpenAPI 3.1 speaks JSON Schema 2020-12, which is what pydantic writes, so no translation stands between
(docs/decisions/0006).
"""

import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from handlers.operation import Access, Operation

REF = "#/components/schemas/{model}"
ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "detail"],
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}, "detail": {"type": "object"}},
        }
    },
}
SECURITY: dict[Access, list[dict[str, list[str]]]] = {
    Access.LEARNER: [{"session": []}],
    Access.INSTITUTION: [{"apiKey": []}],
    Access.PUBLIC: [],
}


def describe(operations: tuple[Operation, ...], version: str) -> dict[str, Any]:
    """Describe every operation."""
    bodies = {x.body for x in operations if x.body} | {x.query for x in operations if x.query}
    answers = {x.answer for x in operations if x.answer}
    shapes: list[tuple[type[BaseModel], Any]] = [(shape, "validation") for shape in bodies]
    shapes += [(shape, "serialization") for shape in answers]
    refs, definitions = models_json_schema(shapes, ref_template=REF)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        path = re.sub(r"\{(\w+):[^/]*\}", r"{\1}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _describe(operation, refs)
    return {
        "openapi": "3.1.0",
        "info": {"title": "xianxue", "version": version, "summary": "Learn first, pay later on WeChat Pay Score"},
        "paths": paths,
        "components": {
            "schemas": {**definitions.get("$defs", {}), "Error": ERROR},
            "securitySchemes": {
                "session": {"type": "http", "scheme": "bearer", "description": "a learner's session token"},
                "apiKey": {"type": "http", "scheme": "bearer", "description": "an institution's key, xxk_..."},
            },
        },
    }


def _describe(operation: Operation, refs: dict[Any, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.handle.__name__ + "_" + operation.access,
        "summary": operation.summary,
        "tags": [operation.access],
        "security": SECURITY[operation.access],
        "parameters": _parameters(operation),
        "responses": _responses(operation, refs),
    }
    if operation.body:
        schema = refs[operation.body, "validation"]
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return described


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found = [
        {"name": name, "in": "path", "required": True, "schema": _path_schema(pattern)}
        for name, pattern in re.findall(r"\{(\w+)(?::([^/]*))?\}", operation.path)
    ]
    if operation.query:
        schema = operation.query.model_json_schema(ref_template=REF)
        required = schema.get("required", [])
        found += [
            {"name": name, "in": "query", "required": name in required, "schema": each}
            for name, each in schema["properties"].items()
        ]
    if operation.needs_idempotency_key:
        key = {"type": "string", "minLength": 8, "maxLength": 128, "pattern": "^[ -~]+$"}
        found.append({"name": "Idempotency-Key", "in": "header", "required": True, "schema": key})
    return found


def _path_schema(pattern: str) -> dict[str, Any]:
    if pattern.startswith("[0-9]"):
        return {"type": "integer", "minimum": 1, "maximum": 100}
    return {"type": "string", "minLength": 1}


def _responses(operation: Operation, refs: dict[Any, Any]) -> dict[str, Any]:
    error = {"application/json": {"schema": {"$ref": REF.format(model="Error")}}}
    good: dict[str, Any] = {"description": "done"}
    status = 204
    if operation.answer:
        status = operation.status
        good["content"] = {"application/json": {"schema": refs[operation.answer, "serialization"]}}
    return {
        str(status): good,
        "4XX": {"description": "refused: why, and what to do next", "content": error},
        "5XX": {"description": "failed here or at WeChat: try again later", "content": error},
    }
