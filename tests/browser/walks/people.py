"""People: by hand, from a messy file, on lists, and one person's card."""

import pathlib
import re

from tests.browser.visitor import Visitor

_HEAD = "First name;Surname;Mobile;E-mail;Town;SMS opt in;Opt in date;Opt in source;Favourite shelf\n"


def messy_file(folder: pathlib.Path, block: int) -> pathlib.Path:
    """Fourteen rows as a shop types them: six with proof, one claim, one stop, and six kinds of trouble.

    `block` is the third group of the numbers, so that two walks write about different people.
    """
    number = f"402 {block}"
    rows = [
        f"Ines;Björk;+1 {number} 0001;ines@example.com;Omaha;yes;2026-03-14;till 7;Poetry",
        f"Tomás;Núñez;({number[:3]}) {block}-0002;;Lincoln;Y;2026-03-15;till 7;Travel",
        f"Dara;O'Hara;001 {number} 0003;DARA@EXAMPLE.COM;Omaha;TRUE;2026-04-02;paper card;",
        f"Aisha;Khan;+1.{number[:3]}.{block}.0004;;Omaha;opted in;2026-04-02;paper card;Crime",
        f"Wei;王;+1 {number} 0005;wei@example.org;;1;2026-05-20;web page;",
        f"Lena;Schröder;+1{number.replace(' ', '')}0006;;Bellevue;yes;2026-05-21;web page;Poetry",
        f"Omar;Iqbal;+1 {number} 0007;omar@example.com;Omaha;yes;;;",
        f"Sam;Smith-Jones;+1 {number} 0008;;Omaha;unsubscribed;2026-02-01;till 2;",
        f"Ines;Bjork;+1 {number} 0001;;Omaha;yes;2026-03-14;till 7;Poetry",
        "Ruth;Adeyemi;4.02558E+09;;Omaha;yes;2026-03-14;till 7;",
        "Paul;Kumari;see above;;Omaha;yes;2026-03-14;till 7;",
        "Nobody;;;;Omaha;yes;2026-03-14;till 7;",
        ";;;plain.example.com;Omaha;;;;",
        f"Mina;da Silva;+1 {number} 0009;mina@example.com;Omaha;;;;History",
    ]
    path = folder / "spring readers.csv"
    path.write_text(_HEAD + "\n".join(rows) + "\n", "utf-8")
    return path


def add_by_hand(visitor: Visitor, block: int) -> None:
    """One contact typed in: refused without a right number, then kept; a note and a tag on the card."""
    page = visitor.go("/contacts/new/")
    visitor.look("contact-new")
    page.get_by_label("First name").fill("Noor")
    page.locator("main").get_by_label("Phone").first.fill("12")
    page.get_by_role("button", name="Add contact").click()
    visitor.look("contact-refused", 422)
    page.locator("main").get_by_label("Phone").first.fill(f"+1 402 {block} 0020")
    page.get_by_role("button", name="Add contact").click()
    page.get_by_text("They said nothing about consent yet.").wait_for()
    visitor.look("contact-added")


def bring_in(visitor: Visitor, file: pathlib.Path, *, looking: bool = True) -> None:
    """Upload a file, say what its columns are and where its people agreed, check it, import it, read what happened."""
    page = visitor.go("/contacts/imports/upload/")
    visitor.look("import-upload")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("heading", name="What are these columns?").wait_for()
    visitor.look("import-columns")
    page.get_by_role("button", name="Check the file").click()
    visitor.look("import-columns-refused", 422)
    page.get_by_label("They agreed to").select_option(label="Offers")
    page.get_by_label("… or a new list").fill("Spring readers")
    page.get_by_label("I answer for it").check()
    page.get_by_role("button", name="Check the file").click()
    visitor.wait_for(page.get_by_role("button", name=re.compile(r"^Import \d")))
    visitor.look("import-checked")
    page.get_by_role("button", name=re.compile(r"^Import \d")).click()
    visitor.wait_for(page.get_by_role("link", name="See contacts"))
    visitor.look("import-result")
    visitor.go("/contacts/imports/")
    visitor.look("imports")


def look_at_people(visitor: Visitor) -> None:
    """The list of everybody, a list, a search, a card, its form."""
    page = visitor.go("/contacts/")
    visitor.look("contacts")
    visitor.go("/contacts/?q=nobody-is-called-so")
    visitor.look("contacts-not-found")
    visitor.go("/contacts/lists/")
    visitor.look("lists")
    page.get_by_role("link", name="Spring readers").click()
    page.get_by_text("List Spring readers").first.wait_for()
    visitor.look("list")
    page.get_by_role("link", name="Ines Björk").click()
    page.get_by_role("heading", name="Ines Björk").wait_for()
    visitor.look("contact")
    page.get_by_role("link", name="Change").first.click()
    page.get_by_label("First name").wait_for()
    visitor.look("contact-change")
    page.go_back()
