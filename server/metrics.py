"""What Prometheus may read at /metrics."""

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Histogram, generate_latest

REQUEST_SECONDS = Histogram("xianxue_request_seconds", "Time to answer, by route", ["method", "route", "status"])


async def show_metrics(_: web.Request) -> web.Response:
    """Write every metric in Prometheus' text format."""
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
