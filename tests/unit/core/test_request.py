"""What every request gets first: an id, and the one true client address."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from core.middleware import RequestIdMiddleware, client_address, request_id

PROXIES = ["10.0.0.1", "10.0.0.2", "2001:db8::1"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.5", None, "203.0.113.5"),
        ("203.0.113.5", "198.51.100.7", "203.0.113.5"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "10.0.0.2", "10.0.0.1"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", " , ,", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7, ", "198.51.100.7"),
        ("10.0.0.1", "::ffff:198.51.100.7", "198.51.100.7"),
        ("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("2001:db8::1", "2001:DB8::99", "2001:db8::99"),
        ("2001:0db8:0::1", "2001:db8::99", "2001:db8::99"),
        ("10.0.0.1", "<script>", "10.0.0.1"),
        ("", "198.51.100.7", ""),
        ("unix:", "198.51.100.7", ""),
    ],
)
def test_the_address_is_the_peers_or_the_last_one_a_known_proxy_saw(settings, peer, forwarded, expected):
    settings.TRUSTED_PROXIES = PROXIES
    extra = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}

    assert client_address(RequestFactory().get("/", REMOTE_ADDR=peer, **extra)) == expected


def test_what_stands_left_of_a_garbled_entry_is_not_believed(settings):
    settings.TRUSTED_PROXIES = PROXIES
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.7, unknown")

    assert client_address(request) == "10.0.0.1"


def test_every_request_gets_an_id_of_ours_whatever_the_client_sends():
    request = RequestFactory().get("/", HTTP_X_REQUEST_ID="mine")

    answer = RequestIdMiddleware(lambda _request: HttpResponse())(request)

    assert answer["X-Request-Id"] == str(request_id(request)) == str(request.request_id)
    assert request.request_id.version == 7
