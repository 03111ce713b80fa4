"""Make somebody an operator of the platform. They set up a second factor at their first log-in on the operator host."""

import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actions.operators import make_operator
from accounts.contracts import Refused
from core.email import EmailAddress, parse_email


class Command(BaseCommand):
    """`manage.py make_operator ada@example.com --name "Ada"`; the password is asked for, or read from standard input."""

    help = "Create an operator, or make a known person one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="Operator")

    def handle(self, *_args: Any, email: str, name: str, **_options: Any) -> None:
        parsed = parse_email(email)
        if not isinstance(parsed, EmailAddress):
            raise CommandError("This is not an email address. Write it as name@example.com.")
        password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            make_operator(email=parsed.key, name=name, password=password)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write("Done. They log in on the operator host and set up a second factor there.")
