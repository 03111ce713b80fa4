"""What each number does with a WhatsApp message: the will of the shared table, told in Meta's statuses and codes."""

import dataclasses
import pathlib
import re
import tomllib
from typing import Any

from sandbox.numbers import Numbers, Outcome, Step

RULES: dict[str, Any] = tomllib.loads(pathlib.Path(__file__).with_name("whatsapp.toml").read_text("utf-8"))
ERRORS: dict[str, list[Any]] = RULES["errors"]
_PERSON = re.compile(r"[A-Z]{2}\.([1-9][0-9]{6,14})")
_UNKNOWN_CODE = 131000


class ChatNumbers:
    """The will of each WhatsApp user, by phone number."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        rows = [Outcome(**{**row, "steps": tuple(Step(*step) for step in row["steps"])}) for row in RULES["outcome"]]
        self._own = {row.digits: row for row in rows}

    def outcome_of(self, phone: str) -> Outcome:
        """What this number does with a chat message."""
        return self._told(self._numbers.outcome_of(phone), self._digits(phone))

    def listed(self) -> list[tuple[str, Outcome]]:
        """Every magic number with its outcome on WhatsApp, in the order of the digits."""
        known = {phone: self._told(outcome, self._digits(phone)) for phone, outcome in self._numbers.listed()}
        known |= {self._numbers.written(digits): outcome for digits, outcome in self._own.items()}
        return sorted(known.items())

    def _digits(self, phone: str) -> str:
        return self._numbers.digits_of(phone)

    def _told(self, outcome: Outcome, digits: str) -> Outcome:
        if outcome.name == self._numbers.ordinary.name and digits in self._own:
            return self._own[digits]
        steps = tuple(_step(step) for step in outcome.steps)
        code = chat_code(outcome.code) if outcome.code else 0
        failed = next((step.code for step in steps if step.code), code)
        words = f"Failed: {title(failed)}" if failed and outcome.tone == "no" else outcome.you_see
        return dataclasses.replace(outcome, steps=steps, code=code, you_see=words)


def _step(step: Step) -> Step:
    """WhatsApp knows one bad end, and calls it failed."""
    status = "failed" if step.status == "undelivered" else step.status
    return Step(status, step.after, chat_code(step.code) if step.code else 0)


def chat_code(code: int) -> int:
    """A code of the shared table as the nearest one of Meta's."""
    return int(RULES["codes"].get(str(code), _UNKNOWN_CODE))


def title(code: int) -> str:
    """What a code means, in our words."""
    return str(ERRORS.get(str(code), [0, "Unknown error"])[1])


def person_of(phone: str) -> str:
    """The id a business knows a person by. Ours is made from the number, so that one phone stays one phone here."""
    return f"US.{phone.removeprefix('+')}"


def phone_of(address: str) -> str:
    """The phone behind a number with or without its plus, or behind a person's id; empty when it is neither."""
    match = _PERSON.fullmatch(address) or re.fullmatch(r"\+?([1-9][0-9]{6,14})", address)
    return f"+{match[1]}" if match else ""


def is_person(address: str) -> bool:
    """Whether an address is a person's id rather than a number."""
    return _PERSON.fullmatch(address) is not None
