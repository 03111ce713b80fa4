"""What a drill returns."""

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the promise held, and the figures that say so."""

    ok: bool
    figures: dict[str, Any]
