"""Refusals that programs tell apart: the written list and the code are the same."""

import ast

from accounts.refusal_codes import CODES
from consent.reasons import REASONS
from core.api import problems
from tests.architecture.sources import modules


def codes_given():
    """Every code that stands as a word in a refusal."""
    calls = (node for tree in modules().values() for node in ast.walk(tree) if isinstance(node, ast.Call))
    refusals = (call for call in calls if getattr(call.func, "id", "") == "Refused")
    words = (keyword.value for call in refusals for keyword in call.keywords if keyword.arg == "code")
    return {word.value for word in words if isinstance(word, ast.Constant)}


def test_every_code_of_a_refusal_is_explained_and_none_is_explained_in_vain():
    assert codes_given() - set(REASONS) == set(CODES)


def test_no_code_means_two_things():
    lists = [set(CODES), set(REASONS), set(problems())]

    assert sum(map(len, lists)) == len(set.union(*lists))
