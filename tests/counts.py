"""What a test counts: the statements a piece of work takes, and how much a walk through the product looked at."""

import sys
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext


class Statements(CaptureQueriesContext):
    """What the database was asked meanwhile, without looks at the movable clock: those come once a second, not once a deed."""

    def __init__(self) -> None:
        super().__init__(connection)

    @property
    def captured_queries(self) -> list[dict[str, Any]]:
        """One dictionary with `sql` and `time` for each statement, in order."""
        return [query for query in super().captured_queries if "app_clock_offset" not in query["sql"]]


def say(text: str) -> None:
    """Write one line to the test's captured output; `pytest -rP` shows it, so that nobody has to believe it."""
    sys.stdout.write(text + "\n")
