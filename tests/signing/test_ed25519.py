"""Ed25519 against Wycheproof, the small-order points, and OpenSSL."""

import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import KeyRefused
from registry.signing import ed25519
from registry.signing.keys import ed25519_public_key, generate

VECTORS = Path(__file__).parents[1] / "vectors" / "wycheproof" / "ed25519_test.json"
P = 2**255 - 19

# y of the eight points whose order divides 8, then the same beyond p where that still fits.
_SMALL_Y = [
    0,
    1,
    P - 1,
    2707385501144840649318225287225658788936804267575313519463743609750303021022,
    55188659117513257062467267217118295137698188065244968500265048394206261417927,
    P,
    P + 1,
]
SMALL_ORDER_POINTS = [(y | sign << 255).to_bytes(32, "little") for y in _SMALL_Y for sign in (0, 1)]


def _cases():
    for group in json.loads(VECTORS.read_text())["testGroups"]:
        for case in group["tests"]:
            yield pytest.param(
                bytes.fromhex(group["publicKey"]["pk"]),
                bytes.fromhex(case["msg"]),
                bytes.fromhex(case["sig"]),
                case["result"] == "valid",
                id=f"tc{case['tcId']}",
            )


@pytest.mark.parametrize(("public", "message", "signature", "valid"), list(_cases()))
def test_every_wycheproof_vector_comes_out_as_stated_and_as_openssl_says(
    public, message, signature, valid
):
    assert ed25519.verifies(public, message, signature) is valid
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        openssl = True
    except InvalidSignature:
        openssl = False
    assert openssl is valid


def test_the_file_of_wycheproof_vectors_is_complete():
    assert len(list(_cases())) == json.loads(VECTORS.read_text())["numberOfTests"] == 151


@pytest.mark.parametrize("point", SMALL_ORDER_POINTS, ids=lambda p: p.hex()[:8] + p.hex()[-2:])
def test_a_point_of_small_order_is_no_key_in_any_of_its_encodings(point):
    assert not ed25519.is_acceptable_public_key(point)
    with pytest.raises(KeyRefused):
        ed25519_public_key(point)


def test_openssl_would_have_taken_a_small_order_key_whose_one_signature_fits_every_message():
    identity = (1).to_bytes(32, "little")
    forged = identity + bytes(32)
    Ed25519PublicKey.from_public_bytes(identity).verify(forged, b"any message at all")
    assert not ed25519.verifies(identity, b"any message at all", forged)


@pytest.mark.parametrize("y", list(range(P, 2**255)))
def test_an_encoding_that_is_not_canonical_is_refused(y):
    for sign in (0, 1):
        assert not ed25519.is_acceptable_public_key((y | sign << 255).to_bytes(32, "little"))


def test_a_point_with_a_small_order_part_is_refused():
    from nacl.bindings import crypto_core_ed25519_add

    torsion = (P - 1).to_bytes(32, "little")  # the point of order two
    mixed = crypto_core_ed25519_add(generate().public.raw, torsion)
    assert not ed25519.is_acceptable_public_key(mixed)


@given(st.binary(max_size=40))
def test_bytes_of_another_length_are_not_a_key_and_never_an_accident(raw):
    if len(raw) != 32:
        assert not ed25519.is_acceptable_public_key(raw)
        with pytest.raises(KeyRefused):
            ed25519_public_key(raw)


@given(st.binary(max_size=200), st.binary(min_size=0, max_size=80))
def test_random_bytes_are_not_a_signature(message, signature):
    key = generate().public
    assert not ed25519.verifies(key.raw, message, signature)


def test_a_signature_is_the_one_that_rfc_8032_prints():
    # RFC 8032, section 7.1, test 2.
    public, secret = ed25519.expand_seed(
        bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    )
    assert public.hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert ed25519.sign(secret, b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
