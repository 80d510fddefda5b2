"""Content-Digest (RFC 9530)."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import SignatureRefused
from registry.signing.http_signature import check_content_digest, content_digest

BODY = b'{"hello": "world"}'
SHA_256 = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
SHA_512 = (
    "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwE"
    "mTHWXvJwew==:"
)


def _code(header, body=BODY):
    with pytest.raises(SignatureRefused) as refused:
        check_content_digest(header, body)
    return refused.value.code


def test_the_digests_that_the_rfcs_print_hold():
    # RFC 9530, appendix B, and RFC 9421, appendix B.2.
    assert content_digest(BODY) == SHA_256
    for header in (SHA_256, SHA_512, f"{SHA_256}, {SHA_512}", f"md5=:AAAA:,{SHA_256}"):
        check_content_digest(header, BODY)


def test_every_digest_that_is_given_must_hold():
    wrong = f"sha-512=:{base64.b64encode(hashlib.sha512(b'x').digest()).decode()}:"
    assert _code(f"{SHA_256}, {wrong}") == "digest-mismatch"
    assert _code(SHA_256, BODY + b" ") == "digest-mismatch"
    assert _code("sha-256=:AAAA:") == "digest-mismatch"
    assert _code('sha-256="X48E"') == "digest-mismatch"
    assert _code("sha-256") == "digest-mismatch"
    assert _code("sha-256=(1 2)") == "digest-mismatch"


@pytest.mark.parametrize("header", [None, "", "md5=:AAAA:", "sha=:AAAA:, crc32c=:AAAA:"])
def test_no_digest_that_counts_is_no_digest(header):
    assert _code(header) == "digest-missing"


@pytest.mark.parametrize("header", ["SHA-256=abc", "sha-256=:***:", "é", "sha-256=:A", "x" * 2000])
def test_a_field_that_is_not_a_dictionary_is_malformed(header):
    assert _code(header) == "signature-malformed"


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_a_digest_holds_for_its_own_bytes_only(body, other):
    check_content_digest(content_digest(body), body)
    if other != body:
        assert _code(content_digest(body), other) == "digest-mismatch"
