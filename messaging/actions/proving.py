"""The proof of one person: all their addresses, and the messages that rested on what was agreed about them (C35)."""

from accounts.contracts import Actor
from consent.actions.proving import Proof, make_proof
from contacts.models import Contact
from messaging.selectors.conversations import conversations_of
from messaging.selectors.proof_messages import messages_of_proof


def make_proof_of(*, actor: Actor, contact: Contact) -> Proof:
    """A signed zip with everything held about a person's addresses; what messages said only for who may read replies.

    An address that several people share is in the proof of each: a stop of one protects all of them.
    Effects: one line of the audit trail.
    Errors:  NotAllowed without the right to see addresses and the right to download.
    """
    points = conversations_of(contact.id)
    messages = messages_of_proof(actor=actor, points=points)
    return make_proof(actor=actor, points=points, messages=messages, on=("contact", contact.id))
