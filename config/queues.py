"""The queues, which worker drains each, and how long a task may take. A test compares this with docker-compose.yml."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Queue:
    """One queue. Units: seconds of wall time before the soft and the hard stop."""

    name: str
    worker: str
    soft_seconds: int
    hard_seconds: int


QUEUES = (
    Queue("default", "worker", 60, 90),
    Queue("lanes", "worker", 60, 90),
    Queue("imports", "worker-bulk", 3000, 3300),
    Queue("planning", "worker-bulk", 600, 660),
)

#: task name prefix → queue; the longest match wins, the rest go to `default`
ROUTES = {
    "messaging.drain_": "lanes",
    "contacts.run_import": "imports",
    "contacts.check_import": "imports",
    "campaigns.plan_": "planning",
    "consent.forget_evidence": "planning",
    "messaging.find_missed": "planning",
    "messaging.compare_kept_out": "planning",
    "messaging.compare_promises": "planning",
    "messaging.record_drifts": "planning",
    "privacy.finish_": "planning",
}


def queue_of(task_name: str) -> Queue:
    """The queue a task name belongs to."""
    matches = [prefix for prefix in ROUTES if task_name.startswith(prefix)]
    name = ROUTES[max(matches, key=len)] if matches else "default"
    return next(queue for queue in QUEUES if queue.name == name)
