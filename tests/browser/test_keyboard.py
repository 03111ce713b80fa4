"""Hands on the keyboard alone: everything is reached in order, every stop on the way can be seen."""

from playwright.sync_api import Browser, Page

from tests.browser.house import House
from tests.browser.visitor import DESKTOP, visiting
from tests.browser.walks import entrance
from tests.browser.walks.entrance import Newcomer

_HERE = """() => {
  const node = document.activeElement
  const style = getComputedStyle(node)
  const box = node.getBoundingClientRect()
  return {
    words: (node.innerText || node.getAttribute('aria-label') || node.name || '').trim(),
    ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1.5,
    inView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  }
}"""
_MOST_STOPS = 60


def walk_to(page: Page, words: str, hidden: list[str]) -> None:
    """Press Tab until the focus is on something with these words; a stop that cannot be seen goes on the list."""
    for _ in range(_MOST_STOPS):
        page.keyboard.press("Tab")
        here = page.evaluate(_HERE)
        if not (here["ring"] and here["inView"]):
            hidden.append(here["words"])
        if here["words"] == words:
            return
    raise AssertionError(f"{words} is not within {_MOST_STOPS} stops of the keyboard")


def test_all_sending_is_stopped_and_resumed_by_keyboard_alone(house: House, browser: Browser) -> None:
    hidden: list[str] = []
    with visiting(browser, DESKTOP, house) as visitor:
        entrance.sign_up(visitor, Newcomer("Kay Board", "kay@people.example", "Keys"), looking=False)
        page = visitor.go("/contacts/new/")

        walk_to(page, "Skip to content", hidden)
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.reload()
        walk_to(page, "Stop all sending", hidden)
        page.keyboard.press("Enter")
        assert page.evaluate(_HERE)["words"] == "Keep sending"
        walk_to(page, "Stop all sending", hidden)
        page.keyboard.press("Enter")
        page.get_by_text("All sending is stopped.").wait_for()
        walk_to(page, "Resume sending", hidden)
        page.keyboard.press("Enter")
        page.get_by_text("Messages leave again.").wait_for()

        assert hidden == []


def test_a_dialog_opened_by_keyboard_closes_with_escape_and_gives_the_focus_back(
    house: House, browser: Browser
) -> None:
    with visiting(browser, DESKTOP, house) as visitor:
        entrance.sign_up(visitor, Newcomer("Esc Ape", "esc@people.example", "Keys"), looking=False)
        page = visitor.go("/")

        walk_to(page, "Stop all sending", [])
        page.keyboard.press("Enter")
        page.get_by_role("dialog").get_by_text("Stop everything").wait_for()
        page.keyboard.press("Escape")

        assert not page.get_by_role("dialog").is_visible()
        assert page.evaluate(_HERE)["words"] == "Stop all sending"


def test_nothing_moves_for_whoever_asked_for_less_motion(house: House, browser: Browser) -> None:
    with visiting(browser, DESKTOP, house) as visitor:
        page = visitor.go("/style/")

        moving = page.evaluate("""() => [...document.querySelectorAll('*')].filter(node => {
          const style = getComputedStyle(node)
          const longest = text => Math.max(...text.split(',').map(parseFloat))
          const animated = style.animationName !== 'none' && longest(style.animationDuration) > 0.01
          return animated || longest(style.transitionDuration) > 0.01
        }).map(node => node.outerHTML.slice(0, 80))""")

        assert moving == []
