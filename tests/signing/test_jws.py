"""Compact JWS: what joserfc and PyJWT make of ours, and every trick that must not pass."""

import json

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws as joserfc_jws
from joserfc.jwk import ECKey, OKPKey
from jwt.algorithms import OKPAlgorithm

from registry.errors import VerificationFailed
from registry.signing import base64url
from registry.signing.jws import read_kid, sign_jws, verify_jws
from registry.signing.keys import generate

SIGNER, P256_SIGNER = generate(), generate("ES256")
KID, P256_KID = "did:web:registry.example#a", "did:web:registry.example#b"
KEYS = {KID: SIGNER.public, P256_KID: P256_SIGNER.public}
PAYLOAD = b'{"preference":"deny"}'


def _find_key(kid):
    if kid not in KEYS:
        raise VerificationFailed(f"unknown kid {kid!r}")
    return KEYS[kid]


def _token(signer=SIGNER, kid=KID):
    return sign_jws(PAYLOAD, typ="vc+jwt", cty="vc", kid=kid, signer=signer)


def _signed(header, payload=PAYLOAD, signer=SIGNER):
    """A token whose header, given as JSON text or object, is signed as it stands."""
    text = header if isinstance(header, str) else json.dumps(header)
    signing_input = f"{base64url.encode(text.encode())}.{base64url.encode(payload)}"
    return f"{signing_input}.{base64url.encode(signer.sign(signing_input.encode()))}"


def _refused(token, words=None, typ="vc+jwt"):
    with pytest.raises(VerificationFailed, match=words):
        verify_jws(token, _find_key, typ=typ)


@pytest.mark.parametrize(("signer", "kid"), [(SIGNER, KID), (P256_SIGNER, P256_KID)])
def test_what_was_signed_is_verified_and_says_what_was_said(signer, kid):
    verified = verify_jws(_token(signer, kid), _find_key, typ="vc+jwt")
    assert verified.payload == PAYLOAD
    assert verified.key == signer.public
    assert dict(verified.header) == {
        "alg": signer.algorithm,
        "typ": "vc+jwt",
        "cty": "vc",
        "kid": kid,
    }


@pytest.mark.parametrize(
    ("signer", "kid", "model"), [(SIGNER, KID, OKPKey), (P256_SIGNER, P256_KID, ECKey)]
)
def test_joserfc_verifies_our_tokens_under_the_fully_specified_name(signer, kid, model):
    key = model.import_key(dict(signer.public.jwk))
    out = joserfc_jws.deserialize_compact(_token(signer, kid), key, algorithms=[signer.algorithm])
    assert out.payload == PAYLOAD


def test_we_verify_tokens_that_joserfc_signed():
    private = OKPKey.generate_key("Ed25519", private=True)
    from registry.signing.keys import public_key_from_jwk

    public = public_key_from_jwk(private.as_dict(private=False))
    token = joserfc_jws.serialize_compact(
        {"alg": "Ed25519", "typ": "vc+jwt", "kid": "k"}, PAYLOAD, private, algorithms=["Ed25519"]
    )
    assert verify_jws(token, lambda _: public, typ="vc+jwt").payload == PAYLOAD


def test_pyjwt_verifies_our_tokens_once_it_is_told_the_new_name():
    token = _token()
    key = jwt.PyJWK.from_dict(dict(SIGNER.public.jwk)).key
    with pytest.raises(jwt.InvalidAlgorithmError):
        jwt.PyJWS().decode(token, key, algorithms=["EdDSA"])
    told = jwt.PyJWS()
    told.register_algorithm("Ed25519", OKPAlgorithm())
    assert told.decode(token, key, algorithms=["Ed25519"]) == PAYLOAD


def test_a_token_under_the_older_name_eddsa_is_accepted():
    header = {"alg": "EdDSA", "typ": "vc+jwt", "kid": KID}
    assert verify_jws(_signed(header), _find_key, typ="vc+jwt").payload == PAYLOAD


def test_pyjwts_own_eddsa_tokens_are_accepted():
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from registry.signing.keys import MemorySigner

    private = Ed25519PrivateKey.generate()
    token = jwt.PyJWS().encode(
        PAYLOAD, private, algorithm="EdDSA", headers={"kid": "k", "typ": "vc+jwt"}
    )
    public = MemorySigner(private).public
    assert verify_jws(token, lambda _: public, typ="vc+jwt").payload == PAYLOAD


