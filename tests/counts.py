"""How much a test that walks the product looked at: shown by `pytest -rP`, so that nobody has to believe it."""

import sys


def say(text: str) -> None:
    """Write one line to the test's captured output."""
    sys.stdout.write(text + "\n")
