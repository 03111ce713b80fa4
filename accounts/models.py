"""Organisations, the people who work in them, their keys, and the audit trail."""

import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from accounts.roles import CUSTOM, PERMISSIONS, Role
from accounts.states import OrganizationState
from core.fields import MomentOfCreation
from core.ids import new_id
from core.tenancy import TenantForeignKey, TenantModel, require_organization_id


class UserManager(BaseUserManager["User"]):
    """People are found by their email address, whatever its case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a person who can log in."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser):
    """A person who logs in: to organisations as a member, or to the operator host as an operator (`is_staff`)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=120, blank=True)
    theme = models.CharField(
        max_length=6, default="system", choices=[(word, word) for word in ("system", "light", "dark")]
    )
    is_active = models.BooleanField(default=True)
    #: an operator of the platform; gives no right inside any organisation
    is_staff = models.BooleanField(default=False)
    #: the code with which an operator begins their first second factor, as its digest, and until when it counts
    enrolment_digest = models.BinaryField(max_length=32, null=True)
    enrolment_until = models.DateTimeField(null=True)
    created_at = MomentOfCreation()

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    def __str__(self) -> str:
        return self.full_name or "a person without a name"

    def check_password(self, raw_password: str | None) -> bool:
        """Whether this is their password. On the members' host that of an operator is compared and nothing more: hashing it
        anew, as newer settings may want, would be the operators' own role's to do."""
        if self.is_staff and settings.ROLE != "operator":
            return check_password(raw_password, self.password)
        return super().check_password(raw_password)

    @property
    def initials(self) -> str:
        """One or two letters for the round badge."""
        words = self.full_name.split() or [self.email]
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    # the operator admin asks these; there, every operator sees the same pages and the database role sets the limits
    @property
    def is_superuser(self) -> bool:
        return self.is_staff

    def has_perm(self, _permission: str, _thing: Any = None) -> bool:
        return self.is_active and self.is_staff

    def has_module_perms(self, _app: str) -> bool:
        return self.is_active and self.is_staff


class OrganizationManager(models.Manager["Organization"]):
    """Only the organisation in scope exists."""

    def get_queryset(self) -> "models.QuerySet[Organization]":
        return super().get_queryset().filter(id=require_organization_id())

    def current(self) -> "Organization":
        """The organisation in scope."""
        return self.get()


class Organization(models.Model):
    """One customer of the platform.

    trial ──▶ live ──▶ closed; trial and live may be suspended and return.  `sending_stopped_at` is the emergency stop.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    legal_name = models.CharField(max_length=200, blank=True)
    place = models.CharField(max_length=80, blank=True)
    #: stands at the end of every mail; without it none leaves (15 U.S.C. 7704(a)(5))
    postal_address = models.CharField(max_length=300, blank=True, default="")
    time_zone = models.CharField(max_length=64, default="UTC")
    default_country = models.CharField(max_length=2, default="US")
    default_language = models.CharField(max_length=12, default="en")
    currency = models.CharField(max_length=3, default="USD")
    #: shown to people who answer HELP
    support_contact = models.CharField(max_length=200, blank=True)
    #: at most this many messages to one person in so many days, across all campaigns; empty means no limit of our own
    message_cap = models.PositiveSmallIntegerField(null=True, blank=True, default=5)
    message_cap_days = models.PositiveSmallIntegerField(default=7)
    #: whether one message more leaves when there is room again; else it is refused
    message_cap_waits = models.BooleanField(default=False, db_default=False)
    #: a campaign to more people, or for more units, needs the word of a second person; empty means never
    approval_above_people = models.PositiveIntegerField(null=True, blank=True)
    approval_above_units = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=OrganizationState, default=OrganizationState.TRIAL)
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspended_reason = models.CharField(max_length=500, blank=True)
    state_before_suspension = models.CharField(max_length=12, blank=True)
    sending_stopped_at = models.DateTimeField(null=True, blank=True)
    use_case = models.TextField(blank=True, max_length=2000)
    consent_page_url = models.URLField(blank=True)
    review_requested_at = models.DateTimeField(null=True, blank=True)
    review_note = models.CharField(max_length=1000, blank=True)
    created_at = MomentOfCreation()

    objects = OrganizationManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=OrganizationState.values), name="organization_state_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="suspended") | models.Q(suspended_at__isnull=False),
                name="suspension_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CustomRole(TenantModel):
    """A role the organisation put together from single rights (A6). What it may do is read at every request."""

    name = models.CharField(max_length=60)
    permissions = ArrayField(models.CharField(max_length=40))
    created_at = MomentOfCreation()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint("organization", Lower("name"), name="custom_role_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class HasRole(models.Model):
    """A row that names a role: one of the eight, or one the organisation made."""

    role = models.CharField(max_length=20, choices=[*Role.choices, (CUSTOM, "A role of your own")])
    custom_role = TenantForeignKey(CustomRole, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True

    @property
    def role_name(self) -> str:
        """The role in words; one query unless the row was read with its custom role."""
        return self.custom_role.name if self.custom_role else Role(self.role).label


class Membership(HasRole, TenantModel):
    """A person's place in an organisation."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created_at = MomentOfCreation()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="member_once"),
            models.CheckConstraint(
                condition=models.Q(role=CUSTOM, custom_role__isnull=False)
                | (~models.Q(role=CUSTOM) & models.Q(custom_role__isnull=True)),
                name="member_has_one_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role_name})"


class Invitation(HasRole, TenantModel):
    """An offer of membership by email: open ──▶ accepted | cancelled | expired. The link's secret is stored as a digest."""

    email = models.EmailField()
    digest = models.BinaryField(max_length=32)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = MomentOfCreation()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "email"],
                condition=models.Q(accepted_at__isnull=True, cancelled_at__isnull=True),
                name="one_open_invitation",
            ),
            models.UniqueConstraint(fields=["organization", "digest"], name="invitation_digest_once"),
        ]

    def is_open(self, now: datetime.datetime) -> bool:
        """Whether somebody may still take it up."""
        return not self.accepted_at and not self.cancelled_at and self.expires_at > now


