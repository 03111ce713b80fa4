"""What a message says to one person: Liquid text with that person's values put in, within a budget.

Tenants write these texts, so nothing in them is trusted: only a few tags and filters exist, a name nobody knows is an
error even behind a default, and time, size and loops are bounded. Errors name the variable and the remedy, and never
carry a value or a line of the text.
"""

import difflib
import functools
import re
from collections.abc import Mapping
from typing import Any, Final

from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.output import OutputNode
from liquid.exceptions import LiquidError, LiquidSyntaxError, ResourceLimitError, UndefinedError
from liquid.stringify import to_liquid_string

from messaging import content_rules
from messaging.content_rules import OUTPUT_BYTES, ContentError, Template

_CACHED_TEXTS: Final = 512
#: these have a meaning of their own on lists and texts, so they are left to Liquid
_COMPUTED_SEGMENTS: Final = frozenset({"size", "first", "last"})

_Plan = tuple[tuple[str, tuple[str, ...]], ...]


class Compiled:
    """A text ready to be rendered many times. `variables` are the dotted names it asks for, such as `contact.city`."""

    __slots__ = ("_plan", "_template", "variables")

    def __init__(self, template: Template) -> None:
        self._template = template
        self._plan = _simple_plan(template)
        found = template.analyze(include_partials=False).globals
        self.variables = frozenset(str(variable) for uses in found.values() for variable in uses)

    def render(self, values: Mapping[str, Any]) -> str:
        """Put one person's values into the text.

        Shape:  values by name; a nested mapping is reached by a dot; None and missing defaults render as nothing.
        Errors: ContentError naming the unknown variable, or the limit that was passed; it concerns this message alone.
        """
        try:
            if self._plan is not None:
                return _fill(self._plan, values)
            return self._template.render(values)
        except UndefinedError as error:
            raise _unknown(error, values) from None
        except ContentError:
            raise
        except ResourceLimitError:
            raise ContentError(
                "The text grows beyond its limit when rendered.", "Shorten its loops and values."
            ) from None
        except Exception as error:  # tenants write these texts: whatever one raises fails that one message
            kind = type(error).__name__
            raise ContentError(
                f"The text cannot be rendered with these values ({kind}).",
                "Check its filters and the types of its values.",
            ) from None


@functools.lru_cache(maxsize=_CACHED_TEXTS)
def precompile(source: str) -> Compiled:
    """Check and compile a text once; the result is kept for the texts used last.

    Errors: ContentError naming what is not allowed or not closed, with its line.
    """
    markups = content_rules.check_source(source)
    try:
        template = content_rules.ENVIRONMENT.from_string(source)
        assert isinstance(template, Template)
        template.markups = markups
        content_rules.check_tree(template)
        return Compiled(template)
    except ContentError:
        raise
    except LiquidSyntaxError as error:
        where = error.context()
        line = f" in line {where[0]}" if where else ""
        raise ContentError(f"The text is not valid Liquid{line}: {error.message}.", "Correct that tag.") from None
    except (LiquidError, RecursionError):
        raise ContentError("The text is not valid Liquid or nests too deeply.", "Simplify its tags.") from None


def render(source: str, values: Mapping[str, Any]) -> str:
    """Render a text for one person; compiles it on first use. See `Compiled.render`."""
    return precompile(source).render(values)


def variables_of(source: str) -> set[str]:
    """The dotted names a text needs from outside, without those it assigns itself. Errors: ContentError."""
    return set(precompile(source).variables)


def has_opt_out_hint(text: str) -> bool:
    """Say whether a text tells its reader how to opt out, for example "Reply STOP to opt out".

    A text that merely contains the word ("Don't stop now") does not count: doubt means that the line is still missing.
    Source: CTIA Messaging Principles and Best Practices, section 5.1.3; 47 CFR 64.1200(a)(10), read 23 November 2026.
    """
    return any(pattern.search(text) for pattern in _OPT_OUT_HINTS)


