"""A campaign is on its way to somebody who is erased: from the commit on, nothing is handed over to them."""

import pytest

from campaigns.actions import advancing
from campaigns.models import Recipient, Run
from contacts.models import Contact
from core.tenancy import tenant_context
from messaging.models import Message, SendAttempt
from privacy.actions.erasing import erase_person
from tests.carriers import Sandbox
from tests.factories.campaigns import House, add_people, make_campaign
from tests.integration.campaigns.test_story import check, house, launch, sent_to, tick
from tests.proofs import proves

assert house  # the fixture


def erase(house: House, name: str) -> None:
    with tenant_context(house.id):
        erase_person(actor=house.actor, contact_id=Contact.objects.get(first_name=name).id)


@proves("K7")
def test_who_is_erased_while_a_campaign_runs_gets_nothing_whether_planned_queued_or_claimed(
    house: House, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advancing, "PROMOTE_MOST", 10)
    add_people(house, 30, 30)
    campaign = make_campaign(house)
    check(house, campaign)
    run = launch(house, campaign, 30)
    # messages of the first ten are queued and held back, the others are only planned
    with tenant_context(house.id):
        house.sender.paused_at = run.planned_for
        house.sender.save(update_fields=["paused_at"])
    tick(house)
    with tenant_context(house.id):
        queued = list(Message.objects.filter(state="ready").values_list("id", flat=True))
        planned = list(Recipient.objects.filter(run=run, promoted_at=None).values_list("id", flat=True))
        first = Recipient.objects.get(id=queued[0])
        second = Recipient.objects.get(id=planned[0])
        names = {row.id: row.first_name for row in Contact.objects.filter(id__in=[first.contact_id, second.contact_id])}
    assert (len(queued), len(planned)) == (10, 20)

    erase(house, names[first.contact_id])
    erase(house, names[second.contact_id])
    with tenant_context(house.id):
        house.sender.paused_at = None
        house.sender.save(update_fields=["paused_at"])
    for _ in range(4):
        tick(house)

    gone = {int(name.removeprefix("Person ")) for name in names.values()}
    assert sent_to(sandbox) == {f"+1402556{index:04d}": 1 for index in range(30) if index not in gone}
    with tenant_context(house.id):
        message = Message.objects.get(id=first.id)
        assert (message.state, message.reason, bytes(message.body_sealed)) == ("suppressed", "erased", b"")
        row = Recipient.objects.get(id=second.id)
        assert (row.outcome, row.reason, Message.objects.filter(id=second.id).count()) == ("left_out", "erased", 0)
        assert SendAttempt.objects.count() == 28
        assert Run.objects.get(id=run.id).state == "finished"
