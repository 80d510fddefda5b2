"""X-Forwarded-For is believed as far as the proxies that wrote it are trusted, and no further."""

import pytest

from registry.client_address import client_address, is_loopback, parse_trusted_proxies
from registry.errors import ConfigurationError


def seen(trusted, peer, forwarded=None):
    environ = {"REMOTE_ADDR": peer}
    if forwarded is not None:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded
    return client_address(environ, parse_trusted_proxies(trusted, "X"))


def test_nobody_is_believed_unless_it_is_said():
    assert seen("", "192.0.2.1", "198.51.100.7") == "192.0.2.1"


@pytest.mark.parametrize(
    ("number", "forwarded", "address"),
    [
        ("1", "198.51.100.7", "198.51.100.7"),
        ("1", "203.0.113.66, 198.51.100.7", "198.51.100.7"),  # the first was written by the client
        ("2", "203.0.113.66, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("2", "198.51.100.7", "198.51.100.7"),
        ("1", None, "10.0.0.1"),
        ("1", "", "10.0.0.1"),
        ("1", "unknown", "10.0.0.1"),
        ("1", "198.51.100.7:4711", "198.51.100.7"),
        ("1", "[2001:db8::7]:4711", "2001:db8::7"),
        ("1", "::ffff:198.51.100.7", "198.51.100.7"),
    ],
)
def test_so_many_proxies_in_a_row_are_believed(number, forwarded, address):
    assert seen(number, "10.0.0.1", forwarded) == address


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("10.0.0.1", "203.0.113.66, 198.51.100.7, 10.2.0.1", "198.51.100.7"),
        ("192.0.2.1", "198.51.100.7", "192.0.2.1"),  # no proxy of ours
        ("10.0.0.1", "10.9.9.9", "10.9.9.9"),
        ("::1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "garbage, 10.0.0.2", "10.0.0.2"),
    ],
)
def test_proxies_in_these_networks_are_believed(peer, forwarded, address):
    assert seen("10.0.0.0/8, ::1", peer, forwarded) == address


@pytest.mark.parametrize("text", ["many", "-1", "10.0.0.0/40", "10.0.0.1/8", "100", "1.5"])
def test_what_cannot_be_meant_is_refused(text):
    with pytest.raises(ConfigurationError) as refused:
        parse_trusted_proxies(text, "REGISTRY_TRUSTED_PROXIES")
    assert refused.value.field == "REGISTRY_TRUSTED_PROXIES"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost", "a.localhost"]
)
def test_loopback_is_this_machine_alone(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "10.0.0.1", "localhost.example", "127.0.0.1.example", "", "127.1"]
)
def test_everything_else_is_not(host: str) -> None:
    assert not is_loopback(host)
