"""The API description for machines at /openapi.json, and a page for people at /docs that needs no other host."""

from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import Any

import orjson
from aiohttp import web
from jinja2 import Environment, select_autoescape

DESCRIPTION = web.AppKey("description", dict[str, Any])
JSON = "application/json"


def our_version() -> str:
    """Return the installed version, or a plain word when run from a bare checkout."""
    try:
        return version("xianxue")
    except PackageNotFoundError:
        return "0.0.0"


async def show_openapi(request: web.Request) -> web.Response:
    """Return the OpenAPI 3.1 document."""
    return web.Response(body=orjson.dumps(request.app[DESCRIPTION]), content_type=JSON)


async def show_docs(request: web.Request) -> web.Response:
    """Render the description as a page."""
    template = Environment(autoescape=select_autoescape(default=True)).from_string(
        files("server").joinpath("docs.html").read_text(encoding="utf-8")
    )
    return web.Response(text=template.render(api=request.app[DESCRIPTION], ref=_ref), content_type="text/html")


def _ref(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]
