"""The declarant's own signature holds for the very record that she signed, and for nothing else."""

import json

import pytest

from registry.errors import VerificationFailed
from registry.signing import base64url
from registry.signing.declarant import challenge_of, signed_text, verify_declarant
from tests.signing.published_declarants import FOLDER, declarants, signed, subject
from tests.signing.published_declarants import P256Passkey as Passkey

VECTORS = json.loads((FOLDER / "declarants.json").read_text(encoding="utf-8"))


def name_of(case):
    return case["name"]


def test_the_published_vectors_are_what_the_code_makes():
    assert declarants() == VECTORS


@pytest.mark.parametrize("case", VECTORS["records"], ids=name_of)
def test_a_signed_record_holds_and_names_the_key(case):
    own, said = case["credential"]["evidence"][-1], case["credential"]["credentialSubject"]
    text = signed_text(case["credential"]["issuer"], said, own["validFrom"])
    assert text == case["text"].encode()
    assert base64url.encode(challenge_of(text)) == case["challenge"]
    key = verify_declarant(case["credential"], examples=True)
    assert key is not None
    assert key.kid == case["kid"]


@pytest.mark.parametrize("case", VECTORS["refused"], ids=name_of)
def test_what_was_changed_swapped_or_replayed_is_refused(case):
    with pytest.raises(VerificationFailed):
        verify_declarant(case["credential"], examples=True)


def test_no_bit_of_what_the_passkey_gave_can_be_changed():
    good = signed(Passkey)
    for name in ("authenticatorData", "clientDataJSON", "signature"):
        bytes_ = bytearray(base64url.decode(good["evidence"][-1][name]))
        for at in range(0, len(bytes_), 5):
            changed = bytes(bytes_[:at]) + bytes([bytes_[at] ^ 0x10]) + bytes(bytes_[at + 1 :])
            own = good["evidence"][-1] | {name: base64url.encode(changed)}
            with pytest.raises(VerificationFailed):
                verify_declarant(good | {"evidence": [own]}, examples=True)


@pytest.mark.parametrize("name", ["publicKey", "validFrom", "clientDataJSON", "signature"])
@pytest.mark.parametrize("value", [None, 7, "", "A", {}, []], ids=repr)
def test_what_is_not_of_its_form_is_refused_in_words(name, value):
    good = signed(Passkey)
    if good["evidence"][-1][name] == value:
        return
    own = good["evidence"][-1] | {name: value}
    with pytest.raises(VerificationFailed):
        verify_declarant(good | {"evidence": [own]}, examples=True)


def test_a_record_without_one_is_the_registrys_word_alone():
    assert verify_declarant({"evidence": [{"type": "ClaimAssurance"}]}) is None
    assert verify_declarant({}) is None


def test_a_key_that_is_printed_in_vectors_counts_for_nothing_outside_them():
    with pytest.raises(VerificationFailed, match="printed"):
        verify_declarant(signed(Passkey, subject()))
