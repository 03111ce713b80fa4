"""The life of an organisation, as words and allowed moves."""

from django.db import models


class OrganizationState(models.TextChoices):
    """trial → live; either may be suspended and come back; closed is the end."""

    TRIAL = "trial", "Trial"
    LIVE = "live", "Live"
    SUSPENDED = "suspended", "Suspended"
    CLOSED = "closed", "Closed"


MOVES = {
    OrganizationState.TRIAL: {OrganizationState.LIVE, OrganizationState.SUSPENDED, OrganizationState.CLOSED},
    OrganizationState.LIVE: {OrganizationState.SUSPENDED, OrganizationState.CLOSED},
    OrganizationState.SUSPENDED: {OrganizationState.TRIAL, OrganizationState.LIVE, OrganizationState.CLOSED},
    OrganizationState.CLOSED: set(),
}


def can_move(before: str, after: str) -> bool:
    """Whether an organisation may go from one state to the other."""
    return after in MOVES[OrganizationState(before)]
