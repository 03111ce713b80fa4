"""What a tenant's Liquid may contain and how much it may cost: allowed tags and filters, and the render budget.

The budget is needed. Without it, a few lines of Liquid can ask for gigabytes or minutes: the lexer of python-liquid
2.3.6 took 56 s on 40,000 opening braces (measured 25 November 2026), a chain of `replace` squares a text's length, and
a range of numbers is made before its loop limit is asked.
"""

import datetime
import functools
import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Final, TextIO

from liquid import Environment
from liquid.ast import Node
from liquid.builtin import content, illegal, output
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.builtin.filters import math, misc, string
from liquid.builtin.tags import assign_tag, case_tag, comment_tag, for_tag, if_tag, unless_tag
from liquid.context import RenderContext
from liquid.exceptions import FilterArgumentError, LoopIterationLimitError, OutputStreamLimitError
from liquid.expression import Expression
from liquid.output import LimitedStringIO
from liquid.tag import Tag
from liquid.template import BoundTemplate
from liquid.undefined import StrictUndefined
from liquid.utils import ReadOnlyChainMap

SOURCE_CHARACTERS: Final = 100_000
MARKUP_CHARACTERS: Final = 1_000
MARKUPS: Final = 2_000
OUTPUT_BYTES: Final = 256 * 1024
#: iterations of all loops of one rendering together, each counted once for every tag and variable of the text
LOOP_STEPS: Final = 100_000
#: bytes of everything `assign` keeps, and characters of what one filter returns
VALUE_CHARACTERS: Final = 20_000
#: processor time of one rendering; a usual text needs some tens of microseconds
RENDER_SECONDS: Final = 0.25

_TAGS: Final = frozenset({"if", "unless", "case", "for", "assign", "comment"})
_TAG_PARTS: Final = frozenset(
    {"else", "elsif", "when", "break", "continue", "endif", "endunless", "endcase", "endfor", "endcomment"}
)
_DELIMITER: Final = re.compile(r"\{\{|\}\}|\{%|%\}")
_TAG_NAME: Final = re.compile(r"[-\s]*(\w*)")
_DATE_FORMAT: Final = re.compile(r"(?:%-?[aAbBdeHIjmMpSyY%]|[^%])*")
_CLOSES: Final = {"{{": "}}", "{%": "%}"}


class ContentError(ValueError):
    """A text cannot be used as it is. The message says why and what to do; `variable` names the name it is about."""

    def __init__(self, problem: str, remedy: str, variable: str = "") -> None:
        super().__init__(f"{problem} {remedy}")
        self.problem = problem
        self.remedy = remedy
        self.variable = variable


def check_source(source: str) -> int:
    """Refuse, in one quick pass, what the lexer would choke on or what is not allowed.

    Returns the number of tags and variables. Errors: ContentError.
    """
    if len(source) > SOURCE_CHARACTERS:
        raise ContentError(f"The text is longer than {SOURCE_CHARACTERS:,} characters.", "Shorten it.")
    opened: re.Match[str] | None = None
    count = 0
    for mark in _DELIMITER.finditer(source):
        if opened is None and mark[0] in _CLOSES:
            opened, count = mark, count + 1
        elif opened is not None and mark[0] == _CLOSES[opened[0]]:
            _check_markup(source, opened, mark)
            opened = None
        elif opened is not None and mark[0] in _CLOSES:
            raise _not_closed(source, opened)
    if opened is not None:
        raise _not_closed(source, opened)
    if count > MARKUPS:
        raise ContentError(f"The text has more than {MARKUPS:,} tags and variables.", "Use fewer.")
    return count


def _check_markup(source: str, opened: re.Match[str], closed: re.Match[str]) -> None:
    if closed.start() - opened.end() > MARKUP_CHARACTERS:
        line = _line(source, opened)
        raise ContentError(f"A tag in line {line} is longer than {MARKUP_CHARACTERS:,} characters.", "Shorten it.")
    if opened[0] == "{%":
        found = _TAG_NAME.match(source, opened.end(), closed.start())
        name = found[1] if found else ""
        if name not in _TAGS and name not in _TAG_PARTS:
            problem = f"The tag {name or '(empty)'} in line {_line(source, opened)} does not exist."
            raise ContentError(problem, f"Use one of: {', '.join(sorted(_TAGS))}.")


def _not_closed(source: str, opened: re.Match[str]) -> ContentError:
    problem = f"A {opened[0]} in line {_line(source, opened)} is not closed."
    return ContentError(problem, f"Add {_CLOSES[opened[0]]} after it.")


def _line(source: str, mark: re.Match[str]) -> int:
    return source.count("\n", 0, mark.start()) + 1


def check_tree(template: BoundTemplate) -> None:
    """Refuse what only the parsed text shows: unknown filters and ranges of numbers. Errors: ContentError."""
    asking = RenderContext(template)
    for node in template.nodes:
        for expression in _expressions(node, asking):
            if isinstance(expression, RangeLiteral):
                raise ContentError("The text counts through a range (1..n).", "Loop over a list of values instead.")
    for name in template.analyze(include_partials=False).filters:
        if name not in FILTERS:
            allowed = ", ".join(sorted(FILTERS))
            raise ContentError(f"The filter {name} does not exist.", f"Use one of: {allowed}.")


def _expressions(node: Node, asking: RenderContext) -> Iterator[Expression]:
    waiting = list(node.expressions())
    while waiting:
        expression = waiting.pop()
        yield expression
        waiting.extend(expression.children())
    for child in node.children(asking, include_partials=False):
        yield from _expressions(child, asking)


