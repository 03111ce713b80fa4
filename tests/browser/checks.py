"""What every page is held to: axe-core, one heading, a title, no sideways scroll, a focus one can see."""

import dataclasses
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

_GRAVE = ("serious", "critical")
# an entry of a long menu is like its neighbours: most of them step aside while axe looks, which halves its work on forms
_AXE = """async options => {
  const aside = []
  for (const menu of document.querySelectorAll('select')) {
    for (const entry of [...menu.options].slice(5).filter(option => !option.selected).reverse()) {
      aside.push([entry.parentNode, entry, entry.nextSibling])
      entry.remove()
    }
  }
  const found = await axe.run(document, options)
  for (const [menu, entry, next] of aside.reverse()) menu.insertBefore(entry, next)
  return found
}"""
_OPTIONS = {"resultTypes": ["violations"], "preload": False, "runOnly": {"type": "tag", "values": [
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice",
]}}  # fmt: skip
#: what can change when only the colours do
_COLOURS = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}

_SHAPE = """width => {
  const shown = node => node.checkVisibility({ visibilityProperty: true })
  const wide = [...document.querySelectorAll('body *')].filter(node => shown(node)
    && node.getBoundingClientRect().right > width + 1 && getComputedStyle(node).position !== 'fixed'
    && !node.closest('.tabs, pre, code, .overflow-x-auto, .sr-only, [popover], dialog'))
  return {
    title: document.title.trim(),
    headings: [...document.querySelectorAll('h1')].filter(shown).length,
    across: document.documentElement.scrollWidth,
    wide: wide.slice(-3).map(node => node.outerHTML.slice(0, 90)),
  }
}"""

# the keyboard has just been used, so the browser shows focus that a script moves
_FOCUS = """() => {
  const place = document.querySelector('dialog[open], [popover]:popover-open') ?? document.querySelector('main')
  const controls = (place ?? document.body).querySelectorAll(
    'a[href], button:not(:disabled), input:not([type=hidden]):not(:disabled), select:not(:disabled), textarea, summary')
  const first = [...controls].find(node => node.checkVisibility({ visibilityProperty: true }))
  if (!first) return ''
  const look = () => { const s = getComputedStyle(first); return [s.outlineStyle, s.outlineWidth, s.boxShadow] }
  first.blur()
  const before = look()
  first.focus({ preventScroll: true })
  const [style, width, shadow] = look()
  first.blur()
  const ring = style !== 'none' && parseFloat(width) >= 1.5
  return ring || shadow !== before[2] ? '' : first.outerHTML.slice(0, 120)
}"""


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a page: how grave, what, and where."""

    impact: str
    rule: str
    where: str

    @property
    def is_grave(self) -> bool:
        """Whether it may not stay."""
        return self.impact in _GRAVE


def run_axe(page: Page, *, only_colours: bool = False) -> list[Finding]:
    """What axe-core finds on the page as it stands. The script goes in past the page's own policy."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: dict[str, Any] = page.evaluate(_AXE, _COLOURS if only_colours else _OPTIONS)
    return [
        Finding(each["impact"] or "minor", each["id"], " | ".join(_spot(node) for node in each["nodes"][:4]))
        for each in found["violations"]
    ]


def _spot(node: dict[str, Any]) -> str:
    why = next((line["message"] for line in [*node["any"], *node["all"], *node["none"]]), "")
    return f"{' '.join(map(str, node['target']))} [{node['html'][:110]}] {why[:160]}"


def run_shape(page: Page, width: int) -> list[Finding]:
    """One visible h1, a title, nothing wider than the screen."""
    shape: dict[str, Any] = page.evaluate(_SHAPE, width)
    found = []
    if not shape["title"] or shape["title"].startswith("·"):
        found.append(Finding("serious", "title", f"the title is “{shape['title']}”"))
    if shape["headings"] != 1:
        found.append(Finding("serious", "one-h1", f"{shape['headings']} visible h1"))
    if shape["across"] > width:
        found.append(Finding("serious", "sideways", f"{shape['across']} px on {width}: {shape['wide']}"))
    return found


def run_focus(page: Page) -> list[Finding]:
    """The first control of the page shows that it has the focus."""
    page.keyboard.press("Tab")
    hidden: str = page.evaluate(_FOCUS)
    return [Finding("serious", "focus", hidden)] if hidden else []
