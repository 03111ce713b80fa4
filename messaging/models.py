"""Provider accounts, senders, templates, messages with their attempts and events, and what came back."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from consent.models import CHANNELS, ConsentEvent, DecisionRecord, Point, Purpose
from core.fields import MomentOfChange, MomentOfCreation
from core.ids import new_id
from core.tenancy import TenantForeignKey, TenantModel
from core.wording import language_text
from messaging import ask_models, carrier_book_models, promise_models  # noqa: F401  their tables
from messaging.registration_models import Registration as Registration
from messaging.states import CALL_OUTCOMES, KEYWORD_ORIGINS, STATES, TEMPLATE_STATES
from messaging.template_file_model import TemplateFile as TemplateFile
from messaging.text_override_model import TextOverride as TextOverride


class ProviderAccount(TenantModel):
    """The organisation's own account with a carrier. Credentials are written, used and never shown again (G2).

    unchecked ──▶ connected ⇄ failed.   `token` names the account in webhook addresses; it is not a secret, the signature is.
    """

    provider = models.CharField(max_length=30)
    label = models.CharField(max_length=80)
    account_name = models.CharField(max_length=254)
    base_url = models.URLField(max_length=200, blank=True)
    credentials_sealed = models.BinaryField()
    secret_hint = models.CharField(max_length=4)
    token = models.CharField(max_length=43)
    #: the carrier on this machine: what goes through it costs no units
    practice = models.BooleanField(default=False)
    state = models.CharField(max_length=10, default="unchecked")
    problem_code = models.CharField(max_length=40, blank=True)
    checked_at = models.DateTimeField(null=True)
    created_at = MomentOfCreation()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["token"], name="provider_token_once"),
            models.UniqueConstraint(fields=["organization", "provider", "account_name"], name="provider_account_once"),
        ]

    def __str__(self) -> str:
        return self.label


class Sender(TenantModel):
    """What people see a message come from: a number or a name of the business. It has one lane and one speed.

    `rate_per_second` is what the carrier's contract allows; the lane stays below it (rate + burst ≤ contract). `shown_as` is
    the number people see where the carrier knows it by an id, else empty.
    """

    account = TenantForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="senders")
    channel = models.CharField(max_length=8, choices=CHANNELS)
    address = models.CharField(max_length=254)
    shown_as = models.CharField(max_length=40, blank=True, default="")
    label = models.CharField(max_length=80)
    rate_per_second = models.PositiveIntegerField(default=10)
    paused_at = models.DateTimeField(null=True)
    paused_reason = models.CharField(max_length=40, blank=True)
    #: the carrier asked to wait until then
    throttled_until = models.DateTimeField(null=True)
    created_at = MomentOfCreation()
    #: when one of the columns the API tells last changed; a trigger keeps it
    changed_at = MomentOfChange()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "channel", "address"], name="sender_once")]

    def __str__(self) -> str:
        return self.label


class Template(TenantModel):
    """A text to send, in versions."""

    name = models.CharField(max_length=80)
    channel = models.CharField(max_length=8, choices=CHANNELS)
    purpose = TenantForeignKey(Purpose, on_delete=models.PROTECT, related_name="+")
    created_at = MomentOfCreation()

    def __str__(self) -> str:
        return self.name


class TemplateVersion(TenantModel):
    """One version of a text. Append-only: every message points to exactly the words it was made of."""

    template = TenantForeignKey(Template, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.TextField()
    #: what the channel needs beside the text: see messaging/channels
    parts = models.JSONField(default=dict)
    created_at = MomentOfCreation()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "template", "number"], name="template_version_once")
        ]


class Message(TenantModel):
    """One message to one address: really attempted, or about to be. Its life is in `messaging.states`.

    `next_at` is set only while there is something to send, `lease_until` only while a worker holds it, `settle_at` only while
    its outcome is unknown; no index mentions the state, so receipts stay cheap. `origin` names who wanted it, without a key.
    """

    channel = models.CharField(max_length=8)
    origin = models.CharField(max_length=20)
    origin_id = models.UUIDField()
    point = TenantForeignKey(Point, on_delete=models.PROTECT, related_name="+")
    sender = TenantForeignKey(Sender, on_delete=models.PROTECT, related_name="+")
    purpose = TenantForeignKey(Purpose, on_delete=models.PROTECT, related_name="+")
    template_version = TenantForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="+")
    body_sealed = models.BinaryField()
    #: what this person gets beside the text, as sealed JSON; null where the text is all
    parts_sealed = models.BinaryField(null=True)
    state = models.CharField(max_length=12, default="ready")
    #: why it was not sent, or the carrier's code for why it failed
    reason = models.CharField(max_length=40, blank=True)
    next_at = models.DateTimeField(null=True)
    settle_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    claim_count = models.PositiveIntegerField(default=0)
    attempt_count = models.PositiveIntegerField(default=0)
    provider_message_id = models.CharField(max_length=255, blank=True)
    delivery_rank = models.PositiveSmallIntegerField(default=0)
    units = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    #: when one of the columns the API tells last changed; a trigger keeps it
    changed_at = MomentOfChange()

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="message_state_known"),
            models.CheckConstraint(
                condition=models.Q(state__in=["claimed", "attempting"], lease_token__isnull=False)
                | (~models.Q(state__in=["claimed", "attempting"]) & models.Q(lease_token__isnull=True)),
                name="message_lease_matches_state",
            ),
        ]
        indexes = [
            # used by: claim_due
            models.Index(
                fields=["sender", "next_at", "id"], name="message_due", condition=models.Q(next_at__isnull=False)
            ),
            # used by: claim_due, which lets answers to keywords pass whatever else waits
            models.Index(
                fields=["sender", "next_at", "id"],
                name="message_due_answers",
                condition=models.Q(next_at__isnull=False, origin__in=list(KEYWORD_ORIGINS)),
            ),
            # used by: the sweeper
            models.Index(fields=["lease_until"], name="message_lease", condition=models.Q(lease_until__isnull=False)),
            models.Index(fields=["settle_at"], name="message_settle", condition=models.Q(settle_at__isnull=False)),
            # used by: receipts that carry the carrier's id only
            models.Index(
                fields=["organization", "provider_message_id"],
                name="message_by_provider_id",
                condition=~models.Q(provider_message_id=""),
            ),
            # used by: the caps, and "which message is this an answer to"
            models.Index(fields=["organization", "point", "created_at"], name="message_by_point"),
            # used by: applications that ask for what changed. A receipt changes it, so no tree may hold it: updates stay in
            # their page (HOT)
            BrinIndex(fields=["changed_at"], name="message_by_change", autosummarize=True),
            # used by: reports of a run, and the pages of people behind their numbers, in the order of ids
            models.Index(fields=["organization", "origin", "origin_id", "id"], name="message_by_run"),
        ]


class SendAttempt(TenantModel):
    """One try to hand a message over, written and committed before the first byte leaves. No proof of consent, no row."""

    message = TenantForeignKey(Message, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    consent_event = TenantForeignKey(ConsentEvent, on_delete=models.PROTECT, related_name="+")
    decision = TenantForeignKey(DecisionRecord, on_delete=models.PROTECT, related_name="+")
    account = TenantForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="+")
    intent_at = models.DateTimeField()
    outcome = models.CharField(max_length=20, blank=True)
    outcome_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=40, blank=True)
    #: units were held for it, and neither charged nor given back yet; what they are says the ledger
    units_held = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "message", "number"], name="attempt_once"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["", "accepted", "not_accepted", "ambiguous", "aborted_before_call"]),
                name="attempt_outcome_known",
            ),
        ]
        indexes = [
            # used by: the sweeper
            models.Index(
                fields=["organization", "message"], name="attempt_units_held", condition=models.Q(units_held=True)
            )
        ]


class MessageEvent(TenantModel):
    """One thing that happened to a message, in the order we learnt of it. Append-only, partitioned by the message's month."""

    message_id = models.UUIDField()
    kind = models.CharField(max_length=20)
    rank = models.PositiveSmallIntegerField(default=0)
    code = models.CharField(max_length=40, blank=True)
    occurred_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        managed = False
        db_table = "messaging_messageevent"


