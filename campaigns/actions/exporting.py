"""Taking the people of a run out of the product: a deed that the audit trail remembers."""

from accounts.actions.audit import record_audit
from accounts.contracts import Actor
from campaigns.models import Run


def note_export(*, actor: Actor, run: Run, view: str, rows: int) -> None:
    """Write down that somebody took a file of people out, and how many were in it.

    Errors: NotAllowed without the right to download; call it before the file leaves.
    """
    actor.require("export_contacts")
    record_audit(actor=actor, action="run.exported", on=("run", run.id), data={"view": view, "rows": rows})
