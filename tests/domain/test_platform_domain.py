"""Which names can be a platform's domain, and what proves one."""

import pytest

from registry.domain.control import Means, proved_by_page, proved_by_records
from registry.domain.platform_domain import domain_challenge, parse_domain
from registry.errors import InvalidInput

ISSUER, PLATFORM = "did:web:registry.example", "01a2022a-5fc1-70aa-aa07-1d7071fa0eb2"


@pytest.mark.parametrize(
    "text", ["Example.com", "example.com/", " https://example.com ", "http://EXAMPLE.com:80/"]
)
def test_a_domain_has_one_form(text: str) -> None:
    assert parse_domain(text) == "example.com"


def test_a_name_in_another_script_becomes_what_dns_knows() -> None:
    assert parse_domain("https://faß.de") == "xn--fa-hia.de"


@pytest.mark.parametrize(
    "text",
    [
        *("", "localhost", "127.0.0.1", "[::1]", "http://0x7f.1", "example.com/a", "example.com?a"),
        *("example.com:8443", "co.uk", "github.io", "user:pass@example.com", "ftp://example.com"),
        *("a" * 300 + ".com", "exa mple.com", "com"),
    ],
)
def test_what_nobody_can_speak_for_is_no_domain(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_domain(text)
    assert refused.value.field == "domain"


def test_only_the_hosts_own_file_and_dns_prove_a_domain() -> None:
    asked = domain_challenge(ISSUER, PLATFORM, "example.com")
    file, dns = asked.ways
    assert (file.means, file.place) == (
        Means.HOST_FILE,
        "https://example.com/.well-known/consent-registry.txt",
    )
    assert (dns.means, dns.place) == (Means.DNS, "_consent-registry.example.com")
    assert proved_by_page(asked, file, "text/plain", file.line.encode(), cut=False) is None
    assert proved_by_page(asked, file, "text/html", file.line.encode(), cut=False) is not None
    assert proved_by_records(asked, dns, ("v=spf1 -all", dns.line)) is None


def test_the_code_of_another_platform_domain_or_registry_proves_nothing() -> None:
    asked = domain_challenge(ISSUER, PLATFORM, "example.com")
    others = [
        domain_challenge(ISSUER, PLATFORM, "example.org"),
        domain_challenge(ISSUER, PLATFORM.replace("a", "b"), "example.com"),
        domain_challenge("did:web:other.example", PLATFORM, "example.com"),
    ]
    assert len({asked.token, *(each.token for each in others)}) == 4
    for each in others:
        assert proved_by_records(asked, asked.ways[1], (each.token,)) is not None
