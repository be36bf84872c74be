"""What the jobs count."""

from prometheus_client import Counter, Histogram

JOB_SECONDS = Histogram("xianxue_job_seconds", "Time of one job run", ["job"])
JOB_ITEMS = Counter("xianxue_job_items_total", "Items a job worked on", ["job"])
JOB_CRASHES = Counter("xianxue_job_crashes_total", "Job runs or items that failed unforeseen", ["job"])
HEALED = Counter("xianxue_healed_total", "Lost notices made good by asking, by what they healed", ["what"])
