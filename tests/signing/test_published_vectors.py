"""The vectors that the package publishes: what they say is what the code does."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from joserfc import jws as joserfc_jws
from joserfc.jwk import OKPKey

from registry.errors import KeyRefused
from registry.signing import base64url
from registry.signing.credential import open_credential
from registry.signing.http_signature import (
    SignedRequest,
    parse_request_signature,
    request_signature,
    verify_request,
    verify_response,
)
from registry.signing.keys import public_key_from_jwk
from registry.signing.status_list import STATUS_LIST_LENGTH, decode, is_set
from tests.signing import published_vectors

HTTP = json.loads((published_vectors.FOLDER / "http_signatures.json").read_text("utf-8"))
RECORDS = json.loads((published_vectors.FOLDER / "records.json").read_text("utf-8"))
KEYS = {
    key["kid"]: public_key_from_jwk(key["public_jwk"], examples=True)
    for key in HTTP["keys"] + RECORDS["keys"]
}


def _by_name(case):
    return case["name"]


def _arrived(case):
    return SignedRequest(case["method"], case["target_uri"], case["headers"], case["body"].encode())


def test_the_files_are_what_the_code_makes_today():
    assert published_vectors.http_signatures() == HTTP
    made = published_vectors.records()
    # GZIP may pack the same bits otherwise elsewhere; what they unpack to is tested below.
    made["status_lists"] = RECORDS["status_lists"]
    assert made == RECORDS


@pytest.mark.parametrize("key", HTTP["keys"], ids=lambda key: key["algorithm"])
def test_a_vectors_key_is_the_one_it_says_and_no_registry_takes_it(key):
    assert KEYS[key["kid"]].kid == key["kid"]
    private = base64url.decode(key["private_d"])
    if key["algorithm"] == "Ed25519":
        public = ed25519.Ed25519PrivateKey.from_private_bytes(private).public_key()
        assert base64url.encode(public.public_bytes_raw()) == key["public_jwk"]["x"]
    else:
        point = ec.derive_private_key(int.from_bytes(private), ec.SECP256R1()).public_key()
        assert base64url.encode(point.public_numbers().x.to_bytes(32)) == key["public_jwk"]["x"]
    with pytest.raises(KeyRefused, match="generate a key of your own"):
        public_key_from_jwk(key["public_jwk"])


@pytest.mark.parametrize("case", HTTP["requests"], ids=_by_name)
def test_every_signed_request_verifies_with_the_base_that_is_given(case):
    request = _arrived(case)
    parsed = parse_request_signature(request)
    verified = verify_request(request, parsed, KEYS[case["key"]], case["now"])
    assert verified.base.decode() == case["signature_base"]
    assert verified.label == case["signature_label"]
    assert base64url.encode(verified.signature) == case["signature"]


@pytest.mark.parametrize("case", HTTP["answers"], ids=_by_name)
def test_every_signed_answer_verifies_for_its_request(case):
    [asked] = [request for request in HTTP["requests"] if request["name"] == case["request"]]
    verify_response(
        status=case["status"],
        headers=case["headers"],
        body=case["body"].encode(),
        request_method=asked["method"],
        target_uri=asked["target_uri"],
        request_signature=request_signature(asked["headers"]),
        find_key=KEYS.__getitem__,
        now=case["now"],
    )


@pytest.mark.parametrize("case", RECORDS["records"])
def test_every_record_opens_here_and_with_joserfc(case):
    kid = case["protected_header"]["kid"]
    key = KEYS[kid.partition("#")[2]]
    assert open_credential(case["jws"], lambda _: key) == case["credential"]
    assert case["jws"] == f"{case['signing_input']}.{case['signature']}"
    registry = joserfc_jws.JWSRegistry(algorithms=["Ed25519"])
    out = joserfc_jws.deserialize_compact(
        case["jws"], OKPKey.import_key(dict(key.jwk)), registry=registry
    )
    assert json.loads(out.payload) == case["credential"]
    assert dict(out.headers()) == case["protected_header"]


@pytest.mark.parametrize("case", RECORDS["status_lists"])
def test_every_status_list_has_exactly_the_bits_that_are_named(case):
    bits = decode(case["encodedList"])
    assert [i for i in range(STATUS_LIST_LENGTH) if is_set(bits, i)] == case["set"]