_KEYWORDS = "stop|stopall|unsubscribe|cancel|end|quit|revoke|opt[ -]?out|alto|parar|arret|arrêt|baja"
_ASKS = (
    "reply|text|txt|send|sms|answer|respond|responda|responde|envie|envía|envia|répondez|envoyez|antworten sie|sende"
    "|senden sie|rispondi|invia|reply with|text back"
)
_OPT_OUT_HINTS: Final[tuple[re.Pattern[str], ...]] = (
    re.compile(
        rf"\b(?:{_ASKS})\s+(?:with\s+|the word\s+|con\s+|avec\s+|mit\s+)?[\"'“‘«(]?(?:{_KEYWORDS})\b", re.IGNORECASE
    ),
    re.compile(
        r"\bSTOP\s*(?i:(?:to|2|=|:|para|pour|per|um|zum)\s*(?:end|stop|quit|cancel|unsub|opt|out|salir|arr|beend|abmeld))"
    ),
    # Urdu and Hindi name the word before what to do with it: "STOP لکھیں", "STOP लिखें"; Arabic after: "أرسل STOP"
    re.compile(r"\bSTOP\W{1,3}(?:لکھ|بھیج|لکہ|लिख|भेज|للإيقاف|لإلغاء)"),
    re.compile(r"(?:أرسل|ارسل|أرسلوا|اكتب)\s+(?:كلمة\s+)?[\"'“‘«(]?STOP\b"),
    re.compile(r"\b(?:to|2)\s+(?:opt[ -]?out|unsub(?:scribe)?)\b\W+\w", re.IGNORECASE),
    re.compile(r"\bopt[ -]?out\s*[:=@]|\bunsubscribe\s*(?:here|[:=@])", re.IGNORECASE),
)


def _simple_plan(template: Template) -> _Plan | None:
    """The text as (words before, path) pairs when it is plain words and plain names only; None when Liquid must work."""
    plan: list[tuple[str, tuple[str, ...]]] = []
    words = ""
    for node in template.nodes:
        if isinstance(node, ContentNode):
            words += node.text
            continue
        path = _plain_path(node)
        if path is None:
            return None
        plan.append((words, path))
        words = ""
    return (*plan, (words, ()))


def _plain_path(node: object) -> tuple[str, ...] | None:
    if not isinstance(node, OutputNode) or not isinstance(node.expression, FilteredExpression):
        return None
    left = node.expression.left
    if node.expression.filters or not isinstance(left, Path):
        return None
    segments = tuple(left.path)
    if not all(isinstance(segment, str) for segment in segments) or _COMPUTED_SEGMENTS.intersection(segments[1:]):
        return None
    return segments  # type: ignore[return-value]


def _fill(plan: _Plan, values: Mapping[str, Any]) -> str:
    parts: list[str] = []
    for words, path in plan:
        parts.append(words)
        if path:
            parts.append(_resolve(path, values))
    whole = "".join(parts)
    if len(whole) * 4 > OUTPUT_BYTES and len(whole.encode()) > OUTPUT_BYTES:
        raise ContentError("The text grows beyond its limit when rendered.", "Shorten its loops and values.")
    return whole


def _resolve(path: tuple[str, ...], values: Mapping[str, Any]) -> str:
    value: Any = values
    for depth, segment in enumerate(path, start=1):
        try:
            value = value[segment]
        except (KeyError, TypeError, IndexError):
            raise _unknown_name(".".join(path[:depth]), values) from None
    return value if type(value) is str else to_liquid_string(value, autoescape=False)


def _unknown(error: UndefinedError, values: Mapping[str, Any]) -> ContentError:
    """Liquid says `'city' is undefined` or `contact.city is undefined`."""
    return _unknown_name(str(error.message).removesuffix(" is undefined").strip("'"), values)


def _unknown_name(name: str, values: Mapping[str, Any]) -> ContentError:
    close = difflib.get_close_matches(name, content_rules.dotted_names(values), n=1)
    remedy = f"Did you mean {close[0]}?" if close else "Correct its spelling, or add a field of that name."
    return ContentError(f"The text uses {name}, and nothing of that name is known.", remedy, variable=name)
