"""Names are asked of a real DNS server on loopback, within a bounded time."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from registry.fetching.names import MOST_TEXTS, NameAbsent, NameUnreachable, PublicNames

ZONE = {
    ("artist.example.", "A"): ["192.0.2.7", "192.0.2.8"],
    ("artist.example.", "AAAA"): ["2001:db8::7"],
    ("www.artist.example.", "CNAME"): ["artist.example."],
    ("_consent-registry.artist.example.", "TXT"): ['"one"', '"in two " "parts"'],
    ("many.example.", "TXT"): [f'"{n}"' for n in range(MOST_TEXTS + 20)],
}


PATIENCE_SECONDS = 60
"""An answer that was lost, as UDP may, is asked for again within that."""


def _serve(server: socket.socket) -> None:
    with suppress(OSError):  # at the end it is closed, be it between a question and its answer
        _answer(server)


def _answer(server: socket.socket) -> None:
    while True:
        wire, sender = server.recvfrom(65535)
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, kind = str(question.name), question.rdtype.name
        if name == "silent.example.":
            continue
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        if (name, "CNAME") in ZONE:
            target = ZONE[name, "CNAME"]
            response.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", *target))
            name = target[0]
        if (name, kind) in ZONE:
            response.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *ZONE[name, kind]))
        elif not any(name == known for known, _ in ZONE):
            response.set_rcode(dns.rcode.NXDOMAIN)
        server.sendto(response.to_wire(max_size=65535), sender)


@pytest.fixture
def names() -> Iterator[PublicNames]:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    threading.Thread(target=_serve, args=(server,), daemon=True).start()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], server.getsockname()[1]
    resolver.lifetime = (
        2 * PATIENCE_SECONDS
    )  # of its own; ours is the time that each question is given
    yield PublicNames(resolver)
    server.close()


def test_all_addresses_of_a_host_are_given_ipv4_first(names: PublicNames) -> None:
    found = ("192.0.2.7", "192.0.2.8", "2001:db8::7")
    assert names.addresses("artist.example", PATIENCE_SECONDS) == found
    assert names.addresses("www.artist.example", PATIENCE_SECONDS) == found


def test_the_texts_of_a_name_are_joined_and_bounded(names: PublicNames) -> None:
    assert set(names.texts("_consent-registry.artist.example", PATIENCE_SECONDS)) == {
        "one",
        "in two parts",
    }
    assert len(names.texts("many.example", PATIENCE_SECONDS)) == MOST_TEXTS


@pytest.mark.parametrize(
    "name", ["nobody.example", "a..example", "x" * 64 + ".example", ".".join(["x" * 60] * 5)]
)
def test_a_name_that_is_not_there_or_cannot_be_is_absent(names: PublicNames, name: str) -> None:
    with pytest.raises(NameAbsent):
        names.addresses(name, PATIENCE_SECONDS)
    with pytest.raises(NameAbsent):
        names.texts(name, PATIENCE_SECONDS)


def test_a_host_without_texts_has_none(names: PublicNames) -> None:
    with pytest.raises(NameAbsent):
        names.texts("artist.example", PATIENCE_SECONDS)


def test_silence_ends_with_the_time_given(names: PublicNames) -> None:
    began = time.monotonic()
    with pytest.raises(NameUnreachable):
        names.texts("silent.example", 0.5)
    assert time.monotonic() - began < PATIENCE_SECONDS