def dotted_names(values: Mapping[str, Any], prefix: str = "") -> list[str]:
    """The names a text may use with these values, one level of nesting deep at most; never a value."""
    names = []
    for name, value in values.items():
        names.append(f"{prefix}{name}")
        if isinstance(value, Mapping) and not prefix:
            names += dotted_names(value, f"{name}.")
    return names


class _Context(RenderContext):
    """Without `now` and `today`, which would read the machine's clock, and with one count for all loops together."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.scope = ReadOnlyChainMap(self.locals, self.globals, self.counters)
        self.steps = 0

    def raise_for_loop_limit(self, length: int = 1) -> None:
        self.steps += length * getattr(self.template, "markups", MARKUPS)
        if self.steps > LOOP_STEPS:
            raise LoopIterationLimitError("too many iterations", token=None)

    def get_buffer(self, buf: TextIO | None = None) -> "_Output":
        return _Output(OUTPUT_BYTES - (buf.size if isinstance(buf, LimitedStringIO) else 0))


class _Output(LimitedStringIO):
    """Collects the text, keeps line ends as they are, and looks at the processor's clock now and then."""

    _LOOK_EVERY: ClassVar[int] = 64

    def __init__(self, limit: int) -> None:
        super().__init__(limit, newline="\n")
        self._writes = 0
        self._until = time.thread_time() + RENDER_SECONDS

    def write(self, text: str) -> int:
        self._writes += 1
        if self._writes % self._LOOK_EVERY == 0 and time.thread_time() > self._until:
            raise OutputStreamLimitError("out of time", token=None)
        return super().write(text)


class Template(BoundTemplate):
    """A parsed text under our budget."""

    context_class = _Context
    markups = MARKUPS

    def _get_buffer(self) -> _Output:
        return _Output(OUTPUT_BYTES)

    def make_partial_namespace(self, partial: bool, render_args: Mapping[str, object]) -> Mapping[str, object]:
        """Nothing is included here, so the library's own name `partial` must not hide a value of that name."""
        return dict(render_args)


_TAG_CLASSES: Final[tuple[type[Tag], ...]] = (
    content.Literal,
    output.Output,
    illegal.Illegal,
    if_tag.IfTag,
    unless_tag.UnlessTag,
    case_tag.CaseTag,
    for_tag.ForTag,
    for_tag.BreakTag,
    for_tag.ContinueTag,
    assign_tag.AssignTag,
    comment_tag.CommentTag,
)


class _Environment(Environment):
    template_class = Template
    block_nesting_limit = 10
    context_depth_limit = 15
    local_namespace_limit = VALUE_CHARACTERS
    output_stream_limit = OUTPUT_BYTES

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        for tag in _TAG_CLASSES:
            self.add_tag(tag)
        for name, function in FILTERS.items():
            self.add_filter(name, function)


def _date(value: object, pattern: str) -> str:
    """A date in the writer's form. Takes a date, a time or ISO text; never `now`, whose clock is not ours."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value)
    if not isinstance(value, datetime.date) or not _DATE_FORMAT.fullmatch(pattern):
        raise FilterArgumentError("not a date, or a date form that is not known", token=None)
    return value.strftime(pattern)


def _replace(value: object, old: object, new: object = "") -> str:
    text, sought, given = _text(value), _text(old), _text(new)
    if not sought:
        raise FilterArgumentError("replace needs a text to look for", token=None)
    _refuse_longer_than_allowed(len(text) + text.count(sought) * max(0, len(given) - len(sought)))
    return text.replace(sought, given)


def _join(value: object, between: object = " ") -> str:
    items = [_text(item) for item in value] if isinstance(value, list | tuple) else [_text(value)]
    separator = _text(between)
    _refuse_longer_than_allowed(sum(map(len, items)) + len(separator) * len(items))
    return separator.join(items)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _refuse_longer_than_allowed(characters: int) -> None:
    if characters > VALUE_CHARACTERS:
        raise OutputStreamLimitError("a value is too long", token=None)


def _bounded(function: Callable[..., Any]) -> Callable[..., Any]:
    """The filter, refusing a result that is longer than a value may be."""

    @functools.wraps(function)  # some filters carry marks by which the library knows what else to hand them
    def limited(*arguments: Any, **named: Any) -> Any:
        result = function(*arguments, **named)
        if isinstance(result, str):
            _refuse_longer_than_allowed(len(result))
        return result

    return limited


_ALLOWED: Final[dict[str, Callable[..., Any]]] = {
    "append": string.append,
    "capitalize": string.capitalize,
    "ceil": math.ceil,
    "date": _date,
    "default": misc.default,
    "divided_by": math.divided_by,
    "downcase": string.downcase,
    "escape": string.escape,
    "floor": math.floor,
    "join": _join,
    "lstrip": string.lstrip,
    "minus": math.minus,
    "plus": math.plus,
    "prepend": string.prepend,
    "remove": string.remove,
    "replace": _replace,
    "round": math.round_,
    "rstrip": string.rstrip,
    "size": misc.size,
    "slice": string.slice_,
    "strip": string.strip,
    "strip_newlines": string.strip_newlines,
    "times": math.times,
    "truncate": string.truncate,
    "truncatewords": string.truncatewords,
    "upcase": string.upcase,
    "url_encode": string.url_encode,
}
FILTERS: Final = {name: _bounded(function) for name, function in _ALLOWED.items()}
ENVIRONMENT: Final = _Environment(undefined=StrictUndefined)