class Agreement(TenantModel):
    """Somebody accepted one version of a document for the organisation. Append-only."""

    document = models.CharField(max_length=20)
    version = models.CharField(max_length=20)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()
    address = models.CharField(max_length=45, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "document", "version", "user"], name="agreed_once")
        ]


class Guest(TenantModel):
    """An address a trial organisation may reach: its own team, and people who said they do not mind tests."""

    kind = models.CharField(max_length=8, choices=[("phone", "Phone"), ("email", "Email")])
    label = models.CharField(max_length=80)
    digest = models.BinaryField(max_length=16)
    address_sealed = models.BinaryField()
    #: the last digits, or the domain: enough to recognise one's own phone or mailbox
    hint = models.CharField(max_length=120)
    created_at = MomentOfCreation()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "kind", "digest"], name="guest_once")]


class ApiKey(TenantModel):
    """A key of an application. It belongs to the organisation, so removing a person breaks nothing (A25)."""

    name = models.CharField(max_length=80)
    public_id = models.CharField(max_length=12)
    digest = models.BinaryField(max_length=32)
    last_four = models.CharField(max_length=4)
    scopes = ArrayField(models.CharField(max_length=40))
    #: a test key sends through the practice carrier alone, so that trying things out reaches and costs nobody
    is_test = models.BooleanField(default=False)
    #: the person who made it, and answers for what it does where one person must not be two; null: nobody knows
    issued_by = models.UUIDField(null=True)
    #: networks it may be used from, such as 203.0.113.0/24; none means from anywhere
    networks = ArrayField(models.CharField(max_length=43), default=list)
    created_at = MomentOfCreation()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_on = models.DateField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["public_id"], name="api_key_public_id_once")]

    @property
    def rights(self) -> list[str]:
        """What it may do, in words."""
        return [PERMISSIONS.get(scope, scope) for scope in self.scopes]


class IdempotencyKey(TenantModel):
    """A request of an application that was done, and what it was answered, for a day: asked again, it is not done again."""

    digest = models.BinaryField(max_length=32)
    request_digest = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    content_type = models.CharField(max_length=80)
    answer_sealed = models.BinaryField()
    created_at = MomentOfCreation()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "digest"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_key_age")]  # used by: forgetting


class ApiRequestLog(TenantModel):
    """One answered request of an application. Append-only, partitioned by day; the eighth day drops the first."""

    at = models.DateTimeField()
    key_id = models.UUIDField()
    method = models.CharField(max_length=8)
    route = models.CharField(max_length=120, blank=True)
    status = models.PositiveSmallIntegerField()
    milliseconds = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=200, blank=True)
    replayed = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        managed = False
        db_table = "accounts_apirequestlog"


class OrganizationKey(TenantModel):
    """One key of the vault, wrapped by a master key. Destroying all of them makes the organisation's fields unreadable."""

    version = models.PositiveSmallIntegerField()
    purpose = models.CharField(max_length=8, choices=[("data", "data"), ("digest", "digest"), ("signing", "signing")])
    wrapped = models.BinaryField()
    kek_id = models.CharField(max_length=40)
    #: the half of a signing key that everybody may have; other keys have none
    public = models.BinaryField(max_length=32, null=True)
    created_at = MomentOfCreation()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "purpose", "version"], name="key_version_once")]


class AuditEvent(TenantModel):
    """One deed: who, what, on what, from where, and what changed. Append-only, chained by a trigger.

    `data` holds ids, words and counts; never an address, a name or a message.
    """

    sequence = models.BigIntegerField(editable=False, default=0)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    action = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40, blank=True)
    object_id = models.UUIDField(null=True)
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=200, blank=True)
    request_id = models.UUIDField(null=True)
    data = models.JSONField(default=dict)
    previous = models.BinaryField(max_length=32, default=b"")
    hash = models.BinaryField(max_length=32, default=b"")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "sequence"], name="audit_sequence_once")]
        ordering = ["-sequence"]

    @property
    def fingerprint(self) -> str:
        """The first letters of the row's hash, for people."""
        return bytes(self.hash).hex()[:12]


class AuditHead(TenantModel):
    """The newest link of an organisation's audit chain; only the trigger writes it."""

    sequence = models.BigIntegerField(default=0)
    hash = models.BinaryField(max_length=32, default=b"")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization"], name="one_head")]
