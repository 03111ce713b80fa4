"""Forged Postmark webhooks: whatever stands in the place of our password, the provider does not believe it."""

import base64
import dataclasses
from collections.abc import Callable

import pytest

from messaging.contracts import Receipt
from messaging.providers.protocol import BadSignature, WebhookRequest
from tests.contract.kit_postmark import PASSWORD, with_password
from tests.contract.kits import ATTEMPT, CALLBACK_SECRET, KITS, adapter, fixtures

KIT = KITS["postmark"]
BOUNCE = dict(fixtures("postmark", "receipt"))["receipt_hard_bounce"]["webhook"]
GENUINE = dict(with_password(PASSWORD))["Authorization"]

Forgery = Callable[[WebhookRequest], WebhookRequest]


def having(*values: str) -> Forgery:
    """The same request with these Authorization headers, maybe none."""

    def forge(request: WebhookRequest) -> WebhookRequest:
        kept = tuple(pair for pair in request.headers if pair[0] != "Authorization")
        return dataclasses.replace(request, headers=kept + tuple(("Authorization", value) for value in values))

    return forge


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


FORGERIES: dict[str, Forgery] = {
    "no header": having(),
    "an empty header": having(""),
    "the scheme alone": having("Basic"),
    "the scheme and a space": having("Basic "),
    "another password": having(basic("carillon:another")),
    "no password": having(basic("carillon:")),
    "the user alone": having(basic("carillon")),
    "another user": having(basic(f"postmark:{PASSWORD}")),
    "no user": having(basic(f":{PASSWORD}")),
    "the user in capitals": having(basic(f"CARILLON:{PASSWORD}")),
    "a password that begins rightly": having(basic(f"carillon:{PASSWORD[:-1]}")),
    "a password that goes on": having(basic(f"carillon:{PASSWORD}x")),
    "the password with a space": having(basic(f"carillon:{PASSWORD} ")),
    "the password without base64": having(f"Basic carillon:{PASSWORD}"),
    "the header twice, both genuine": having(GENUINE, GENUINE),
    "the header twice, first false": having(basic("carillon:another"), GENUINE),
    "another scheme": having(GENUINE.replace("Basic", "Bearer")),
    "the scheme in lower case": having(GENUINE.replace("Basic", "basic")),
    "two spaces": having(GENUINE.replace(" ", "  ")),
    "a line break behind": having(GENUINE + "\n"),
    "another base64 of the same": having(GENUINE.rstrip("=") + "===="),
    "letters beyond ASCII": having("Basic é"),
}


def test_there_are_at_least_twenty_kinds_of_forgery() -> None:
    assert len(FORGERIES) >= 20


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_webhook_is_refused(forge: Forgery) -> None:
    ours, request = adapter("postmark"), KIT.webhook(BOUNCE)
    ours.verify(request)

    with pytest.raises(BadSignature) as refused:
        ours.verify(forge(request))

    assert PASSWORD not in str(refused.value)


def test_without_a_password_of_ours_nothing_is_believed() -> None:
    ours = adapter("postmark", {key: value for key, value in KIT.credentials.items() if key != "webhook_secret"})

    for value in (basic("carillon:"), basic("carillon:None"), GENUINE):
        with pytest.raises(BadSignature):
            ours.verify(having(value)(KIT.webhook(BOUNCE)))


@pytest.mark.parametrize(
    "marks",
    [{}, {"attempt": str(ATTEMPT)}, {"account": "t1", "attempt": str(ATTEMPT), "mark": "guessed"},
     {"account": ["t1"], "attempt": 7, "mark": None}, {"anymail_id": "x"}],
)  # fmt: skip
def test_marks_that_are_not_ours_name_no_attempt(marks: dict[str, object]) -> None:
    ours = adapter("postmark")

    (receipt,) = ours.parse(KIT.webhook(BOUNCE | {"Metadata": marks}))

    assert isinstance(receipt, Receipt)
    assert receipt.attempt_id is None


def test_a_mark_of_another_account_names_no_attempt_of_ours() -> None:
    ours = adapter("postmark", KIT.credentials | {"callback_secret": "another-callback-secret"})
    marked = adapter("postmark").callback_url("", "t1", ATTEMPT, CALLBACK_SECRET.encode())

    (receipt,) = ours.parse(KIT.reported(BOUNCE, marked))

    assert receipt.attempt_id is None
