"""A client assertion's text: read only with the key that its platform registered. The rules, one by one, are tried over
HTTP in tests/api/test_client_authentication.py."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import SignatureRefused
from registry.signing.client_assertion import (
    ClientAssertion,
    assertion_kid,
    verify_client_assertion,
)
from registry.signing.jws import sign_jws
from registry.signing.keys import generate

NOW = 1_795_000_000
AUDIENCES = ("https://registry.example/oauth/token", "https://registry.example")
KEY = generate()
GOOD = {"iss": "p", "sub": "p", "aud": AUDIENCES[0], "iat": NOW, "exp": NOW + 60, "jti": "1"}


def made(**changes):
    payload = json.dumps({**GOOD, **changes}).encode()
    return sign_jws(payload, typ="JWT", kid=KEY.kid, signer=KEY)


def verify(text, key=KEY.public, client="p"):
    return verify_client_assertion(text, key, client, audiences=AUDIENCES, now=NOW, skew=30)


def test_what_was_signed_is_read():
    text = made()
    assert assertion_kid(text) == KEY.kid
    assert verify(text) == ClientAssertion("p", KEY.kid, "1", NOW, NOW + 60)


def test_another_key_and_another_client_are_refused():
    with pytest.raises(SignatureRefused) as refused:
        verify(made(), generate().public)
    assert refused.value.code == "assertion-invalid"
    with pytest.raises(SignatureRefused) as refused:
        verify(made(), client="q")
    assert refused.value.code == "assertion-client"


def test_a_claim_given_twice_is_refused():
    payload = json.dumps(GOOD)[:-1] + ', "iss": "q"}'
    with pytest.raises(SignatureRefused) as refused:
        verify(sign_jws(payload.encode(), typ="JWT", kid=KEY.kid, signer=KEY))
    assert refused.value.code == "assertion-invalid"


@given(
    name=st.sampled_from(sorted(GOOD)),
    value=st.none() | st.booleans() | st.floats(allow_nan=False) | st.lists(st.text()) | st.text(),
)
def test_whatever_stands_in_a_claim_it_is_read_or_refused_and_never_a_fault(name, value):
    try:
        held = verify(made(**{name: value}))
    except SignatureRefused:
        return
    assert held.client == "p"
    assert 0 < held.expires - held.issued_at <= 300


@given(st.text() | st.binary().map(lambda each: each.hex()))
def test_whatever_is_sent_as_an_assertion_is_refused_and_never_a_fault(text):
    with pytest.raises(SignatureRefused):
        assertion_kid(text)
