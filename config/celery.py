"""The Celery application: queues, routes, and the beat that rings the sweeper."""

from typing import Any

import kombu
from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging

from config.queues import QUEUES, queue_of

app = Celery("carillon")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [kombu.Queue(queue.name) for queue in QUEUES]
app.conf.task_routes = (lambda name, *_args, **_kwargs: {"queue": queue_of(name).name},)
app.conf.beat_schedule = {
    "sweep": {"task": "messaging.sweep", "schedule": 5.0},
    "send-notices": {"task": "messaging.send_all_notices", "schedule": 30.0},
    "promote": {"task": "campaigns.wake_runs", "schedule": 5.0},
    "keep-api-records": {"task": "accounts.keep_api_records", "schedule": 3600.0},
    "keep-partitions": {"task": "messaging.keep_partitions", "schedule": 3600.0},
    "anchor-evidence": {"task": "consent.anchor_all", "schedule": 3600.0},
    "remind-of-stops": {"task": "consent.remind_all", "schedule": 300.0},
    "forget-uploads": {"task": "consent.forget_all_uploads", "schedule": 3600.0},
    "empty-old-webhooks": {"task": "messaging.empty_old_webhooks", "schedule": crontab("45", "2")},
    "forget-recordings": {"task": "messaging.forget_all_recordings", "schedule": 3600.0},
    # by the calendar: counted from its start, a beat that is restarted every few days would never come to a week
    "forget-evidence": {"task": "consent.forget_all_evidence", "schedule": crontab("30", "3", day_of_week="0")},
    "find-missed": {"task": "messaging.find_all_missed", "schedule": 3600.0},
    "compare-kept-out": {"task": "messaging.compare_all_kept_out", "schedule": crontab("15", "2")},
    "compare-promises": {"task": "messaging.compare_all_promises", "schedule": 3600.0},
    "sync-templates": {"task": "messaging.sync_all_templates", "schedule": 86400.0},
    "sweep-imports": {"task": "contacts.sweep_imports", "schedule": 15.0},
    "sweep-erasures": {"task": "privacy.sweep_erasures", "schedule": 60.0},
}
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Workers log as everybody does: by the allow-list of the settings. Celery would put a formatter of its own in its place."""
