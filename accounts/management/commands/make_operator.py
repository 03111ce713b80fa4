"""Make somebody an operator of the platform. They set up a second factor with the code this prints."""

import getpass
import sys
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.forms import EmailField

from accounts.actions.operators import make_operator
from accounts.contracts import Refused


class Command(BaseCommand):
    """`CARILLON_ROLE=operator manage.py make_operator ada@example.com --name "Ada"`; it asks for the password, or reads it
    from standard input. For an operator who has lost the code, or every second factor, it prints a new code."""

    help = "Create an operator, or make a known person one. Run with CARILLON_ROLE=operator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="Operator")

    def handle(self, *_args: Any, email: str, name: str, **_options: Any) -> None:
        if settings.ROLE != "operator":
            raise CommandError("Run this with CARILLON_ROLE=operator: the web role may make nobody an operator.")
        try:
            address = EmailField().clean(email.strip()).lower()
        except ValidationError:
            raise CommandError("This is not an email address. Write it as name@example.com.") from None
        password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            _, code = make_operator(email=address, name=name, password=password)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write("Done. They log in on the operator host.")
        if code:
            self.stdout.write(f"There they begin their second factor with this code, good for a day: {code}")
