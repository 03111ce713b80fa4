"""A person with a browser, as the check sees one: keeps cookies, follows links, fills in the forms that pages show."""

import dataclasses
import html
import html.parser
import http.cookiejar
import json
import re
import secrets
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence

_PATIENCE_SECONDS = 30
Fields = Mapping[str, str | Sequence[str]]


class UnexpectedPage(Exception):
    """A page was not what the visitor came for; the text says which and what it showed."""


@dataclasses.dataclass(frozen=True, slots=True)
class File:
    """A file chosen in a form."""

    name: str
    content: bytes


@dataclasses.dataclass
class Form:
    """One form of a page: where it goes, and what it holds before anybody types."""

    action: str = ""
    fields: dict[str, str | Sequence[str]] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """An answer: status, the address it came from after all redirects, and its text."""

    status: int
    url: str
    text: str

    @property
    def path(self) -> str:
        """The address without host."""
        return urllib.parse.urlsplit(self.url).path

    @property
    def words(self) -> str:
        """What a person reads, without marks, spaces closed up."""
        bare = re.sub(r"<(script|style)\b.*?</\1>", " ", self.text, flags=re.DOTALL)
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", bare)).split())

    @property
    def main(self) -> str:
        """The words of the page's own part, without the frame around it."""
        inner = re.search(r"<main\b.*?</main>", self.text, re.DOTALL)
        return Page(self.status, self.url, inner[0]).words if inner else self.words

    def form(self, part_of_action: str = "") -> Form:
        """The form with this very address, else the first whose address contains it; "" is the page's own, to where it is.

        Errors: UnexpectedPage when there is none.
        """
        reader = _FormReader()
        reader.feed(self.text)
        posting = [form for form in reader.forms if "csrfmiddlewaretoken" in form.fields]
        for form in posting:
            form.action = form.action or self.path
        exact = [form for form in posting if form.action == (part_of_action or self.path)]
        near = [form for form in posting if part_of_action in form.action and "logout" not in form.action]
        if exact or near:
            return (exact or near)[0]
        raise UnexpectedPage(f"{self.path} shows no form for {part_of_action or 'anything'}: {self.main[:600]}")

    def find(self, pattern: str) -> str:
        """The first group of the first match in the marks of the page.

        Errors: UnexpectedPage when nothing matches.
        """
        found = re.search(pattern, self.text, re.DOTALL)
        if found is None:
            raise UnexpectedPage(f"{self.path} ({self.status}) lacks {pattern}: {self.main[:600]}")
        return html.unescape(found[1])


class Visitor:
    """One browser at one host."""

    def __init__(self, base: str) -> None:
        self._base = base
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)

    def get(self, path: str) -> Page:
        """Open a page, redirects followed; any status is an answer."""
        return self._open(urllib.request.Request(urllib.parse.urljoin(self._base, path)))  # noqa: S310

    def fill(self, page: Page, typed: Fields, part_of_action: str = "", file: File | None = None) -> Page:
        """Fill in a form of a page and send it; what is not typed keeps what the page put there.

        Errors: UnexpectedPage when the form is not there, or comes back with something to correct.
        """
        form = page.form(part_of_action)
        fields = form.fields | dict(typed)
        body, kind = _multipart(fields, file) if file else (_urlencoded(fields), "application/x-www-form-urlencoded")
        target = urllib.parse.urljoin(page.url, form.action)
        headers = {"Content-Type": kind, "Referer": page.url, "Origin": self._base}
        answer = self._open(urllib.request.Request(target, data=body, headers=headers))  # noqa: S310
        if answer.status >= 400:
            problems = re.findall(r'class="(?:error|[^"]*\bt-no\b)[^"]*"[^>]*>(.*?)</', answer.text, re.DOTALL)
            told = " ".join(re.sub(r"<[^>]*>", " ", " ".join(problems)).split()) or answer.main[:600]
            raise UnexpectedPage(f"{answer.path} was answered with {answer.status}: {told[:400]}")
        return answer

    def send(self, path: str, fields: Fields) -> str:
        """Send a form of a page that needs no token, as its script does; answers the problem it reports, maybe empty."""
        headers = {"Accept": "application/json", "Origin": self._base}
        target = urllib.parse.urljoin(self._base, path)
        page = self._open(urllib.request.Request(target, data=_urlencoded(fields), headers=headers))  # noqa: S310
        return str(json.loads(page.text).get("problem", "")) if page.status == 200 else f"status {page.status}"

    def _open(self, request: urllib.request.Request) -> Page:
        try:
            with self._opener.open(request, timeout=_PATIENCE_SECONDS) as answer:
                return Page(answer.status, answer.url, answer.read().decode("utf-8", "replace"))
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Page(refusal.code, refusal.url, refusal.read().decode("utf-8", "replace"))


class _FormReader(html.parser.HTMLParser):
    """Collects forms with the values their controls hold."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note a form, or a control of the one that is open."""
        found = {name: value or "" for name, value in attributes}
        name = found.get("name", "")
        if tag == "form":
            self._open = Form(found.get("action", ""))
            self.forms.append(self._open)
        elif self._open is None:
            return
        elif tag == "input" and name:
            self._take_input(name, found)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in found or self._select not in self._open.fields):
            self._open.fields[self._select] = found.get("value", "")
        elif tag == "textarea":
            self._area = name
            self._open.fields[name] = ""

    def _take_input(self, name: str, found: Mapping[str, str]) -> None:
        assert self._open is not None
        kind = found.get("type", "text")
        if kind in ("submit", "button", "file") or (kind in ("checkbox", "radio") and "checked" not in found):
            return
        known = self._open.fields.get(name)
        value = found.get("value", "on")
        if kind != "checkbox":
            value = found.get("value", "")
        self._open.fields[name] = [*known, value] if isinstance(known, list) else value

    def handle_endtag(self, tag: str) -> None:
        """Close what was open."""
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        """The text of a text area; its first line end belongs to the mark."""
        if self._area and self._open is not None:
            self._open.fields[self._area] = str(self._open.fields[self._area]) + data.removeprefix("\n")


def _urlencoded(fields: Fields) -> bytes:
    return urllib.parse.urlencode(fields, doseq=True).encode()


def _multipart(fields: Fields, file: File) -> tuple[bytes, str]:
    mark = secrets.token_hex(16)
    parts = []
    for name, value in fields.items():
        for each in [value] if isinstance(value, str) else value:
            parts.append(f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{each}\r\n'.encode())
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n'
    parts.append(f"{head}Content-Type: text/csv\r\n\r\n".encode() + file.content + b"\r\n")
    return b"".join(parts) + f"--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"
