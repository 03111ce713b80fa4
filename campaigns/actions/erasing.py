"""What erasing somebody means for campaigns: what was planned for them and is not a message yet never becomes one."""

from typing import Any, Final

from campaigns.models import Recipient, Run
from core.personal_data import Subject

#: its turn among the tables: first of all, so that no message is made behind the back of what empties messages
PLACE: Final = 10


def leave_out(_actor: Any, subject: Subject) -> None:
    """Leave an erased person out of every run that has not come to them yet, and say why. Whoever promotes now is waited for."""
    open_runs = Run.objects.filter(kind="launch").exclude(state__in=["finished", "cancelled"])
    theirs = Recipient.objects.filter(run__in=open_runs, contact_id=subject.contact_id)
    theirs.filter(outcome="allowed", promoted_at=None).update(outcome="left_out", reason="erased", due_at=None)
