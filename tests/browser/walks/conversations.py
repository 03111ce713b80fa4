"""Somebody writes back: the question comes to the open page by itself, is answered there, and the answer is on the phone."""

import urllib.parse

from playwright.sync_api import Page

from tests.browser.visitor import Visitor

QUESTION = "Is there parking on Friday?"
ANSWER = "Yes, behind the house, free from six."
DOUBT = "Please don't call me, but when do you open?"


def answer_one(visitor: Visitor, phone: str, name: str) -> None:
    """From an empty inbox to an answer that arrived, with the reason why it was allowed."""
    page = visitor.go("/replies/")
    _write(visitor, phone, QUESTION)
    visitor.wait_for(page.get_by_text(QUESTION))
    visitor.look("replies-waiting")
    page.get_by_role("listitem").filter(has_text=QUESTION).get_by_role("link", name="Answer", exact=True).click()
    page.get_by_role("heading", name=name, level=1).wait_for()
    page.get_by_text("You may send this now.").wait_for()
    page.get_by_label("Message", exact=True).fill(ANSWER)
    visitor.look("conversation")
    page.get_by_role("button", name="Send the answer").click()
    page.get_by_role("log").get_by_text(ANSWER).wait_for()
    visitor.wait_for(page.get_by_role("log").get_by_text("Delivered").nth(1))
    visitor.look("conversation-answered")
    page.get_by_role("log").get_by_role("link", name="Why they got it").last.click()
    page.get_by_role("heading", name="The decision at the door").wait_for()
    visitor.look("why")
    visitor.go("/?" + urllib.parse.urlencode({"phone": phone}), visitor.house.sandbox.url)
    page.get_by_text(ANSWER).first.wait_for()


def refuse_one(visitor: Visitor, phone: str, name: str) -> None:
    """A question beside a plea to stop: protected first, and nobody can be answered before somebody judged it."""
    page = visitor.page
    _write(visitor, phone, DOUBT)
    visitor.go("/replies/?show=judge")
    visitor.wait_for(page.get_by_text(DOUBT))
    visitor.look("replies-judge")
    page.get_by_role("listitem").filter(has_text=DOUBT).get_by_role("link", name="Conversation").click()
    page.get_by_text("You may not: They said stop.").wait_for()
    visitor.look("conversation-stopped")
    page.get_by_role("link", name="Their card").click()
    page.get_by_role("heading", name=name, level=1).wait_for()
    if visitor.script:
        page.get_by_role("heading", name="Messages").wait_for()
    visitor.look("contact-messages")


def _write(visitor: Visitor, phone: str, text: str) -> None:
    address = visitor.house.sandbox.url + "/?" + urllib.parse.urlencode({"phone": phone})
    with visitor.beside(address) as handset:
        _send(handset, text)


def _send(handset: Page, text: str) -> None:
    handset.get_by_label("Message").fill(text)
    handset.get_by_label("Message").press("Enter")
    handset.get_by_text(text).first.wait_for()
