"""Which public keys come in, by JWK or raw, and ECDSA against Wycheproof."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OKPKey

from registry.errors import KeyRefused, VerificationFailed
from registry.signing import base64url, published_keys
from registry.signing.keys import (
    MemorySigner,
    ed25519_public_key,
    generate,
    p256_public_key,
    public_key_from_jwk,
)

VECTORS = (
    Path(__file__).parents[1] / "vectors" / "wycheproof" / "ecdsa_secp256r1_sha256_p1363_test.json"
)
CHARACTERS = 'abcXYZ019-_=+/ \n\0"Äß☃'
RFC_8032_SEEDS = [
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5",
    "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
    "0305334e381af78f141cb666f6199f57bc3495335a256a95bd2a55bf546663f6",
    "ab9c2853ce297ddab85c993b3ae14bcad39b2c682beabc27d6d4eb20711d6560",
]


def _wycheproof():
    for group in json.loads(VECTORS.read_text())["testGroups"]:
        point = bytes.fromhex(group["publicKey"]["uncompressed"])
        for case in group["tests"]:
            yield pytest.param(point, case, id=f"tc{case['tcId']}")


@pytest.mark.parametrize(("point", "case"), list(_wycheproof()))
def test_every_wycheproof_vector_for_es256_comes_out_as_stated(point, case):
    key = p256_public_key(point[1:33], point[33:])
    message, signature = bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])
    if case["result"] == "valid":
        key.verify(message, signature)
    else:
        with pytest.raises(VerificationFailed):
            key.verify(message, signature)


def test_the_kid_is_the_thumbprint_that_joserfc_computes():
    for signer, model in ((generate(), OKPKey), (generate("ES256"), ECKey)):
        assert signer.kid == model.import_key(dict(signer.public.jwk)).thumbprint()


def test_the_thumbprint_is_the_one_that_rfc_8037_prints():
    key = public_key_from_jwk(
        {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
        examples=True,
    )
    assert key.kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize("algorithm", ["Ed25519", "ES256"])
def test_a_key_that_goes_out_as_jwk_comes_in_equal_and_verifies(algorithm):
    signer = generate(algorithm)
    again = public_key_from_jwk({**signer.public.jwk, "kid": "chosen by the sender", "nbf": 1})
    assert again == signer.public
    assert again.kid == signer.kid
    again.verify(b"message", signer.sign(b"message"))
    with pytest.raises(VerificationFailed, match="does not hold"):
        again.verify(b"massage", signer.sign(b"message"))


def _ed(**changes):
    return {**generate().public.jwk, **changes}


def _ec(**changes):
    return {**generate("ES256").public.jwk, **changes}


@pytest.mark.parametrize(
    ("jwk", "words"),
    [
        (_ed(d="AAAA"), "private member 'd'"),
        (_ec(d="AAAA"), "private member 'd'"),
        ({"kty": "oct", "k": "AAAA"}, "private member 'k'"),
        ({"kty": "RSA", "n": "AQAB", "e": "AQAB"}, "unsupported key"),
        (_ed(crv="X25519"), "unsupported key"),
        (_ed(crv="Ed448"), "unsupported key"),
        (_ec(crv="P-384"), "unsupported key"),
        (_ec(crv="secp256k1"), "unsupported key"),
        (_ec(kty="OKP"), "unsupported key"),
        (_ed(alg="ES256"), "alg must be Ed25519 or EdDSA"),
        (_ec(alg="HS256"), "alg must be ES256"),
        (_ed(use="enc"), "use must be"),
        (_ed(key_ops=["sign"]), "key_ops"),
        (_ed(key_ops="verify"), "key_ops"),
        (_ed(x=7), "missing or not a string"),
        (_ed(x=_ed()["x"] + "="), "canonical base64url"),
        (_ed(x="AA"), "32 bytes"),
        (_ec(x="AA"), "32 bytes"),
        (_ec(y=base64url.encode(bytes(32))), "not a point"),
        (_ec(x=base64url.encode(b"\xff" * 32)), "not a point"),
        ("no object", "JSON object"),
        ({}, "unsupported key"),
    ],
)
def test_a_jwk_that_is_not_a_plain_public_signing_key_is_refused_with_the_reason(jwk, words):
    with pytest.raises(KeyRefused, match=words):
        public_key_from_jwk(jwk)


@given(
    st.dictionaries(
        st.sampled_from(["kty", "crv", "x", "y", "alg", "use", "key_ops", "kid"]),
        st.one_of(
            st.none(),
            st.integers(),
            st.text(CHARACTERS, max_size=50),
            st.lists(st.text(CHARACTERS, max_size=3), max_size=2),
            st.sampled_from(["OKP", "EC", "Ed25519", "P-256", "A" * 43]),
            st.dictionaries(st.text(CHARACTERS, max_size=2), st.integers(), max_size=1),
        ),
    )
)
def test_no_json_object_whatever_raises_anything_but_key_refused(jwk):
    try:
        key = public_key_from_jwk(jwk)
    except KeyRefused:
        return
    assert key.kid


@pytest.mark.parametrize("seed", RFC_8032_SEEDS)
def test_the_keys_that_rfc_8032_prints_are_refused_and_so_are_their_negatives(seed):
    raw = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed)).public_key().public_bytes_raw()
    negative = raw[:31] + bytes([raw[31] ^ 0x80])
    for point in (raw, negative):
        with pytest.raises(KeyRefused, match="printed in RFC 8032"):
            ed25519_public_key(point)
    with pytest.raises(KeyRefused):
        MemorySigner.from_seed(bytes.fromhex(seed))


@pytest.mark.parametrize("x", list(published_keys.ED25519))
def test_every_ed25519_key_on_the_list_of_printed_keys_is_a_point_and_refused(x):
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": x}
    with pytest.raises(KeyRefused, match="generate a key of your own"):
        public_key_from_jwk(jwk)
    assert public_key_from_jwk(jwk, examples=True).jwk["x"] == x


@pytest.mark.parametrize("x", list(published_keys.P256))
def test_every_p256_key_on_the_list_of_printed_keys_is_a_point_and_refused_either_way_up(x):
    for prefix in (b"\x02", b"\x03"):
        point = ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), prefix + base64url.decode(x)
        ).public_numbers()
        jwk = {
            "kty": "EC",
            "crv": "P-256",
            "x": x,
            "y": base64url.encode(point.y.to_bytes(32, "big")),
        }
        with pytest.raises(KeyRefused, match="generate a key of your own"):
            public_key_from_jwk(jwk)


@given(st.binary(max_size=66))
def test_base64url_goes_there_and_back(data):
    assert base64url.decode(base64url.encode(data)) == data


@given(st.text(CHARACTERS, max_size=12))
def test_base64url_has_one_spelling_for_each_value(text):
    try:
        data = base64url.decode(text)
    except VerificationFailed:
        return
    assert base64url.encode(data) == text


@pytest.mark.parametrize("text", ["A", "AB", "AA==", "A+", "A/", "A A", "AA\n", "Ä", "AAB"])
def test_base64url_with_spare_bits_padding_or_foreign_characters_is_refused(text):
    with pytest.raises(VerificationFailed, match="canonical base64url"):
        base64url.decode(text)
