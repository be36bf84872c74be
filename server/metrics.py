"""What Prometheus may read at /metrics."""

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, Histogram, generate_latest

REQUEST_SECONDS = Histogram("xianxue_request_seconds", "Time to answer, by route", ["method", "route", "status"])
CLOCK_OFF = Gauge("xianxue_clock_ahead_seconds", "How far our clock is ahead of another, behind negative", ["than"])
STANDING_DOWN = Gauge("xianxue_standing_down", "1 while this process does no work because its clock is off")


async def show_metrics(_: web.Request) -> web.Response:
    """Write every metric in Prometheus' text format."""
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
