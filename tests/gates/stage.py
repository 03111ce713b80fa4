"""A live organisation on which scenes are set one after the other: what everybody shares, as rows of the product."""

import dataclasses
import datetime
import itertools
import uuid
from typing import Any
from unittest import mock

from campaigns.models import Campaign, CampaignList, Run
from consent.actions.purposes import open_purpose
from consent.contracts import Tier
from consent.models import Purpose, StopList, StopListEntry
from contacts.models import List
from core import clock, vault
from core.tenancy import tenant_context
from messaging.models import ProviderAccount, ProviderTemplate, Sender, Template, TemplateVersion
from tests.databases import Database
from tests.factories.accounts import make_team
from tests.factories.registrations import ENTITY, NUMBERS, TEMPLATE_ID, make_registration
from tests.gates.people import DOMAIN, PREFIX, ago
from tests.gates.scenes import REAL, Kept, Scene

_TIERS: tuple[Tier, ...] = ("marketing", "informational", "transactional", "ai_call")
_PROVIDERS = {"sms": "twilio", "voice": "twilio", "whatsapp": "whatsapp_cloud", "email": "postmark"}
_USE_CASE = "promotional"


@dataclasses.dataclass(frozen=True, slots=True)
class Set:
    """A scene as it stands in the database: who sends what to which list, and the run that would plan it."""

    scene: Scene
    sender: Sender
    purpose: Purpose
    version: TemplateVersion
    people: List
    run: Run
    lists: tuple[StopList, ...] = ()


