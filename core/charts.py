"""Small drawings as SVG: widths are attributes and colours are classes, so a strict style policy has nothing to refuse.

A drawing never stands alone: each takes the sentence a screen reader speaks, and its numbers stand beside it in text.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

TONES = ("yes", "wait", "no", "note", "plain", "brass")
SERIES = ("d1", "d2", "d3", "d4", "d0")
_CHART_WIDTH, _CHART_HEIGHT, _CHART_LEFT, _CHART_BASE, _CHART_TOP = 600, 236, 44, 208, 12


def fill(name: str) -> str:
    """The class that fills a shape: a tone (yes, wait, no, note, plain, brass) or a data series (d1 to d4, d0)."""
    if name in TONES:
        return f"fill-tone t-{name}"
    if name in SERIES:
        return name
    raise ValueError(f"unknown fill {name!r}; use one of {', '.join(TONES + SERIES)}")


def bar(parts: Sequence[tuple[str, float]], label: str, large: bool = True) -> SafeString:
    """A whole split into its parts, left to right; nothing but the track when the whole is zero.

    Shape: parts are (fill, amount) pairs.
    """
    total = sum(amount for _, amount in parts)
    pieces, start = [], 0.0
    for name, amount in parts:
        width = 100 * amount / total if total else 0
        if width:
            pieces.append((fill(name), f"{start:.2f}", f"{max(width - 0.25, 0.25):.2f}"))
        start += width
    rects = format_html_join("", '<rect class="{}" x="{}%" y="0" width="{}%" height="100%"/>', pieces)
    size = "bar bar-lg" if large else "bar"
    return format_html('<svg class="{}" role="img" aria-label="{}">{}</svg>', size, label, rects)


def ring(value: float, total: float, label: str, tone: str = "note", text: str = "") -> SafeString:
    """A clock: what is left of a term. Full at value = total, empty at zero."""
    share = min(max(value / total, 0), 1) if total else 0
    length = 2 * 3.14159265 * 16
    middle = format_html('<text class="ring-text" x="20" y="24.5" text-anchor="middle">{}</text>', text) if text else ""
    return format_html(
        '<svg class="size-10 shrink-0 t-{}" viewBox="0 0 40 40" role="img" aria-label="{}">'
        '<circle class="ring-track" cx="20" cy="20" r="16" fill="none" stroke-width="4"/>'
        '<circle class="ring-tone" cx="20" cy="20" r="16" fill="none" stroke-width="4" stroke-linecap="round" '
        'stroke-dasharray="{} {}" transform="rotate(-90 20 20)"/>{}</svg>',
        tone,
        label,
        f"{share * length:.2f}",
        f"{length:.2f}",
        middle,
    )


def sparkline(values: Iterable[float], label: str) -> SafeString:
    """A line without axes: the course of one number, scaled between zero and its highest value."""
    points = [float(value) for value in values]
    if len(points) < 2:
        points = (points or [0.0]) * 2
    top = max(points) or 1.0
    step = 100 / (len(points) - 1)
    path = " ".join(f"{index * step:.1f},{26 - 24 * value / top:.1f}" for index, value in enumerate(points))
    return format_html(
        '<svg class="block w-full h-7" viewBox="0 0 100 28" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<polyline class="rate-line" points="{}" fill="none" stroke-width="1.5" vector-effect="non-scaling-stroke"/></svg>',
        label,
        path,
    )


def columns(points: Sequence[dict[str, Any]], label: str) -> SafeString:
    """Stacked columns over time, with a grid and labels below.

    Shape: each point has `label`, `parts` ((fill, amount) pairs) and optionally `title`; the last one is today.
    """
    highest = max((sum(amount for _, amount in point["parts"]) for point in points), default=0)
    top = _round_up(highest)
    drawn = [_column(point, index, len(points), top) for index, point in enumerate(points)]
    return format_html(
        '<svg class="block w-full h-auto" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>',
        _CHART_WIDTH,
        _CHART_HEIGHT,
        label,
        _grid(top),
        format_html_join("", "{}", ((column,) for column in drawn)),
    )


def _round_up(highest: float) -> float:
    """The next of 2, 4, 10 times a power of ten: a top line whose half is a round number too."""
    step = 2.0
    for factor in _ladder():
        step = factor
        if step >= highest:
            break
    return step


def _ladder() -> Iterable[float]:
    for power in range(12):
        for factor in (2, 4, 10):
            yield float(factor * 10**power)


def _grid(top: float) -> SafeString:
    lines = []
    for share in (0, 0.5, 1):
        y = _CHART_BASE - (_CHART_BASE - _CHART_TOP) * share
        lines.append((_CHART_LEFT, f"{y:.1f}", _CHART_WIDTH, _CHART_LEFT - 8, f"{y + 4:.1f}", _short(top * share)))
    return format_html_join(
        "",
        '<path class="grid-line" d="M{} {}H{}"/><text class="axis" x="{}" y="{}" text-anchor="end">{}</text>',
        lines,
    )


def _short(number: float) -> str:
    for size, unit in ((1_000_000, "m"), (1_000, "k")):
        if number >= size:
            return f"{number / size:g}{unit}"
    return f"{number:g}"


def _column(point: dict[str, Any], index: int, count: int, top: float) -> SafeString:
    slot = (_CHART_WIDTH - _CHART_LEFT) / count
    width = min(22.0, slot * 0.6)
    x = _CHART_LEFT + slot * index + (slot - width) / 2
    y, rects = float(_CHART_BASE), []
    for name, amount in point["parts"]:
        height = (_CHART_BASE - _CHART_TOP) * amount / top
        if amount:
            y -= max(height, 1)
            rects.append((fill(name), f"{x:.1f}", f"{y:.1f}", f"{width:.1f}", f"{max(height, 1):.1f}"))
    last = index == count - 1
    emphasis = "axis-now" if last else ("axis-alt" if (count - 1 - index) % 2 else "")
    return format_html(
        '<g><title>{}</title>{}<text class="axis {}" x="{}" y="{}" text-anchor="{}">{}</text></g>',
        point.get("title", point["label"]),
        format_html_join("", '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', rects),
        emphasis,
        _CHART_WIDTH if last else f"{x + width / 2:.1f}",
        _CHART_BASE + 22,
        "end" if last else "middle",
        point["label"],
    )
