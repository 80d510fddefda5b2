"""An access token, checked as a stranger checks it: by us, and by libraries that know nothing of us."""

import json
from dataclasses import replace

import jwt
import pytest
from joserfc import jwt as jose
from joserfc.jwk import OKPKey

from registry.errors import TokenRefused, VerificationFailed
from registry.signing import base64url
from registry.signing.access_token import AccessToken, sign_access_token, verify_access_token
from registry.signing.jws import sign_jws
from registry.signing.keys import generate

NOW = 1_795_000_000
URL = "https://registry.example"
GOOD = AccessToken(URL, URL, "platform", "kid-of-platform", "verify", NOW, NOW + 600, "id")
KEY = generate()


def find_key(kid):
    if kid != KEY.kid:
        raise VerificationFailed("no such key")
    return KEY.public


def verify(text, **changes):
    options = {"issuer": URL, "audience": URL, "now": NOW + 10, **changes}
    return verify_access_token(text, find_key, **options)


def hand_made(**changes):
    """A token of any claims; None leaves one out."""
    payload = base64url.decode(sign_access_token(GOOD, KEY).split(".")[1], "payload")
    members = {**json.loads(payload), **changes}
    kept = {name: value for name, value in members.items() if value is not None}
    return sign_jws(json.dumps(kept).encode(), typ="at+jwt", kid=KEY.kid, signer=KEY)


def test_what_was_signed_is_read():
    assert verify(sign_access_token(GOOD, KEY)) == GOOD


def test_joserfc_and_pyjwt_read_the_same():
    text = sign_access_token(GOOD, KEY)
    jwk = {**KEY.public.jwk, "kid": KEY.kid}
    token = jose.decode(text, OKPKey.import_key(jwk), algorithms=["Ed25519"])
    assert token.header == {"alg": "Ed25519", "typ": "at+jwt", "kid": KEY.kid}
    assert token.claims == {
        "iss": URL,
        "sub": "platform",
        "aud": URL,
        "client_id": "platform",
        "client_kid": "kid-of-platform",
        "scope": "verify",
        "iat": NOW,
        "exp": NOW + 600,
        "jti": "id",
    }
    unverified = jwt.decode(text, options={"verify_signature": False})
    assert unverified == token.claims


@pytest.mark.parametrize(
    "name", ["iss", "sub", "aud", "client_id", "client_kid", "scope", "iat", "exp", "jti"]
)
def test_every_claim_is_needed_and_of_its_kind(name):
    for value in (None, [URL], True, 1.5):
        with pytest.raises(TokenRefused, match=name):
            verify(hand_made(**{name: value}))


def test_it_holds_from_its_beginning_to_its_end():
    text = sign_access_token(GOOD, KEY)
    assert verify(text, now=NOW) == GOOD
    assert verify(text, now=NOW + 599) == GOOD
    with pytest.raises(TokenRefused, match="expired") as expired:
        verify(text, now=NOW + 600, skew=300)
    assert expired.value.code == "token-expired"
    assert verify(text, now=NOW - 30, skew=30) == GOOD
    with pytest.raises(TokenRefused):
        verify(text, now=NOW - 31, skew=30)


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://elsewhere.example"},
        {"audience": "https://elsewhere.example"},
        {"audience": URL + "/"},
        {"scope": "write"},
        {"scope": "verify2 unverify"},
        {"scope": ""},
        {"expires": NOW + 3601},
        {"expires": NOW},
    ],
)
def test_what_is_not_for_here_or_lives_too_long_is_refused(changes):
    with pytest.raises(TokenRefused) as refused:
        verify(sign_access_token(replace(GOOD, **changes), KEY))
    assert refused.value.code == "token-refused"


def test_another_client_than_the_subject_is_refused():
    with pytest.raises(TokenRefused, match="sub"):
        verify(hand_made(sub="other"))


@pytest.mark.parametrize("typ", ["JWT", "jwt", "vc+jwt", "at+jwt2"])
def test_another_type_is_refused(typ):
    payload = base64url.decode(sign_access_token(GOOD, KEY).split(".")[1], "payload")
    with pytest.raises(TokenRefused, match="typ"):
        verify(sign_jws(payload, typ=typ, kid=KEY.kid, signer=KEY))


def test_what_is_no_token_at_all_is_refused():
    text = sign_access_token(GOOD, KEY)
    other = generate()
    for bad in ("", "a.b.c", text + "A", text[:-4] + "AAAA", "x" * 5000):
        with pytest.raises(TokenRefused):
            verify(bad)
    with pytest.raises(TokenRefused):
        verify(sign_access_token(GOOD, other))
    with pytest.raises(TokenRefused):
        verify(sign_jws(b"[]", typ="at+jwt", kid=KEY.kid, signer=KEY))
