"""A signed question of the usual form: what the short way says to hold, the long way takes, with the same outcome."""

from typing import Any

import pytest

from registry.errors import SignatureRefused
from registry.signing.http_signature import parse_request_signature, verify_request
from registry.signing.keys import generate
from registry.signing.usual_request import UsualTarget, holds
from tests.signing.lookups import BODY, NOW, PLATFORM, URL, post, signed_headers

SKEW = 30


def environ(headers: dict[str, str]) -> dict[str, str]:
    """The fields as PEP 3333 names them."""
    return {"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()}


def by_the_long_way(headers: dict[str, str], body: bytes, key: Any, now: int) -> Any:
    """What was verified; None for a refusal."""
    request = post(headers, body=body)
    try:
        return verify_request(request, parse_request_signature(request), key, now, SKEW)
    except SignatureRefused:
        return None


USUAL = signed_headers()
CHANGES: list[dict[str, str]] = [
    {},
    {"content-digest": "sha-256=:AAAA:"},
    {"content-digest": USUAL["content-digest"] + ", sha-512=:AAAA:"},
    {"content-digest": " " + USUAL["content-digest"]},
    {"signature": USUAL["signature"].replace("sig1=:", "sig1=:A", 1)},
    {"signature": USUAL["signature"].replace("sig1=", "sig2=")},
    {"signature": ""},
    {"signature-input": USUAL["signature-input"].replace('"n-1"', '"n-2"')},
    {"signature-input": USUAL["signature-input"].replace("created=", "created=0")},
    {"signature-input": USUAL["signature-input"].replace(f"{NOW + 300}", f"{NOW + 301}")},
    {"signature-input": USUAL["signature-input"].replace(";nonce=", ';alg="ed25519";nonce=')},
    signed_headers(generate("ES256")),
    signed_headers(generate()),
    signed_headers(url=URL + "?a"),
    signed_headers(body=BODY + b" "),
    signed_headers(nonce="x" * 300),
]


@pytest.mark.parametrize("changes", CHANGES, ids=range(len(CHANGES)))
@pytest.mark.parametrize("now", [NOW, NOW - SKEW, NOW - SKEW - 1, NOW + 330, NOW + 331])
@pytest.mark.parametrize("body", [BODY, BODY + b" ", b""])
def test_what_holds_by_the_short_way_is_verified_by_the_long_way(
    changes: dict[str, str], now: int, body: bytes
) -> None:
    headers = {**USUAL, **changes}
    read = UsualTarget(URL).read(environ(headers), body)
    if read is None or not holds(read, PLATFORM.public, now, SKEW):
        return
    verified = by_the_long_way(headers, body, PLATFORM.public, now)
    assert verified is not None
    assert verified.base == read.base
    assert (verified.keyid, verified.nonce) == (read.parsed.keyid, read.parsed.nonce)
    assert (verified.created, verified.expires) == (read.parsed.created, read.parsed.expires)
    assert verified.request_signature.value == read.parsed.signature
    assert read.signed_request().field("content-digest") == read.digest


@pytest.mark.parametrize("now", [NOW, NOW - SKEW, NOW + 330])
def test_what_sign_request_writes_goes_the_short_way(now: int) -> None:
    read = UsualTarget(URL).read(environ(USUAL), BODY)
    assert read is not None
    assert holds(read, PLATFORM.public, now, SKEW)
    assert by_the_long_way(USUAL, BODY, PLATFORM.public, now) is not None


def test_what_does_not_hold_is_left_to_the_long_way() -> None:
    read = UsualTarget(URL).read(environ(USUAL), BODY)
    assert read is not None
    assert not holds(read, generate().public, NOW, SKEW)
    assert not holds(read, generate("ES256").public, NOW, SKEW)
    assert not holds(read, PLATFORM.public, NOW - SKEW - 1, SKEW)
    assert not holds(read, PLATFORM.public, NOW + 331, SKEW)
    assert UsualTarget(URL).read(environ(USUAL), BODY + b" ") is None
    assert UsualTarget(URL).read({}, BODY) is None
