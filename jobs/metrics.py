"""What the jobs count."""

from prometheus_client import Counter, Gauge, Histogram

JOB_SECONDS = Histogram("xianxue_job_seconds", "Time of one job run", ["job"])
JOB_ITEMS = Counter("xianxue_job_items_total", "Items a job worked on", ["job"])
JOB_CRASHES = Counter("xianxue_job_crashes_total", "Job runs or items that failed unforeseen", ["job"])
HEALED = Counter("xianxue_healed_total", "Lost notices made good by asking, by what they healed", ["what"])
OPEN_EXCEPTIONS = Gauge("xianxue_open_exceptions", "Exceptions a person has to settle, by kind", ["kind"])
CATCHING_UP = Gauge("xianxue_catching_up", "1 after a restore until WeChat was asked about everything in doubt")
PARKED_ORDERS = Gauge("xianxue_parked_orders", "Orders on hold until a person has looked at their money")
INVARIANTS_BROKEN = Counter("xianxue_invariants_broken_total", "Orders found to show what must never be")
