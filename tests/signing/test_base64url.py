"""Base64url has one spelling here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import VerificationFailed
from registry.signing import base64url


@given(st.binary(max_size=40))
def test_what_is_encoded_is_read_back(data: bytes) -> None:
    text = base64url.encode(data)
    assert "=" not in text
    assert base64url.decode(text) == data


@given(st.text(max_size=12))
def test_any_other_text_is_refused_or_is_the_one_spelling(text: str) -> None:
    try:
        data = base64url.decode(text)
    except VerificationFailed:
        return
    assert base64url.encode(data) == text


@pytest.mark.parametrize(
    "text", ["AA==", "A", "AB", "A A", "AA+A", "AA/A", "é", r"\u0041AAA", 'AA"A', "AA\nA"]
)
def test_padding_spare_bits_and_strange_characters_are_refused(text: str) -> None:
    with pytest.raises(VerificationFailed):
        base64url.decode(text, "salt")


@given(st.binary(max_size=40))
def test_what_is_our_own_is_read_back_too(data: bytes) -> None:
    assert base64url.decode_own(base64url.encode(data).encode()) == data
