"""What the nursery of worker processes loads before it forks: the whole product, no connection, no thread."""

import contextlib
import importlib
import os
import urllib.parse
from collections.abc import Iterator
from typing import TYPE_CHECKING

import django

from tests import network

if TYPE_CHECKING:
    from tests.support.workers import Place

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
network.forbid()
django.setup()
for _name in ("config.celery", "config.urls", "messaging.tasks", "campaigns.tasks", "messaging.views.webhooks"):
    importlib.import_module(_name)


@contextlib.contextmanager
def at(place: "Place") -> Iterator[None]:
    """Work on the test's database with its figures, faults and failpoints; forever, as this process is the worker's own."""
    from django.conf import settings
    from django.db import connections

    from core import failpoints
    from tests.support.planting import planted

    address = urllib.parse.urlsplit(place.database_url)
    target = {"NAME": address.path.lstrip("/"), "HOST": address.hostname, "PORT": address.port}
    target |= {"USER": address.username, "PASSWORD": address.password}
    connections["default"].settings_dict.update(target)
    settings.REDIS_URL = settings.CELERY_BROKER_URL = place.valkey_url
    settings.CACHES["default"]["LOCATION"] = place.valkey_url
    settings.WEBHOOK_URL = place.webhook_url
    for path, value in place.figures.items():
        module, _, name = path.rpartition(".")
        setattr(importlib.import_module(module), name, value)
    failpoints._deeds.update(failpoints._plan(place.failpoints))
    with contextlib.ExitStack() as plants:
        for plant in place.plants:
            plants.enter_context(planted(*plant))
        yield
