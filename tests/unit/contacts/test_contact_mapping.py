"""Columns are guessed from their headers in many languages, and a person's choice is checked in words."""

import pytest

from contacts.contracts import MappedColumn, Mapping
from contacts.mapping import check_mapping, field_labels, guess_mapping, known_headers, tells_of_consent, with_field


def fields(*headers: str, **options) -> list[str]:
    return [column.field for column in guess_mapping(headers, **options).columns]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (("First Name", "Last Name", "Mobile", "E-mail", "City"), ["first_name", "last_name", "phone", "email", "city"]),
        (("Vorname", "Nachname", "Handynummer", "E-Mail-Adresse"), ["first_name", "last_name", "phone", "email"]),
        (("Prénom", "Nom", "Téléphone", "Courriel"), ["first_name", "last_name", "phone", "email"]),
        (("NOMBRE", "apellidos", "Teléfono móvil", "correo electronico"), ["first_name", "last_name", "phone", "email"]),
        (("Nome", "Celular", "País"), ["full_name", "phone", "country"]),
        (("नाम", "मोबाइल नंबर", "ईमेल", "शहर"), ["full_name", "phone", "email", "city"]),
        (("نام", "موبائل", "ای میل"), ["full_name", "phone", "email"]),
        (("first_name", "PHONE_NUMBER", "wa_id", "Time-Zone"), ["first_name", "phone", "whatsapp", "time_zone"]),
        (
            ("SMS consent", "WhatsApp opt-in", "Consent date", "Consent source", "Consent text", "Opt-in IP", "Unsubscribed"),
            ["consent:sms", "consent:whatsapp", "consent_date", "consent_source", "consent_wording", "consent_ip", "opted_out"],
        ),
    ],
)  # fmt: skip
def test_headers_of_many_languages_find_their_fields(headers: tuple[str, ...], expected: list[str]) -> None:
    assert fields(*headers) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (("Phone", "SMS offers", "Agreed on", "Agreed where"), ["phone", "consent:sms", "consent_date", "consent_source"]),
        (("Phone", "Opt-in date"), ["phone", "consent_date"]),
        (("Phone", "Consent date", "Where agreed"), ["phone", "consent_date", "consent_source"]),
        (("Phone number", "Date of consent", "Where consent was given"), ["phone", "consent_date", "consent_source"]),
        (("Phone number", "Text the person agreed to"), ["phone", "consent_wording"]),
    ],
)  # fmt: skip
def test_the_usual_names_of_evidence_and_our_own_are_found(headers: tuple[str, ...], expected: list[str]) -> None:
    assert fields(*headers) == expected


@pytest.mark.parametrize(
    ("header", "tells"),
    [
        ("Agreed on the 2nd form", True), ("Proof of opt-in (URL)", True), ("Subscriber since", True),
        ("Unsubscribed", True), ("Consent date", True), ("Notes", False), ("Phone", False), ("Import row", False),
    ],
)  # fmt: skip
def test_a_header_that_looks_like_evidence_is_known_from_one_that_does_not(header: str, tells: bool) -> None:
    assert tells_of_consent(header) is tells


def test_one_field_takes_the_surest_column_only() -> None:
    mapping = guess_mapping(("Mobile number (with code)", "Phone", "Cell", "Tags", "Labels"))

    assert [(column.field, column.confidence) for column in mapping.columns] == [
        ("", 0.0), ("phone", 1.0), ("", 0.0), ("tags", 1.0), ("tags", 1.0),
    ]  # fmt: skip


def test_a_known_header_inside_a_longer_one_is_a_weaker_guess() -> None:
    mapping = guess_mapping(("Mobile number (digits)", "Notes"))

    assert [(column.field, column.confidence) for column in mapping.columns] == [("phone", 0.6), ("", 0.0)]


@pytest.mark.parametrize("header", ["No marketing consent", "SMS consent refused", "Opt in later?", "not subscribed"])
def test_consent_is_never_guessed_from_part_of_a_header(header: str) -> None:
    (field,) = fields(header)

    assert not field.startswith("consent")


def test_cells_that_look_like_addresses_tell_what_a_nameless_column_is() -> None:
    sample = [("ann@example.com", "0151 12345678", "x"), ("", "0151 12345679", "y"), ("bob@example.com", "?", "z")]

    assert fields("A", "B", "C", sample=sample, default_country="DE") == ["email", "phone", ""]
    assert fields("A", "B", "C", sample=sample) == ["email", "", ""]


def test_the_organisations_own_fields_come_first() -> None:
    assert fields("Plan", "tier", "City", custom_fields={"plan": "Plan", "level": "Tier"}) == [
        "custom:plan", "custom:level", "city",
    ]  # fmt: skip


def test_our_own_columns_of_a_reject_file_are_left_out() -> None:
    assert fields("Phone", "Import row", "Import reason", "Import remedy") == ["phone", "", "", ""]


@pytest.mark.parametrize(
    ("columns", "code", "column"),
    [
        ([(0, "Tel", "first_name")], "no_address", ""),
        ([(0, "Tel", "phone"), (1, "Tel 2", "phone")], "used_twice", "Tel 2"),
        ([(0, "Tel", "phone"), (1, "Tel 2", "shoe_size")], "unknown_field", "Tel 2"),
        ([(0, "Tel", "phone"), (1, "Tel 2", "custom:Shoe Size")], "custom_name", "Tel 2"),
        ([(0, "Tel", "phone"), (1, "Tel 2", "custom:consent_sms")], "custom_consent", "Tel 2"),
        ([(0, "Tel", "phone"), (1, "Tel 2", "custom:opt_in")], "custom_consent", "Tel 2"),
        ([(0, "Tel", "phone"), (1, "Other", "city")], "wrong_column", "Other"),
        ([(0, "Tel", "phone"), (9, "Tel 2", "city")], "wrong_column", "Tel 2"),
        ([(0, "Tel", "phone"), (0, "Tel", "city")], "wrong_column", ""),
    ],
)
def test_a_choice_that_cannot_work_is_told_with_its_column(
    columns: list[tuple[int, str, str]], code: str, column: str
) -> None:
    mapping = Mapping(tuple(MappedColumn(*choice) for choice in columns))

    problems = check_mapping(mapping, ["Tel", "Tel 2"])

    assert [(problem.code, problem.column) for problem in problems] == [(code, column)]
    assert all(problem.message and problem.remedy for problem in problems)


def test_a_persons_change_replaces_one_guess() -> None:
    mapping = guess_mapping(("Mobile", "Plan"))

    changed = with_field(mapping, 1, "custom:plan")

    assert [column.field for column in changed.columns] == ["phone", "custom:plan"]
    assert check_mapping(changed, ["Mobile", "Plan"]) == ()


def test_no_spelling_stands_for_two_fields() -> None:
    from contacts import mapping

    spelled = [mapping.fold(name) for entry in mapping.header_table().values() for name in entry["headers"]]
    spelled += [mapping.fold(label) for label in field_labels().values()]

    doubled = sorted({word for word in spelled if spelled.count(word) > 1 and word})
    assert len(set(spelled)) == len(known_headers())
    assert [word for word in doubled if _fields_of(word) != {known_headers()[word]}] == []


def _fields_of(word: str) -> set[str]:
    from contacts import mapping

    return {
        f for f, entry in mapping.header_table().items() if word in {mapping.fold(name) for name in entry["headers"]}
    }
