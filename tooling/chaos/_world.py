"""Where a drill happens: servers of its own, as durable as in production, a sandbox carrier, a live organisation."""

import contextlib
import os
from collections.abc import Iterator
from typing import Any


def open_the_product() -> None:
    """Django in this process, with the settings of the suite. Before it nothing of the product can be imported."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    import django

    django.setup()


@contextlib.contextmanager
def street() -> Iterator[Any]:
    """A street (see `tests.faults.scene.Street`) in a fresh database of the opened product; everything is gone at the end."""
    from tests.carriers import running
    from tests.faults import streets
    from tooling.bench import _ground

    with (
        _ground.prepared("full") as ground,
        ground.fresh_database("drill") as database,
        running(ground.folder) as sandbox,
        streets.opened(database, sandbox) as opened,
    ):
        yield opened
