"""What every model keeps: an organisation, a manager that fails closed, keys that point down, personal data that is claimed."""

import re

from django.apps import apps
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader

from accounts.models import Organization, OrganizationManager
from core.personal_data import LEAVING, STRATEGIES, personal_rows, register
from core.tenancy import TenantForeignKey, TenantManager, TenantModel
from tests.architecture.sources import PACKAGES, imports, modules
from tests.proofs import proves

LAYERS = ("core", "accounts", "consent", "contacts", "messaging", "campaigns", "privacy", "config")
#: models without an organisation, and why
PLATFORM_MODELS = {
    "accounts.User": "people log in before any organisation is known",
    "accounts.Organization": "it is the organisation",
    "consent.PlatformSuppression": "nobody's: digests of addresses that nobody may reach",
    "consent.RuleSet": "nobody's: the rulebook as it was shipped, version by version",
    "messaging.ProviderEvent": "the inbox of webhooks, written before anything is decided",
}
#: names of fields that hold something about a person
PERSONAL = re.compile(
    r"(^|_)(email|first_name|last_name|full_name|search_name|address|address_sealed|hint|agent|body_sealed|cells_sealed"
    r"|former_sealed|evidence_sealed|city|fields|note_sealed|phone|birth_date|is_minor)$"
)
#: what the pattern finds and no person is in
NOT_PERSONAL = {
    ("messaging_sender", "address"): "the business's own number",
    ("messaging_provideraccount", "secret_hint"): "the end of the business's own key",
}


def our_models():
    """Every model of the product."""
    return [model for model in apps.get_models() if model._meta.app_label in PACKAGES]


@proves("A2")
def test_every_model_has_an_organisation_and_the_manager_that_fails_closed_or_is_on_the_written_list():
    without = {model._meta.label for model in our_models() if not issubclass(model, TenantModel)}

    assert without == set(PLATFORM_MODELS)
    for model in our_models():
        if issubclass(model, TenantModel):
            field = model._meta.get_field("organization")
            assert field.related_model is Organization, model
            assert not field.null, model
            assert all(isinstance(manager, TenantManager) for manager in model._meta.managers), model
            assert isinstance(model._base_manager, TenantManager), model
            assert isinstance(model._default_manager, TenantManager), model
    assert isinstance(Organization._base_manager, OrganizationManager)


def test_ids_are_made_by_the_application_and_never_count():
    for model in our_models():
        key = model._meta.pk
        assert isinstance(key, models.UUIDField | models.BinaryField), model
        assert key.default.__name__ == "new_id" if isinstance(key, models.UUIDField) else True, model


def test_keys_between_rows_of_an_organisation_are_tenant_keys_and_point_down():
    for model in our_models():
        for field in model._meta.concrete_fields:
            target = field.related_model
            if target is None or target._meta.app_label not in LAYERS:
                continue
            here, there = (LAYERS.index(each._meta.app_label) for each in (model, target))
            assert there <= here, f"{model._meta.label}.{field.name} points up to {target._meta.label}"
            if issubclass(target, TenantModel):
                assert isinstance(field, TenantForeignKey), f"{model._meta.label}.{field.name}"


def test_keys_in_the_database_point_down(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "select conrelid::regclass::text, confrelid::regclass::text from pg_constraint where contype = 'f'"
        )
        keys = cursor.fetchall()

    upward = [
        (source, target) for source, target in keys
        if source.partition("_")[0] in LAYERS and target.partition("_")[0] in LAYERS
        and LAYERS.index(target.partition("_")[0]) > LAYERS.index(source.partition("_")[0])
    ]  # fmt: skip
    assert upward == []
    assert len(keys) > 40


def test_every_field_that_holds_something_about_a_person_is_claimed_by_its_own_app_exactly_once():
    claimed = {(field.table, field.column) for field in register()}
    columns = {(model._meta.db_table, field.column) for model in our_models() for field in model._meta.concrete_fields}

    personal = {(table, column) for table, column in columns if PERSONAL.search(column)} - set(NOT_PERSONAL)

    assert personal - claimed == set(), "claim these in personal_data.py of their app"
    assert claimed - columns == set(), "these claims name no column"
    for table, _ in claimed:
        assert table.partition("_")[0] in PACKAGES


@proves("K7")
def test_what_is_claimed_says_what_happens_to_it_when_somebody_is_erased():
    for field in register():
        name = f"{field.table}.{field.column}"
        assert field.erase in STRATEGIES, name
        assert field.encrypted == field.column.endswith("_sealed"), name
        assert bool(field.replacement) == (field.erase == "replace"), f"{name}: say what takes its place"
        assert field.reason or field.erase != "keep", f"{name} is kept: say by which reason"
        if field.erase in LEAVING and field.subject == "contact":
            assert "" not in (field.reason, field.until), f"{name} stays: say by which law or need, and until when"


@proves("K7")
def test_every_table_with_something_about_contacts_says_how_their_rows_are_found_and_rows_go_whole_or_not_at_all():
    tables = {}
    for field in register():
        if field.subject == "contact":
            tables.setdefault(field.table, set()).add(field.erase)
    found = {rows.table for rows in personal_rows()}

    assert set(tables) - found == set(), "say with claim_rows in personal_data.py which rows are about a person"
    assert found - set(tables) == set(), "these rows hold no claimed field"
    for table, strategies in tables.items():
        assert strategies == {"delete"} or "delete" not in strategies, table
    places = {rows.table: rows.place for rows in personal_rows()}
    assert places["contacts_nameword"] < places["contacts_contact"]
    assert places["messaging_message"] < places["consent_consentstate"] < places["consent_point"]


def test_no_model_has_a_save_or_delete_of_its_own():
    for model in our_models():
        assert {"save", "delete"} & set(vars(model)) == set(), model


def test_models_and_migrations_say_the_same(db):
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_migrations_are_one_line_in_every_app_and_import_only_the_tenant_sql():
    loader = MigrationLoader(None)
    for app in {model._meta.app_label for model in our_models()} | {"core"}:
        assert len(loader.graph.leaf_nodes(app)) == 1, app
        numbers = sorted(name for label, name in loader.disk_migrations if label == app)
        assert [name[:4] for name in numbers] == [f"{number:04d}" for number in range(1, len(numbers) + 1)], app
        for name in numbers:
            assert re.fullmatch(r"\d{4}_[a-z]+(_[a-z0-9]+)+", name), f"{app} {name}: a number, a verb, a noun"
    for path, tree in modules().items():
        if "/migrations/0" in path:
            used = {name for name in imports(tree) if name.partition(".")[0] in PACKAGES}
            assert {name for name in used if not _is_frozen(name)} == set(), path


def _is_frozen(name: str) -> bool:
    """What a migration may use of the product: SQL, defaults of fields, words of states, how names are spelled for a search.

    None of it touches rows.
    """
    return name.startswith(("core.tenant_sql", "core.tenancy", "core.ids", "contacts.spelling")) or re.match(
        r"\w+\.(states|models)", name
    )
