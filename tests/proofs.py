"""The mark that ties a test to the feature, promise or fault it proves.

`docs/features.md` and `docs/promises.md` are generated from these marks, so an ID without a mark is not claimed.
"""

import pytest


def proves(*ids: str) -> pytest.MarkDecorator:
    """Say which feature IDs (A1 … O16), promises (000-01 … 003-30) or fault IDs (F01 …) this test proves."""
    return pytest.mark.proves(*ids)
