"""Campaigns, their runs, and one recipient row for everybody who was asked for: with evidence, or with the reason not."""

from django.db import models

from consent.models import CHANNELS, Purpose
from contacts.models import List
from core.fields import MomentOfChange, MomentOfCreation
from core.tenancy import TenantForeignKey, TenantModel
from messaging.models import Sender, Template, TemplateVersion

KINDS = [("message", "Message"), ("ask_again", "Asks again")]


class Campaign(TenantModel):
    """Something to tell many people.

    draft ──▶ scheduled ──▶ running ──▶ finished        scheduled, running ──▶ cancelled;  Undo leads back to draft
    """

    name = models.CharField(max_length=80)
    channel = models.CharField(max_length=8, choices=CHANNELS, default="sms")
    purpose = TenantForeignKey(Purpose, on_delete=models.PROTECT, related_name="+")
    sender = TenantForeignKey(Sender, on_delete=models.PROTECT, related_name="+")
    template = TenantForeignKey(Template, on_delete=models.PROTECT, related_name="+")
    #: what it is: a message, or the question whether people still agree before their agreement ends
    kind = models.CharField(max_length=10, choices=KINDS, default="message")
    state = models.CharField(max_length=10, default="draft")
    #: when it should begin; empty means as soon as it is launched
    scheduled_at = models.DateTimeField(null=True, blank=True)
    created_by = models.UUIDField(null=True)
    #: who last wrote it; neither of the two may approve it
    changed_by = models.UUIDField(null=True)
    created_at = MomentOfCreation()
    updated_at = models.DateTimeField(auto_now=True)
    #: when one of the columns the API tells last changed; a trigger keeps it
    changed_at = MomentOfChange()

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organization", "-created_at"], name="campaign_by_age")]  # used by: the list

    def __str__(self) -> str:
        return self.name


class CampaignList(TenantModel):
    """A list a campaign goes to, or leaves out."""

    campaign = TenantForeignKey(Campaign, on_delete=models.CASCADE, related_name="lists")
    list = TenantForeignKey(List, on_delete=models.PROTECT, related_name="+")
    excluded = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "campaign", "list"], name="campaign_list_once")]


class Approval(TenantModel):
    """What a second person said about one check of a campaign (E4). It speaks for that check and no other.

    asked ──▶ approved | declined
    """

    campaign = TenantForeignKey(Campaign, on_delete=models.CASCADE, related_name="approvals")
    #: the simulation it is about; no key, because a newer check takes the older one's place
    check_id = models.UUIDField()
    people = models.PositiveIntegerField()
    state = models.CharField(max_length=8, default="asked")
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "campaign", "check_id"], name="approval_once"),
            models.CheckConstraint(
                condition=models.Q(state="asked", decided_by__isnull=True)
                | models.Q(state__in=["approved", "declined"], decided_by__isnull=False),
                name="approval_decided_by_somebody",
            ),
        ]


class Run(TenantModel):
    """One execution of a campaign, frozen at its start; or a simulation, which has everything but the sending.

    planning ──▶ simulated
    waiting ──▶ planning ──▶ breath ──▶ sending ⇄ paused ──▶ finished | attention      before the end ──▶ cancelled
    `next_at` is set while there is something to do for it. `planned_through` is how far the plan has come.
    """

    campaign = TenantForeignKey(Campaign, on_delete=models.PROTECT, related_name="runs")
    kind = models.CharField(max_length=10, default="launch")
    state = models.CharField(max_length=10, default="planning")
    template_version = TenantForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="+")
    purpose = TenantForeignKey(Purpose, on_delete=models.PROTECT, related_name="+")
    sender = TenantForeignKey(Sender, on_delete=models.PROTECT, related_name="+")
    planned_for = models.DateTimeField()
    breath_until = models.DateTimeField(null=True)
    planned_through = models.UUIDField(null=True)
    rules_version = models.CharField(max_length=40, blank=True)
    planned_count = models.PositiveIntegerField(default=0)
    allowed_count = models.PositiveIntegerField(default=0)
    #: country → [people, least parts, most parts] of those it is for; null until a check has been measured
    parts_by_country = models.JSONField(null=True)
    #: what a check quoted: {"category": …, "lines": [[country, price, version]]}; null until it has been measured
    prices = models.JSONField(null=True)
    #: why it is held: template (it goes on by itself), recategorised (its launch was taken back)
    held_reason = models.CharField(max_length=20, blank=True, default="")
    #: the second person who approved the launch, where one was needed
    approved_by = models.UUIDField(null=True)
    #: how many people somebody typed at the launch; nobody types one for a check
    confirmed_count = models.PositiveIntegerField(null=True)
    created_by = models.UUIDField(null=True)
    created_at = MomentOfCreation()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "campaign"],
                condition=models.Q(kind="launch") & ~models.Q(state__in=["finished", "cancelled", "attention"]),
                name="one_live_run",
            )
        ]
        indexes = [
            # used by: the sweeper
            models.Index(fields=["next_at"], name="run_due", condition=models.Q(next_at__isnull=False)),
            # used by: the list of campaigns, a campaign's own page, the newest check
            models.Index(fields=["organization", "campaign", "kind", "-created_at"], name="run_by_campaign"),
        ]

    @property
    def outgrown(self) -> bool:
        """Whether more people would get it than somebody confirmed: such a launch never begins."""
        return self.confirmed_count is not None and self.allowed_count > self.confirmed_count

    @property
    def awaits_template(self) -> bool:
        """Whether nothing of it leaves until the network lets its template be used again."""
        return self.held_reason == "template"

    @property
    def recategorised(self) -> bool:
        """Whether its launch was taken back because the network gave its template another category."""
        return self.held_reason == "recategorised"


class Recipient(TenantModel):
    """One person of one run: planned to get it, or left out, and why. Its id is the id of the message there may be.

    outcome: allowed (then, once it is given to messaging, `promoted_at`) or left_out, with the reason.
    `due_at` is when it may leave at the earliest: quiet hours move it.
    """

    run = TenantForeignKey(Run, on_delete=models.CASCADE, related_name="recipients")
    contact_id = models.UUIDField()
    point_id = models.UUIDField(null=True)
    outcome = models.CharField(max_length=10)
    reason = models.CharField(max_length=40, blank=True)
    decision_id = models.UUIDField(null=True)
    evidence_id = models.UUIDField(null=True)
    due_at = models.DateTimeField(null=True)
    promoted_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "run", "contact_id"], name="recipient_once")]
        indexes = [
            # used by: promote_recipients
            models.Index(
                fields=["run", "due_at", "id"],
                name="recipient_to_promote",
                condition=models.Q(due_at__isnull=False, promoted_at__isnull=True),
            ),
            # used by: the report, people by reason
            models.Index(fields=["run", "outcome", "reason", "id"], name="recipient_by_reason"),
        ]
