"""Where a request comes from."""

from ipaddress import ip_network

import pytest
from django.test import RequestFactory

from segrec_site.clients import client_address, is_on_this_machine


def request(peer: str, forwarded: str | None = None):
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "not an address", "not an address"),
        ("", None, ""),
    ],
)
def test_only_trusted_proxies_are_believed(settings, peer, forwarded, address):
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/24")]

    assert client_address(request(peer, forwarded)) == address


@pytest.mark.parametrize(
    ("peer", "forwarded", "here"),
    [
        ("127.0.0.1", None, True),
        ("::1", None, True),
        ("127.0.0.1", "198.51.100.7", False),
        ("198.51.100.7", None, False),
        ("", None, False),
    ],
)
def test_a_proxy_on_this_machine_speaks_for_others(peer, forwarded, here):
    assert is_on_this_machine(request(peer, forwarded)) is here