class ProviderEvent(models.Model):
    """The inbox: every webhook we took, once, sealed. A platform table, because it is written before anything is decided."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.CharField(max_length=30)
    account_id = models.UUIDField()
    event_key = models.CharField(max_length=120)
    attempt_id = models.UUIDField(null=True)
    provider_message_id = models.CharField(max_length=255, blank=True)
    status = models.CharField(max_length=12, blank=True)
    code = models.CharField(max_length=40, blank=True)
    body_sealed = models.BinaryField()
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "account_id", "event_key"], name="provider_event_once")
        ]
        indexes = [
            # used by: the matcher of early receipts
            models.Index(
                fields=["received_at"], name="provider_event_open", condition=models.Q(applied_at__isnull=True)
            ),
        ]


class InboundMessage(TenantModel):
    """What somebody wrote to us. `message_id` is the last thing we had sent them from that sender, if anything."""

    account = TenantForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="+")
    sender = TenantForeignKey(Sender, on_delete=models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=8)
    point = TenantForeignKey(Point, on_delete=models.PROTECT, related_name="+")
    body_sealed = models.BinaryField()
    #: what they sent: text, a pressed button, image, reaction … (see providers.chat_messages); `media_id` is the carrier's
    form = models.CharField(max_length=14, default="text")
    media_id = models.CharField(max_length=64, blank=True, default="")
    #: when the network says that they sent it; null where it says nothing
    said_at = models.DateTimeField(null=True)
    #: stop, start, help, yes (to the request to confirm), doubt (it may be a stop, and counts as one until somebody has judged)
    #: or text
    kind = models.CharField(max_length=6)
    #: "" nothing to judge; asked (a START without proof as well, and all that an unreadable address wrote); stop or not_stop
    #: as somebody of the team judged, or stop, restarted as the person said since
    verdict = models.CharField(max_length=10, blank=True)
    provider_message_id = models.CharField(max_length=255)
    message_id = models.UUIDField(null=True)
    origin = models.CharField(max_length=20, blank=True)
    origin_id = models.UUIDField(null=True)
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    consent_event_id = models.UUIDField(null=True)
    #: when one of the columns the API tells last changed; a trigger keeps it
    changed_at = MomentOfChange()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "account", "provider_message_id"], name="inbound_once")
        ]
        indexes = [
            # used by: the page of replies
            models.Index(fields=["organization", "-received_at"], name="inbound_by_age"),
            # used by: the number beside Replies in the menu of every page, and the view of what waits
            models.Index(
                fields=["organization", "-received_at"],
                name="inbound_waiting",
                condition=models.Q(handled_at__isnull=True),
            ),
            # used by: taking a judged stop back, and a word of the person that settles the question
            models.Index(fields=["organization", "point"], name="inbound_judged", condition=~models.Q(verdict="")),
            # used by: a run's answers
            models.Index(fields=["organization", "origin", "origin_id"], name="inbound_by_origin"),
            # used by: how often somebody has asked for help
            models.Index(fields=["point", "received_at"], name="inbound_help", condition=models.Q(kind="help")),
            # used by: whether a WhatsApp conversation is open
            models.Index(
                fields=["organization", "point", "sender", "-received_at"],
                name="inbound_opens",
                condition=models.Q(channel="whatsapp"),
            ),
        ]


class SendGate(TenantModel):
    """What messages of one origin may do: open, paused, cancelled, or closed (over: nothing new is planned). Intents read it."""

    origin = models.CharField(max_length=20)
    origin_id = models.UUIDField()
    state = models.CharField(max_length=10, default="open")
    changed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "origin", "origin_id"], name="send_gate_once")]


class Call(TenantModel):
    """What came of one call: one row for each message that was called, made by the first news of it.

    A further try is a message and a row of its own, with the next `number`; `first_id` is the first's. `outcome` is written once.
    `answered_by` is the carrier's guess (human, machine, fax, unknown), `verdict` its own word for it, `hung_up` who ended an
    answered call (us, them), `keys` what was pressed, in order, `stop_event_id` the event of a stop said in it.
    """

    message = TenantForeignKey(Message, on_delete=models.PROTECT, related_name="+")
    first_id = models.UUIDField()
    number = models.PositiveSmallIntegerField(default=1)
    answered_by = models.CharField(max_length=8, blank=True)
    verdict = models.CharField(max_length=20, blank=True, default="")
    hung_up = models.CharField(max_length=4, blank=True, default="")
    stop_event_id = models.UUIDField(null=True)
    outcome = models.CharField(max_length=10, blank=True)
    keys = models.CharField(max_length=20, blank=True)
    left_message = models.BooleanField(default=False)
    #: what the gate said when somebody had answered; null before, and where nobody could be spoken to anyway
    decision = TenantForeignKey(DecisionRecord, on_delete=models.PROTECT, null=True, related_name="+")
    seconds = models.PositiveIntegerField(null=True)
    rang_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    changed_at = MomentOfChange()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "message"], name="call_once"),
            # two reports of a busy line at one moment make one further try
            models.UniqueConstraint(fields=["organization", "first_id", "number"], name="call_try_once"),
            models.CheckConstraint(condition=models.Q(outcome__in=["", *CALL_OUTCOMES]), name="call_outcome_known"),
        ]
        indexes = [models.Index(fields=["organization", "-id"], name="call_by_age")]  # used by: the lists of calls


class AnnouncementAudio(TenantModel):
    """A recording that announcement calls play. Never changed; removed after a day in which no text named it.

    What it says stands in the texts that name it. Only sound is kept, without the names and pictures that files carry; `digest`
    is its SHA-256, in hexadecimals.
    """

    digest = models.CharField(max_length=64)
    content_type = models.CharField(max_length=20)
    seconds = models.PositiveSmallIntegerField()
    size = models.PositiveIntegerField()
    audio_sealed = models.BinaryField()
    created_by = models.UUIDField(null=True)
    created_at = MomentOfCreation()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "digest"], name="announcement_audio_once")]


class ProviderTemplate(TenantModel):
    """A text the network has to approve before it may be sent to people who have not just written (WhatsApp).

    draft ──▶ submitted ──▶ approved ⇄ paused      approved, paused ──▶ disabled      submitted ──▶ rejected ──▶ submitted
    rejected, disabled ──▶ appealed ──▶ approved     any ──▶ gone, when the network has it no more.   `news_at` is the moment of
    the last news that was heeded: older changes nothing. `unfit` says why one made elsewhere cannot be filled here.
    """

    account = TenantForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="templates")
    name = models.CharField(max_length=512)
    language = models.CharField(max_length=12)
    #: transactional, support, promotional; empty for one made elsewhere until somebody has said it
    use_case = models.CharField(max_length=14, blank=True)
    category = models.CharField(max_length=16)
    #: header, body, footer, buttons, samples, head, cards, code: see channels.whatsapp_texts
    content = models.JSONField(default=dict)
    #: what shall stand in its place, in the same shape; empty when nothing was changed since it was handed over
    changed = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="draft")
    #: green, yellow, red; empty while the network has no opinion
    quality = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    advice = models.CharField(max_length=500, blank=True)
    unfit = models.CharField(max_length=120, blank=True)
    #: the category the network is about to give it, and when
    next_category = models.CharField(max_length=16, blank=True)
    next_category_at = models.DateTimeField(null=True)
    provider_template_id = models.CharField(max_length=32, blank=True)
    submitted_at = models.DateTimeField(null=True)
    news_at = models.DateTimeField(null=True)
    created_at = MomentOfCreation()
    updated_at = models.DateTimeField(auto_now=True)
    #: when one of the columns the API tells last changed; a trigger keeps it
    changed_at = MomentOfChange()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "account", "name", "language"], name="provider_template_once"
            ),
            models.CheckConstraint(condition=models.Q(state__in=TEMPLATE_STATES), name="provider_template_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {language_text(self.language)}"