@pytest.mark.parametrize(
    "alg", ["none", "None", "NONE", "HS256", "ES256", "RS256", "", None, 5, []]
)
def test_the_message_does_not_choose_the_algorithm(alg):
    _refused(_signed({"alg": alg, "typ": "vc+jwt", "kid": KID}), "the key it names is for Ed25519")


def test_a_token_without_an_algorithm_or_with_the_other_keys_is_refused():
    _refused(_signed({"typ": "vc+jwt", "kid": KID}), "alg None")
    _refused(_signed({"alg": "Ed25519", "typ": "vc+jwt", "kid": P256_KID}), "for ES256")
    _refused(_signed({"alg": "EdDSA", "typ": "vc+jwt", "kid": P256_KID}), "for ES256")


def test_an_unsigned_token_is_refused():
    header = base64url.encode(b'{"alg":"none","typ":"vc+jwt","kid":"' + KID.encode() + b'"}')
    _refused(f"{header}.{base64url.encode(PAYLOAD)}.")


def test_a_token_keyed_with_the_public_key_as_a_secret_is_refused():
    import hashlib
    import hmac

    header = base64url.encode(json.dumps({"alg": "HS256", "typ": "vc+jwt", "kid": KID}).encode())
    signing_input = f"{header}.{base64url.encode(PAYLOAD)}"
    for secret in (SIGNER.public.raw, SIGNER.public.jwk["x"].encode()):
        mac = hmac.new(secret, signing_input.encode(), hashlib.sha256).digest()
        _refused(f"{signing_input}.{base64url.encode(mac)}", "alg 'HS256'")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("jwk", dict(SIGNER.public.jwk)),
        ("jku", "https://evil.example/jwks.json"),
        ("x5u", "https://evil.example/cert.pem"),
        ("x5c", ["MIIB"]),
        ("x5t", "AAAA"),
        ("x5t#S256", "AAAA"),
        ("crit", ["exp"]),
        ("crit", []),
        ("b64", False),
        ("b64", True),
        ("zip", "DEF"),
        ("enc", "A256GCM"),
    ],
)
def test_a_header_that_brings_a_key_or_changes_the_rules_is_refused(name, value):
    token = _signed({"alg": "Ed25519", "typ": "vc+jwt", "kid": KID, name: value})
    _refused(token, f"member '{name}' is not accepted")


@pytest.mark.parametrize("typ", ["JWT", "vp+jwt", "at+jwt", "", None, 7, ["vc+jwt"], "vc+jwt "])
def test_a_token_made_for_something_else_is_refused(typ):
    _refused(_signed({"alg": "Ed25519", "typ": typ, "kid": KID}), "typ")


@pytest.mark.parametrize("typ", ["application/vc+jwt", "VC+JWT", "vc+jwt"])
def test_the_type_may_be_written_as_media_types_may(typ):
    token = _signed({"alg": "Ed25519", "typ": typ, "kid": KID})
    assert verify_jws(token, _find_key, typ="vc+jwt")


def test_a_missing_type_is_a_wrong_type():
    _refused(_signed({"alg": "Ed25519", "kid": KID}), "typ None")


def test_several_types_may_be_asked_for_and_none_at_all_only_by_saying_so():
    untyped = _signed({"alg": "Ed25519", "kid": KID})
    typed = _signed({"alg": "Ed25519", "typ": "application/jwt", "kid": KID})
    for token in (untyped, typed):
        assert verify_jws(token, _find_key, typ=("JWT", "x+jwt", None))
    with pytest.raises(VerificationFailed, match="typ None"):
        verify_jws(untyped, _find_key, typ=("JWT", "x+jwt"))
    with pytest.raises(VerificationFailed, match="'vc\\+jwt'"):
        verify_jws(
            _signed({"alg": "Ed25519", "typ": 7, "kid": KID}), _find_key, typ=("vc+jwt", None)
        )


@pytest.mark.parametrize("kid", [None, 7, ["x"], {"a": 1}])
def test_a_kid_must_be_text(kid):
    _refused(_signed({"alg": "Ed25519", "typ": "vc+jwt", "kid": kid}), "must name its key")


def test_an_unknown_kid_is_refused_and_a_missing_one():
    _refused(_signed({"alg": "Ed25519", "typ": "vc+jwt", "kid": "other"}), "unknown kid")
    _refused(_signed({"alg": "Ed25519", "typ": "vc+jwt"}), "must name its key")


