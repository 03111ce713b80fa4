"""A person at a screen: goes to pages, looks at each in both themes, and hears every complaint of the browser."""

import contextlib
import dataclasses
import os
import pathlib
import time
from collections.abc import Iterator
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Response

from tests.browser import checks
from tests.browser.house import House
from tooling import places

Theme = Literal["light", "dark"]
#: "1" puts the chosen pictures into docs/screenshots; anything else is a folder that gets every picture
_PICTURES = os.environ.get("CARILLON_SCREENSHOTS", "")
_CHOSEN = frozenset(
    (places.PROJECT / "tests" / "browser" / "pictures.txt").read_text("utf-8").split()
)  # fmt: skip
_LOUD = "addEventListener('securitypolicyviolation', e => console.error(`csp: ${e.violatedDirective} ${e.blockedURI}`))"


@dataclasses.dataclass(frozen=True, slots=True)
class Screen:
    """A size of screen, and the theme its owner likes. Units: CSS pixels."""

    name: str
    width: int
    height: int
    theme: Theme

    @property
    def other_theme(self) -> Theme:
        """What the owner sees after dusk."""
        return "dark" if self.theme == "light" else "light"


DESKTOP = Screen("desktop", 1440, 900, "light")
PHONE = Screen("phone", 390, 844, "dark")


class Visitor:
    """One browser context. `names` are the pages looked at, `findings` what is wrong with them."""

    def __init__(self, context: BrowserContext, screen: Screen, house: House, *, script: bool = True) -> None:
        self.screen, self.house, self.script = screen, house, script
        self.names: list[str] = []
        self.findings: list[str] = []
        self.lesser: list[str] = []
        self.status = 0
        self._heard: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self._heard.append(f"script failed: {error}"))
        self.page.on("response", self._note)

    def go(self, path: str, host: str = "") -> Page:
        """Open an address of the product, or of another host of the house."""
        self.page.goto((host or self.house.url) + path)
        return self.page

    def wait_for(self, awaited: Locator, seconds: float = 30.0) -> None:
        """Wait until something is there that comes by itself; where scripts are off, load the page anew until it is.

        Errors: AssertionError or playwright's own when it does not come in time.
        """
        if self.script:
            awaited.wait_for(timeout=seconds * 1000)
            return
        deadline = time.monotonic() + seconds
        while not awaited.is_visible():
            assert time.monotonic() < deadline, f"{awaited} did not come"
            time.sleep(0.3)
            self.page.reload()

    @contextlib.contextmanager
    def beside(self, url: str) -> Iterator[Page]:
        """A second window for a moment, while the first goes on."""
        other = self.page.context.new_page()
        other.goto(url)
        try:
            yield other
        finally:
            other.wait_for_load_state()  # a tab that is closed while it goes somewhere may never answer
            other.close()

    def look(self, name: str, status: int = 200, part_status: int = 200) -> None:
        """Hold the page in view to everything, in both themes; `status` is what it must have been answered with, and
        `part_status` what a part of it was.

        Effects: findings are kept, not raised, so that one walk tells all of them.
        """
        assert name not in self.names, f"{name} was looked at already"
        self.names.append(name)
        self.page.wait_for_load_state()
        if not self.script:
            self._keep(name, (max(status, part_status), 0), checks.run_shape(self.page, self.screen.width))
            return
        page, screen = self.page, self.screen
        found = checks.run_shape(page, screen.width) + checks.run_axe(page)
        self._picture(name, screen.theme)
        page.emulate_media(color_scheme=screen.other_theme)
        found += checks.run_axe(page, only_colours=True)
        self._picture(name, screen.other_theme)
        page.emulate_media(color_scheme=screen.theme)
        found += checks.run_focus(page)
        self._keep(name, (status, part_status), found)

    def _keep(self, name: str, meant: tuple[int, int], found: list[checks.Finding]) -> None:
        where = f"{name} ({self.screen.name})"
        if self.status != meant[0]:
            self.findings.append(f"{where}: answered {self.status}, not {meant[0]}")
        self.findings += [f"{where}: {line}" for line in self._take_heard(max(meant))]
        for each in dict.fromkeys(found):
            kept = self.findings if each.is_grave else self.lesser
            kept.append(f"{where}: {each.impact} {each.rule}: {each.where}")

    def leave(self) -> None:
        """Count what the browser complained of after the last look."""
        self.findings += [f"after the last page ({self.screen.name}): {line}" for line in self._take_heard(0)]

    def _take_heard(self, status: int) -> list[str]:
        """What the browser complained of since the last look; a page that is meant to be an error may be called one."""
        heard, self._heard[:] = list(self._heard), []
        meant = (
            f"Failed to load resource: the server responded with a status of {status} ",
            f"Response Status Error Code {status} ",
        )
        return [line for line in heard if status < 400 or not line.startswith(meant)]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._heard.append(f"{message.text} {message.location.get('url', '')}")

    def _note(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.frame == self.page.main_frame:
            self.status = response.status

    def _picture(self, name: str, theme: str) -> None:
        if not _PICTURES or (_PICTURES == "1" and name not in _CHOSEN):
            return
        folder = places.PROJECT / "docs" / "screenshots" if _PICTURES == "1" else pathlib.Path(_PICTURES)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.{self.screen.name}.{theme}.png"
        whole = min(4000, max(self.screen.height, int(self.page.evaluate("document.documentElement.scrollHeight"))))
        # a screen as tall as the page, so that what sticks to an edge is at the edge of the picture
        self.page.set_viewport_size({"width": self.screen.width, "height": whole})
        self.page.screenshot(path=path, animations="disabled", caret="initial")
        self.page.set_viewport_size({"width": self.screen.width, "height": self.screen.height})


@contextlib.contextmanager
def visiting(browser: Browser, screen: Screen, house: House, *, script: bool = True) -> Iterator[Visitor]:
    """Somebody new at a screen, with nothing remembered."""
    context = browser.new_context(
        viewport={"width": screen.width, "height": screen.height},
        color_scheme=screen.theme,
        reduced_motion="reduce",
        is_mobile=screen is PHONE,
        has_touch=screen is PHONE,
        java_script_enabled=script,
        locale="en-US",
        timezone_id="America/Chicago",
    )
    context.set_default_timeout(30_000)
    context.add_init_script(_LOUD)
    visitor = Visitor(context, screen, house, script=script)
    try:
        yield visitor
    except Exception as error:
        error.add_note(f"at {visitor.page.url}, after:\n" + "\n".join([*visitor.findings, *visitor.names[-3:]]))
        raise
    finally:
        context.close()
