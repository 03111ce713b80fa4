"""Templates with more than words: a picture at the head, cards side by side, a code."""

import pathlib

from tests.browser.visitor import Visitor
from tests.factories import pictures


def write_with_a_picture(visitor: Visitor, folder: pathlib.Path) -> None:
    """A picture, a text, and a button of every kind; first without the picture, which is refused."""
    page = visitor.page
    file = folder / "spring.png"
    file.write_bytes(pictures.png())
    visitor.go("/templates/new/")
    _basics(visitor, "spring_offer")
    page.get_by_label("At the head").select_option("image")
    page.get_by_label("Text", exact=True).fill("Hello {{1}}, the spring list is open for you from today on.")
    for row, kind, words, value in (
        (1, "quick_reply", "Not now", ""),
        (2, "url", "See it", "https://example.com/spring"),
        (3, "copy_code", "", "SPRING26"),
        (4, "flow", "Choose a day", "123456789"),
    ):
        page.locator(f"#id_button_{row}_kind").select_option(kind)
        page.locator(f"#id_button_{row}_title").fill(words)
        page.locator(f"#id_button_{row}_value").fill(value)
    page.get_by_label("Samples").fill("1 = Ines")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("There is no picture yet").first.wait_for()
    visitor.look("template-picture-refused", 422)
    page.locator("#id_header_file").set_input_files(file)
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("Submit it when it is ready").wait_for()
    visitor.look("template-picture")


def write_cards(visitor: Visitor, folder: pathlib.Path) -> None:
    """Three cards instead of two, each with its picture and its buttons."""
    page = visitor.page
    visitor.go("/templates/new/?kind=cards")
    _basics(visitor, "tea_cards")
    page.get_by_label("Text above the cards").fill("Three teas are back in the shop today.")
    page.locator("#id_card_count").select_option("3")
    page.get_by_role("button", name="Show that many cards").click()
    page.locator("#id_card_3_body").wait_for()
    visitor.look("template-cards-form")
    page.locator("#id_card_button_1").select_option("quick_reply")
    for card, red in ((1, 90), (2, 140), (3, 190)):
        file = folder / f"tea{card}.png"
        file.write_bytes(pictures.png(red, 110, 70))
        page.locator(f"#id_card_{card}_file").set_input_files(file)
        page.locator(f"#id_card_{card}_body").fill(f"Tea number {card}, from the first harvest of the year.")
        page.locator(f"#id_card_{card}_button_1_title").fill("Keep me one")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("Submit it when it is ready").wait_for()
    visitor.look("template-cards")


def write_code(visitor: Visitor) -> None:
    """A code, in WhatsApp's words."""
    page = visitor.page
    visitor.go("/templates/new/?kind=code")
    visitor.look("template-code-form")
    page.get_by_label("Name", exact=True).fill("sign_in")
    page.get_by_label("Minutes it is good for").fill("10")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("Submit it when it is ready").wait_for()
    visitor.look("template-code")


def _basics(visitor: Visitor, name: str) -> None:
    page = visitor.page
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Language", exact=True).select_option("en_US")
    page.get_by_role("radio").last.check()
