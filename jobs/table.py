"""Every job on one page: its name, what it does, and how often it looks.

One of them answers people, so what it does is a handler's, and whoever runs the jobs brings it along.
"""

from datetime import timedelta

from jobs import orders, reach, watching
from jobs.scheduler import Job, Run

SOON = timedelta(seconds=0)
"""As often as the configured tick."""


def every_job(*, answer_unfinished: Run) -> tuple[Job, ...]:
    """Return all jobs; `answer_unfinished` answers chat messages whose process died."""
    return (
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
        Job("sweep_grants", reach.sweep_grants, timedelta(seconds=5)),
        Job("sweep_messages", answer_unfinished, timedelta(seconds=5)),
        Job("invariants", watching.check_invariants, timedelta(hours=6)),
        Job("count_exceptions", watching.count_exceptions, timedelta(seconds=30)),
    )
