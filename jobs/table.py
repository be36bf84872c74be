"""Every job on one page: its name, what it does, and how often it looks.

One of them answers people, so what it does is a handler's, and whoever runs the jobs brings it along.
"""

from datetime import timedelta

from jobs import runs
from jobs.scheduler import Job, Run

SOON = timedelta(seconds=0)
"""As often as the configured tick."""


def every_job(*, answer_unfinished: Run) -> tuple[Job, ...]:
    """Return all jobs; `answer_unfinished` answers chat messages whose process died."""
    return (
        Job("settle", runs.settle, SOON),
        Job("relay", runs.relay, SOON),
        Job("deliver", runs.deliver, SOON),
        Job("heal", runs.heal, SOON),
        Job("heal_authorizations", runs.heal_authorizations, SOON),
        Job("confirm_silence", runs.confirm_silence, SOON),
        Job("refund", runs.refund, SOON),
        Job("decide_disputes", runs.decide_disputes, timedelta(seconds=5)),
        Job("remind", runs.remind, timedelta(seconds=5)),
        Job("expire", runs.expire, timedelta(seconds=5)),
        Job("sweep", runs.sweep, timedelta(seconds=5)),
        Job("sweep_grants", runs.sweep_grants, timedelta(seconds=5)),
        Job("sweep_messages", answer_unfinished, timedelta(seconds=5)),
        Job("invariants", runs.check_invariants, timedelta(hours=6)),
        Job("catch_up", runs.catch_up, SOON, acts=False),
        Job("watch_unreadable", runs.watch_unreadable, timedelta(seconds=30), acts=False),
        Job("watch_stuck_work", runs.watch_stuck_work, timedelta(seconds=30), acts=False),
        Job("count_exceptions", runs.count_exceptions, timedelta(seconds=30), acts=False),
    )
