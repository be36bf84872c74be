"""Every job on one page: its name, what it does, and how often it looks."""

from datetime import timedelta

from jobs import orders, reach, watching
from jobs.scheduler import Job

SOON = timedelta(seconds=0)
"""As often as the configured tick."""

JOBS = (
    Job("settle", orders.settle, SOON),
    Job("relay", orders.relay, SOON),
    Job("deliver", reach.deliver, SOON),
    Job("heal", orders.heal, SOON),
    Job("heal_authorizations", orders.heal_authorizations, SOON),
    Job("confirm_silence", orders.confirm_silence, SOON),
    Job("refund", orders.refund, SOON),
    Job("decide_disputes", orders.decide_disputes, timedelta(seconds=5)),
    Job("remind", orders.remind, timedelta(seconds=5)),
    Job("expire", orders.expire, timedelta(seconds=5)),
    Job("sweep", reach.sweep, timedelta(seconds=5)),
    Job("invariants", watching.check_invariants, timedelta(hours=6)),
    Job("count_exceptions", watching.count_exceptions, timedelta(seconds=30)),
)
