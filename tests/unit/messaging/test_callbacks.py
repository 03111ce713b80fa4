"""The address a provider reports to: ours if it carries our mark, nobody's otherwise."""

import uuid

import pytest

from messaging.providers.callbacks import Callback, attempt_of, callback_url, read_callback
from messaging.providers.protocol import BadSignature

SECRET = b"sixteen bytes ok"
ATTEMPT = uuid.UUID("01936f5e-0000-7000-8000-0000000000aa")
OTHER = uuid.UUID("01936f5e-0000-7000-8000-0000000000ab")
BASE = "https://hooks.example.com/hooks/twilio"


def test_what_was_written_is_read_again_from_the_url_or_its_path() -> None:
    url = callback_url(BASE + "/", "t1", ATTEMPT, SECRET)

    whole, path = read_callback(url, SECRET), read_callback(url.removeprefix("https://hooks.example.com"), SECRET)

    assert url.startswith(f"{BASE}/t1/{ATTEMPT}?k=")
    assert whole == path == Callback("t1", ATTEMPT)


def test_the_mark_does_not_change_from_one_release_to_the_next() -> None:
    url = callback_url(BASE, "t1", ATTEMPT, SECRET)

    assert url == f"{BASE}/t1/{ATTEMPT}?k=vwfcdtQdLfG5gdtZAzZOvg"


FORGED = {
    "another attempt": lambda url: url.replace(str(ATTEMPT), str(OTHER)),
    "another account": lambda url: url.replace("/t1/", "/t2/"),
    "no mark": lambda url: url.partition("?")[0],
    "an empty mark": lambda url: url.partition("=")[0] + "=",
    "two marks": lambda url: url + "&" + url.partition("?")[2],
    "a mark cut short": lambda url: url[:-1],
    "a mark in other letters": lambda url: url.partition("=")[0] + "=" + url.partition("=")[2].swapcase(),
    "a mark that is no ASCII": lambda url: url + "é",
    "no attempt": lambda url: url.replace(str(ATTEMPT), "status"),
    "nothing": lambda url: "",
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_an_address_we_did_not_write_is_refused(forge) -> None:
    url = callback_url(BASE, "t1", ATTEMPT, SECRET)

    forged = forge(url)

    assert attempt_of(forged, SECRET) is None
    with pytest.raises(BadSignature):
        read_callback(forged, SECRET)


def test_another_secret_did_not_write_it() -> None:
    url = callback_url(BASE, "t1", ATTEMPT, b"another sixteen bytes")

    assert attempt_of(url, SECRET) is None
    assert attempt_of(url, b"") is None


@pytest.mark.parametrize("key", ["", "a/b", "a?b", "é", "a" * 65, "a b"])
def test_an_account_key_that_cannot_stand_in_an_address_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="account_key"):
        callback_url(BASE, key, ATTEMPT, SECRET)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        callback_url(BASE, "t1", ATTEMPT, b"short")
