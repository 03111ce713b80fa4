"""Trying the API out from its own page: a real request with a test key, which stays in the browser."""

from tests.browser.visitor import Visitor

_LIVE = "crl_live_000000000000_0_000000"


def make_test_key(visitor: Visitor) -> str:
    """A key for trying things out, as its page shows it once."""
    page = visitor.go("/settings/keys/")
    page.get_by_label("Application").fill("first steps")
    for box in page.get_by_role("group").get_by_role("checkbox").all():
        box.check()
    page.get_by_label("For trying things out").check()
    page.get_by_role("button", name="Make key").click()
    page.get_by_text("only time you see the key").wait_for()
    return page.locator("#new-key").inner_text().strip()


def try_it(visitor: Visitor, key: str) -> list[str]:
    """Ask for the organisation: without a key, with a live one, with the test key. The addresses that were asked."""
    asked: list[str] = []
    page = visitor.go("/api/v1/docs/")
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("link", name="Try it").click()
    operation = page.locator("#operations-organization-get_organization")
    operation.wait_for()
    visitor.look("api-try")
    operation.get_by_role("button").first.click()
    execute = operation.get_by_role("button", name="Execute")
    execute.click()
    page.get_by_text("Paste a test key first.").first.wait_for()
    field = page.get_by_label("A key made under")
    field.fill(_LIVE)
    execute.click()
    page.get_by_text("This is no test key.").first.wait_for()
    assert not [url for url in asked if url.endswith("/organization/")]
    field.fill(key)
    execute.click()
    operation.get_by_text('"currency"').first.wait_for()
    call = operation.locator("pre.curl").inner_text()
    assert '-H "Authorization: Bearer $KEY"' in call
    assert key not in call
    visitor.look("api-tried")
    return asked
