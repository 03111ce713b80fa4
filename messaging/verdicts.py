"""A decision of the gate with the record that keeps it."""

import dataclasses
import datetime
import uuid

from consent.contracts import Allowed, Decision, Deferred


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """A decision and the record that keeps it."""

    decision: Decision
    record_id: uuid.UUID

    @property
    def outcome(self) -> str:
        """allowed, denied or deferred."""
        return type(self.decision).__name__.lower()

    @property
    def reason(self) -> str:
        """The block code; empty when allowed."""
        return "" if isinstance(self.decision, Allowed) else self.decision.reason

    @property
    def until(self) -> datetime.datetime | None:
        """When it leaves by itself, for a deferral."""
        return self.decision.until if isinstance(self.decision, Deferred) else None

    @property
    def possible_at(self) -> datetime.datetime | None:
        """When the answer may be another, for whoever asks: of a deferral, and of a no that ends by itself."""
        return None if isinstance(self.decision, Allowed) else self.decision.until
