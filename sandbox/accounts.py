"""The accounts of the carrier: who may send, and how this carrier behaves towards them."""

import base64
import dataclasses
import json
import pathlib
import uuid
from typing import Literal, get_args

from sandbox.messages import Message

Personality = Literal["twilio", "keyed", "webhook_only"]
Language = Literal["twilio", "telnyx"]
_KEPT = ("sid", "token", "inbound_url", "personality", "sender", "advanced_opt_out", "speaks")
DEFAULT_SENDER = "+14025550100"


@dataclasses.dataclass(slots=True)
class Account:
    """One account. `personality` says what it offers against double sending:

    twilio        no key, a list to look things up in
    keyed         honours the header Idempotency-Key for 24 h, successes only
    webhook_only  no key and no list: only webhooks tell

    `speaks` is whose wire it uses. One that speaks Telnyx has a messaging profile's id as `sid` and an API key as `token`; it
    honours keys and acts on STOP by itself, as Telnyx does.
    """

    sid: str
    token: str
    inbound_url: str = ""
    personality: Personality = "twilio"
    sender: str = DEFAULT_SENDER
    advanced_opt_out: bool = False
    speaks: Language = "twilio"
    opted_out: set[str] = dataclasses.field(default_factory=set)
    keys: dict[str, "KeyedAnswer"] = dataclasses.field(default_factory=dict)

    @property
    def authorization(self) -> str:
        """The header a client must send."""
        if self.speaks == "telnyx":
            return f"Bearer {self.token}"
        return "Basic " + base64.b64encode(f"{self.sid}:{self.token}".encode()).decode()

    def forget(self) -> None:
        """Drop opt-outs and idempotency keys; the account stays."""
        self.opted_out.clear()
        self.keys.clear()


@dataclasses.dataclass(frozen=True, slots=True)
class KeyedAnswer:
    """What was done under an idempotency key. Units: `at` seconds of business time."""

    at: float
    request: tuple[tuple[str, str], ...]
    message: Message


class BadAccount(Exception):
    """An account was described with a field that cannot be."""


class Accounts:
    """All accounts, found by id or by the header they send. Those made later are kept in a file, for the next start."""

    def __init__(self, default: Account, file: pathlib.Path) -> None:
        self._by_sid: dict[str, Account] = {}
        self._by_header: dict[str, Account] = {}
        self._file = file
        self.default = default
        self._index(default)
        for kept in json.loads(file.read_text()) if file.exists() else ():
            self._index(Account(**kept))

    def put(self, account: Account) -> None:
        """Add an account, or replace the one with the same id."""
        for name in ("sid", "token", "inbound_url", "personality", "sender"):
            if not isinstance(getattr(account, name), str):
                raise BadAccount(f"{name}: give a text")
        if account.inbound_url and not account.inbound_url.startswith(("http://", "https://")):
            raise BadAccount("inbound_url: give an address that begins with http:// or https://")
        if not isinstance(account.advanced_opt_out, bool):
            raise BadAccount("advanced_opt_out: give true or false")
        if account.personality not in get_args(Personality):
            raise BadAccount(f"personality: give one of {', '.join(get_args(Personality))}")
        if account.speaks not in get_args(Language):
            raise BadAccount(f"speaks: give one of {', '.join(get_args(Language))}")
        if not _fits(account):
            wanted = "a UUID" if account.speaks == "telnyx" else "AC and 32 hexadecimal digits"
            raise BadAccount(f"sid: give {wanted}")
        if not account.token:
            raise BadAccount("token: give a secret that is not empty")
        self._index(account)
        self._keep()

    def _index(self, account: Account) -> None:
        if old := self._by_sid.get(account.sid):
            self._by_header.pop(old.authorization, None)
        self._by_sid[account.sid] = account
        self._by_header[account.authorization] = account
        if account.sid == self.default.sid:
            self.default = account

    def _keep(self) -> None:
        """Write down all accounts but the default one, which comes from the command line and the environment."""
        made = [account for sid, account in self._by_sid.items() if sid != self.default.sid]
        kept = [{name: getattr(account, name) for name in _KEPT} for account in made]
        draft = self._file.with_suffix(".draft")
        draft.write_text(json.dumps(kept, indent=1))
        draft.replace(self._file)

    def get(self, sid: str) -> Account | None:
        """The account with this id."""
        return self._by_sid.get(sid)

    def of_header(self, authorization: str) -> Account | None:
        """The account that sends this Authorization header."""
        return self._by_header.get(authorization)

    def forget(self) -> None:
        """Drop what the accounts remember of their messages."""
        for account in self._by_sid.values():
            account.forget()


def _fits(account: Account) -> bool:
    """Whether the account is named as its carrier names accounts."""
    if account.speaks == "twilio":
        return account.sid.startswith("AC") and len(account.sid) == 34
    try:
        return str(uuid.UUID(account.sid)) == account.sid
    except ValueError:
        return False
