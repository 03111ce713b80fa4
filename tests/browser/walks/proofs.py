"""The proof of what one person agreed to: filed with a scan, handed over as a receipt, taken away and checked."""

import json
import pathlib
import subprocess
import sys
import zipfile

from tests.browser.visitor import Visitor
from tests.browser.walks.consent import WORDS

#: one white pixel
SCAN = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63f80f0001010100b138f614"
    "0000000049454e44ae426082"
)


def take_a_proof(visitor: Visitor, folder: pathlib.Path) -> None:
    """Record an agreement with its scan, look at it, take the proof, read its page, check it and see its key published."""
    page = visitor.page
    page.get_by_role("button", name="Publish").click()
    page.get_by_label("Channel").select_option("sms")
    page.get_by_label("The words, exactly").fill(WORDS)
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("Version 1 is in force.").wait_for()
    _add_noor(visitor)
    _file_a_scan(visitor)
    page.go_back()
    page.goto(visitor.house.url + "/contacts/")
    page.locator("main").get_by_role("link", name="Noor").first.click()
    page.get_by_role("button", name="Proof of consent").wait_for()
    visitor.look("contact-proof")
    with page.expect_download() as download:
        page.get_by_role("button", name="Proof of consent").click()
    _check(visitor, pathlib.Path(download.value.path()), folder)
    visitor.go("/consent/keys/")
    visitor.look("proof-keys")


def _add_noor(visitor: Visitor) -> None:
    page = visitor.go("/contacts/new/")
    page.get_by_label("First name").fill("Noor")
    page.locator("main").get_by_label("Phone").first.fill("+1 402 558 0021")
    page.get_by_role("button", name="Add contact").click()
    page.get_by_text("They said nothing about consent yet.").wait_for()


def _file_a_scan(visitor: Visitor) -> None:
    page = visitor.page
    page.locator("section[aria-labelledby=addresses] a[href*='/consent/points/']").first.click()
    page.get_by_role("link", name="Record consent").click()
    page.get_by_label("When they agreed").fill("2026-10-01T12:00")
    page.get_by_label("The words they agreed to").select_option(index=1)
    file = {"name": "card.png", "mimeType": "image/png", "buffer": b"not a picture"}
    page.get_by_label("The proof itself").set_input_files(file)
    page.get_by_role("button", name="Record consent").click()
    page.locator(".error").first.wait_for()
    visitor.look("record-file-refused", part_status=422)
    page.get_by_label("The proof itself").set_input_files({**file, "buffer": SCAN})
    page.get_by_role("button", name="Record consent").click()
    page.locator("a[href*='/consent/events/']").first.click()
    page.get_by_role("heading", level=1).wait_for()
    visitor.look("receipt-with-file")


def _check(visitor: Visitor, file: pathlib.Path, folder: pathlib.Path) -> None:
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder)
    key = json.loads((folder / "keys.json").read_text())["keys"][0]["public_key"]
    run = [sys.executable, "-I", str(folder / "verify.py"), "--key", key]
    said = subprocess.run(run, capture_output=True, text=True, check=True, timeout=60).stdout
    assert said.startswith("VALID: 10 files, 1 events"), said
    with visitor.beside((folder / "proof.html").as_uri()) as page:
        page.set_viewport_size({"width": 375, "height": 800})
        assert page.get_by_role("heading", name="Agreed: Offers, SMS").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.screenshot(path=folder / "proof.png", full_page=True)
