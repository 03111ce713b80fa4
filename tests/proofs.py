"""The mark that ties a test to the feature, promise or fault it proves.

`docs/features.md` and `docs/promises.md` are generated from these marks, so an ID without a mark is not claimed.
"""

import pytest


def proves(*ids: str) -> pytest.MarkDecorator:
    """Say which features (A1 … O16), promises (000-01 … 003-30, P1 … P24) or faults (fault-01 … fault-40) this test proves.

    F10 … F24 are both a feature and a fault: write `feature-F14` or `fault-14`. F01 … F09 and F25 … F40 are faults.
    """
    return pytest.mark.proves(*ids)
