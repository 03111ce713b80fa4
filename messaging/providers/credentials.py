"""What each carrier wants to know before it is connected: data beside the provider, from which the page makes its form.

A provider that stands in the register carries one `ConnectGuide` as `guide`. Nothing else has to be written for it: the
page of senders, the form, the check, the sealed credentials and the account's card all read it. Pure data, no Django.
"""

import dataclasses
import re
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True, slots=True)
class CredentialField:
    """One thing to copy from the carrier's console.

    Shape: `name` is the key of the credentials the provider reads; `label` is what the carrier's console calls it; `pattern`
           must match the whole of what was typed, and `correction` says in plain words what is wrong when it does not.
           A `secret` is typed unseen and never shown again. What is not `required` may stay empty. `choices` makes it a
           list: what is kept, and what the page calls it.
    """

    name: str
    label: str
    help: str = ""
    pattern: str = r"\S+"
    correction: str = "Copy it from the carrier's console, without spaces."
    secret: bool = False
    required: bool = True
    longest: int = 500
    choices: tuple[tuple[str, str], ...] = ()

    def fits(self, value: str) -> bool:
        """Whether a value can be right at all."""
        return len(value) <= self.longest and re.fullmatch(self.pattern, value) is not None


@dataclasses.dataclass(frozen=True, slots=True)
class ConnectGuide:
    """How an account with one carrier is connected.

    Shape: `title` is the carrier's name; `about` one sentence for the one who chooses; `console` where the fields are found,
           as a phrase ("the portal, under Keys"); `docs` the carrier's own page about them. `account` names the field that tells
           one account from another, `hint` the one whose last four letters stay readable. `webhooks` says where the
           address for replies is pasted. `verify_token`, when not empty, is the credential by which the carrier's handshake
           knows our address: we make it, and the account's card shows it under the label in `verify_label`.
           `webhook_secret`, when not empty, is the credential by which we know the carrier's webhooks: made anew each time
           the account is connected, and shown then and never again, under `webhook_label` with the steps in `webhook_steps`.
    Errors: ValueError when `account` or `hint` is no field of the guide, or a name stands twice.
    """

    title: str
    about: str
    console: str
    docs: str
    fields: tuple[CredentialField, ...]
    account: str
    hint: str
    webhooks: str
    verify_token: str = ""
    verify_label: str = ""
    webhook_secret: str = ""
    webhook_label: str = ""
    webhook_steps: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [field.name for field in self.fields]
        if len(set(names)) != len(names):
            raise ValueError(f"the guide of {self.title} names a field twice")
        if not {self.account, self.hint} <= set(names):
            raise ValueError(f"account and hint must be fields of the guide of {self.title}")

    def field(self, name: str) -> CredentialField:
        """One field. Errors: KeyError when there is none of that name."""
        return {field.name: field for field in self.fields}[name]

    def given(self, typed: Mapping[str, str]) -> dict[str, str]:
        """The credentials among what was typed: those of the guide's fields, the empty ones left out."""
        found = {field.name: typed.get(field.name, "").strip() for field in self.fields}
        return {name: value for name, value in found.items() if value}