class Stage:
    """One organisation for all scenes of a performance."""

    def __init__(self, database: Database) -> None:
        self.database, self.team, self._count = database, make_team("Acme"), itertools.count(1)
        with tenant_context(self.team.id):
            self.other = self._sender(Scene("sms", "marketing", clock.now()), self._account())
            self.purposes = {tier: open_purpose(actor=self.actor, name=tier.capitalize(), tier=tier) for tier in _TIERS}

    @property
    def actor(self) -> Any:
        """Who owns the organisation."""
        return self.team.actor()

    def set(self, scene: Scene) -> Set:
        """Change the organisation to what the scene wants, and make its sender, text, list and run."""
        self._change_organization(scene)
        self._set_free(scene)
        with tenant_context(self.team.id), mock.patch.object(clock, "now", return_value=scene.at):
            account = self._account(scene)
            sender, purpose = self._sender(scene, account), Purpose.objects.get(id=self.purposes[scene.tier].id)
            self._register(scene, sender)
            template = Template.objects.create(name="News", channel=scene.channel, purpose=purpose)
            parts = self._parts(scene, account)
            version = TemplateVersion.objects.create(template=template, number=1, body=scene.body, parts=parts)
            people = List.objects.create(name=f"Scene {next(self._count)}")
            campaign = Campaign.objects.create(
                name="News", channel=scene.channel, purpose=purpose, sender=sender, template=template
            )
            CampaignList.objects.create(campaign=campaign, list=people)
            run = Run.objects.create(
                campaign=campaign, kind="simulation", template_version=version, purpose=purpose, sender=sender,
                planned_for=scene.at,
            )  # fmt: skip
            lists = tuple(self._list(scene, kept) for kept in scene.lists)
            if scene.patterns is not None:
                self._patterns(scene, lists[scene.patterns])
            if scene.barred:
                self._bar(scene)
        return Set(scene, sender, purpose, version, people, run, lists)

    def _list(self, scene: Scene, kept: Kept) -> StopList:
        data_of = None if kept.age is None else scene.at.date() - datetime.timedelta(days=kept.age)
        return StopList.objects.create(
            kind=kept.kind, country=kept.country, name=f"List {next(self._count)}", source="made up", source_on=data_of,
            expires_at=None if kept.ends is None else ago(scene.at, -kept.ends), created_at=scene.at,
            ended_at=scene.at if kept.over else None,
        )  # fmt: skip

    def _patterns(self, scene: Scene, on: StopList) -> None:
        for form, text in (("domain", DOMAIN), ("prefix", PREFIX)):
            digest = vault.digest(self.team.id, form, text)
            StopListEntry.objects.create(list=on, form=form, pattern=text, digest=digest, created_at=scene.at)

    def _bar(self, scene: Scene) -> None:
        rows = (
            (form, text, vault.platform_digest(form, text).hex())
            for form, text in (("domain", DOMAIN), ("prefix", PREFIX))
        )
        told = ", ".join(f"('\\x{digest}', 'fraud', now(), '{form}', '{text}')" for form, text, digest in rows)
        self.database.run_sql(
            f"insert into consent_platformsuppression (digest, reason, created_at, form, pattern) values {told}"
        )

    def _change_organization(self, scene: Scene) -> None:
        moment = f"'{scene.at.isoformat()}'"
        self.database.run_sql(
            f"update accounts_organization set state = '{scene.state}',"
            f" suspended_at = {moment if scene.state == 'suspended' else 'null'},"
            f" sending_stopped_at = {moment if scene.stopped else 'null'},"
            f" message_cap = {'null' if scene.cap is None else scene.cap}, message_cap_days = {scene.cap_days},"
            f" message_cap_waits = {scene.cap_waits},"
            f" postal_address = '{'1 Main Street, Omaha' if scene.introduced else ''}',"
            f" legal_name = '{'Acme Incorporated' if scene.introduced else ''}' where id = '{self.team.id}'"
        )

    def _set_free(self, scene: Scene) -> None:
        self.database.run_sql(
            f"update consent_purpose set is_outside_limits = ({scene.free} and tier = '{scene.tier}')"
        )

    def _account(self, scene: Scene | None = None) -> ProviderAccount:
        number = next(self._count)
        return ProviderAccount.objects.create(
            provider=_PROVIDERS[scene.channel] if scene else "twilio", label="Main", account_name=f"account {number}",
            credentials_sealed=b"", secret_hint="", token=uuid.uuid4().hex, practice=scene is None or not scene.kind,
            state="connected" if scene is None or scene.connected else "failed",
        )  # fmt: skip

    def _sender(self, scene: Scene, account: ProviderAccount) -> Sender:
        number = next(self._count)
        addresses = {"whatsapp": f"9000{number:06d}", "email": f"news{number}@acme.example"}
        address = addresses.get(scene.channel, REAL[scene.kind or "long_code"].format(number))
        return Sender.objects.create(
            account=account, channel=scene.channel, address=address, label="Line",
            paused_at=scene.at if scene.paused else None,
        )  # fmt: skip

    def _register(self, scene: Scene, sender: Sender) -> None:
        """The records of the sender; where they shall have expired, the last of them ended the day before."""
        if scene.records == "none":
            return
        ended: dict[str, Any] = {}
        if scene.records == "expired":
            ended = {"valid_until": scene.at.date() - datetime.timedelta(days=1)}
        if scene.kind == "long_code":
            make_registration("a2p_brand")
            make_registration("a2p_campaign", sender, **ended)
        elif scene.kind in ("toll_free", "short_code"):
            make_registration(scene.kind, sender, number=NUMBERS["a2p_campaign"], **ended)
        else:
            self._register_name(scene, sender, ended)

    def _register_name(self, scene: Scene, sender: Sender, ended: dict[str, Any]) -> None:
        category = "promotional" if scene.tier == "marketing" else "service"
        text = scene.body if scene.text_registered else "Something else."
        make_registration("dlt_entity", country="IN", number=ENTITY)
        make_registration("dlt_header", sender, "IN", number=sender.address, category=category)
        told = {"number": TEMPLATE_ID, "category": category, "text": text} | ended
        make_registration("dlt_template", sender, "IN", **told)

    def forget_records(self) -> None:
        """Records of the organisation hold for all of its senders; the next scene begins with none."""
        self.database.run_sql("delete from messaging_registration")
        self.database.run_sql("delete from consent_stoplistentry")
        self.database.run_sql("delete from consent_stoplist")
        self.database.run_sql("delete from consent_platformsuppression where form <> 'address'")

    def _parts(self, scene: Scene, account: ProviderAccount) -> dict[str, Any]:
        if not scene.content:
            return {}
        name = f"news_{next(self._count)}"
        template = ProviderTemplate.objects.create(
            account=account, name=name, language="en", use_case=_USE_CASE, category="marketing", state=scene.content
        )
        return {"template": {"id": str(template.id)}}
