"""Reading the signature fields: the quick way gives what the book gives, or nothing."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import SignatureRefused
from registry.signing.http_signature import sign_request
from registry.signing.keys import generate
from registry.signing.signature_fields import (
    byte_sequence,
    params_text,
    quoted,
    read_by_the_book,
    read_plain_signature,
    read_signatures,
    signature_base,
)

SIGNER = generate()
HEADERS = {
    name.lower(): value
    for name, value in sign_request(
        "POST",
        "https://registry.example/v1/verify",
        b"{}",
        "application/json",
        SIGNER,
        keyid=SIGNER.kid,
        created=int(time.time()),
        nonce="n-1",
    ).items()
}
INPUT, SIGNATURE = HEADERS["signature-input"], HEADERS["signature"]


def test_what_our_own_client_writes_is_read_the_quick_way() -> None:
    assert read_plain_signature(INPUT, SIGNATURE) == read_by_the_book(INPUT, SIGNATURE)[0]


@given(data=st.data())
@settings(deadline=None, max_examples=400)
def test_whatever_the_quick_way_reads_the_book_reads_the_same(data: st.DataObject) -> None:
    """Fields with a few characters changed, put in, or left out."""
    fields = []
    for text in (INPUT, SIGNATURE):
        characters = list(text)
        for _ in range(data.draw(st.integers(0, 3))):
            at = data.draw(st.integers(0, len(characters) - 1))
            new = data.draw(st.sampled_from([*'abz09*@=:;,()" \\\t?-_.~AZ/+é', "", '""', "=="]))
            characters[at : at + data.draw(st.integers(0, 1))] = [new]
        fields.append("".join(characters))
    plain = read_plain_signature(*fields)
    if plain is not None:
        assert read_by_the_book(*fields) == [plain]


@pytest.mark.parametrize(
    "text",
    [
        'sig=("@method");created=1;created=2',
        'sig=("@method" "@method");created=1',
        'sig=("@method";req);created=1',
        'sig=("@method");keyid="a\\"b"',
        'sig=("@method");created="1"',
        'sig=("@method");unknown=1',
        'sig=("@method"), other=("@method")',
    ],
)
def test_the_unusual_is_left_to_the_book(text: str) -> None:
    assert read_plain_signature(text, "sig=:AAAA:") is None


def test_the_two_fields_must_name_the_same_signature() -> None:
    assert read_plain_signature(INPUT, SIGNATURE.replace("sig1=", "sig2=")) is None
    with pytest.raises(SignatureRefused, match="same labels"):
        read_by_the_book(INPUT, SIGNATURE.replace("sig1=", "sig2="))


def test_without_the_two_fields_nothing_is_signed() -> None:
    with pytest.raises(SignatureRefused) as refused:
        read_signatures({"signature-input": INPUT})
    assert refused.value.code == "signature-missing"


def test_what_is_written_is_canonical() -> None:
    assert quoted('a "b" \\') == '"a \\"b\\" \\\\"'
    assert byte_sequence(b"\0\1") == ":AAE=:"
    text = params_text(['"@method"'], {"created": 1, "keyid": "k"})
    assert text == '("@method");created=1;keyid="k"'
    base = signature_base([('"@method"', "GET")], text)
    assert base == b'"@method": GET\n"@signature-params": ("@method");created=1;keyid="k"'
