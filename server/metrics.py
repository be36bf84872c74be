"""What Prometheus may read at /metrics."""

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

REQUEST_SECONDS = Histogram("xianxue_request_seconds", "Time to answer, by route", ["method", "route", "status"])
JOB_SECONDS = Histogram("xianxue_job_seconds", "Time of one job run", ["job"])
JOB_DONE = Counter("xianxue_job_items_total", "Items a job worked on", ["job", "outcome"])
HEALED = Counter("xianxue_healed_total", "Lost notices made good by asking, by what they healed", ["what"])
CLOCK_SKEW = Gauge("xianxue_clock_offset_seconds", "Domain clock minus system clock")


async def show_metrics(_: web.Request) -> web.Response:
    """Write every metric in Prometheus' text format."""
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def observe_job(job: str, seconds: float, items: int, failed: bool) -> None:  # noqa: FBT001 - a callback's shape
    """Count one run of a job."""
    JOB_SECONDS.labels(job).observe(seconds)
    JOB_DONE.labels(job, "failed_run" if failed else "done").inc(items or int(failed))