def test_a_header_member_given_twice_is_refused_where_joserfc_takes_the_last():
    text = '{"alg":"Ed25519","typ":"vc+jwt","kid":"other","kid":"' + KID + '"}'
    token = _signed(text)
    key = OKPKey.import_key(dict(SIGNER.public.jwk))
    assert joserfc_jws.deserialize_compact(token, key, algorithms=["Ed25519"])
    _refused(token, "strict JSON")


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '"x"',
        "null",
        "{",
        "",
        '{"alg":NaN}',
        '{"alg":Infinity}',
        "[" * 1500 + "]" * 1500,
        '{"a":' * 600 + "1" + "}" * 600,
        "{}{}",
        "\ufeff{}",
        '{"kid":"\\ud800"}',
        '{"a":' + "9" * 5000 + "}",
    ],
)
def test_a_header_that_is_not_a_strict_json_object_is_refused(text):
    _refused(_signed(text))


def test_a_header_that_is_not_utf_8_is_refused():
    signing_input = f"{base64url.encode(bytes([0xFF, 0xFE]))}.{base64url.encode(PAYLOAD)}"
    token = f"{signing_input}.{base64url.encode(SIGNER.sign(signing_input.encode()))}"
    _refused(token, "strict JSON")


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t + ".",
        lambda t: t + ".AAAA",
        lambda t: t + "\n",
        lambda t: " " + t,
        lambda t: t + "=",
        lambda t: t + "A",
        lambda t: t.replace(".", "..", 1),
        lambda t: t.rsplit(".", 1)[0],
        lambda t: t.rsplit(".", 1)[0] + ".",
        lambda t: t.split(".")[0] + ".." + t.split(".")[2],
        lambda t: "",
        lambda t: t.encode(),
        lambda t: None,
        lambda t: "A" * 5000 + t,
    ],
)
def test_a_token_with_more_less_or_other_than_three_parts_is_refused(change):
    _refused(change(_token()))


def test_a_signature_spelt_another_way_is_refused():
    token = _token()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    # 64 bytes leave four spare bits in the last character: fifteen other spellings decode alike.
    last = alphabet.index(token[-1])
    for spare in range(1, 16):
        other = token[:-1] + alphabet[(last & ~15) | ((last + spare) & 15)]
        assert other != token
        _refused(other, "canonical base64url")


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_change_of_a_token_verifies_and_none_raises_anything_else(data):
    token = _token()
    at = data.draw(st.integers(0, len(token) - 1))
    how = data.draw(st.sampled_from(["replace", "delete", "insert", "swap"]))
    character = data.draw(st.sampled_from('ABCxyz019-_.=+/ \n\0é{"'))
    changed = {
        "replace": token[:at] + character + token[at + 1 :],
        "delete": token[:at] + token[at + 1 :],
        "insert": token[:at] + character + token[at:],
        "swap": token[:at] + token[at + 1 : at + 2] + token[at : at + 1] + token[at + 2 :],
    }[how]
    if changed != token:
        _refused(changed)


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from(["Ed25519", "vc+jwt", KID, "none", "", "é"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "kid", "x"]), inner, max_size=3),
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["alg", "typ", "kid", "cty", "jwk", "crit", "b64", "jku", "exp"]), JSON
    )
)
def test_a_signed_header_of_any_shape_verifies_only_if_it_is_the_right_one(header):
    token = _signed(header)
    try:
        verified = verify_jws(token, _find_key, typ="vc+jwt")
    except VerificationFailed:
        return
    assert verified.header["alg"] == "Ed25519"
    assert verified.header["kid"] == KID
    assert not {"jwk", "crit", "b64", "jku"} & verified.header.keys()


def test_the_kid_can_be_read_before_the_key_is_known():
    assert read_kid(_token()) == KID
    with pytest.raises(VerificationFailed):
        read_kid("no token")


def test_extra_header_members_travel_but_never_replace_ours():
    token = sign_jws(PAYLOAD, typ="t", kid=KID, signer=SIGNER, header={"iss": "did:web:x"})
    assert verify_jws(token, _find_key, typ="t").header["iss"] == "did:web:x"
    for name in ("alg", "kid", "typ", "crit", "jwk"):
        with pytest.raises(ValueError, match="cannot be set"):
            sign_jws(PAYLOAD, typ="t", kid=KID, signer=SIGNER, header={name: "x"})


@given(st.binary(max_size=300))
def test_any_payload_arrives_byte_for_byte(payload):
    token = sign_jws(payload, typ="t", kid=KID, signer=SIGNER)
    assert verify_jws(token, _find_key, typ="t").payload == payload
