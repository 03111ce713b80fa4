"""Keeping every version of the rulebook that ever was in use."""

from typing import Any

from django.db import connections

from consent.models import RuleSet
from consent.rule_reader import texts_in
from consent.rulebook import load


def keep_rules(sender: Any = None, *, using: str = "default", **_signal: Any) -> None:
    """Keep the rulebook of this build, if it is not kept yet. Runs as the owner of the tables, after migrating.

    Effects: one row the first time; nothing where the table does not exist yet (a migration backwards).
    Errors:  InvalidRules for rule files that cannot be used: a deployment ends here and not with the first message.
    """
    if RuleSet._meta.db_table in connections[using].introspection.table_names():
        RuleSet.objects.using(using).get_or_create(version=load().version, defaults={"texts": texts_in()})
