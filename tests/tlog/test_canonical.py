"""Base64 and decimals in notes and proofs have one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import VerificationFailed
from registry.tlog.canonical import base64_text, decimal, from_base64


@given(st.binary(max_size=40))
def test_base64_is_read_back(data: bytes) -> None:
    assert from_base64(base64_text(data), "hash") == data


@pytest.mark.parametrize("text", ["AA", "AB==", "A A=", "AA-_", "AAAA\n", ""[:0] + "="])
def test_other_spellings_of_base64_are_refused(text: str) -> None:
    with pytest.raises(VerificationFailed, match="hash"):
        from_base64(text, "hash")


@given(st.integers(0, 10**18))
def test_decimals_are_read_back(number: int) -> None:
    assert decimal(str(number), "size", 10**18) == number


@pytest.mark.parametrize("text", ["", "01", "+1", "-1", " 1", "1 ", "1e3", "٣", "11"])
def test_other_spellings_and_what_is_too_large_are_refused(text: str) -> None:
    with pytest.raises(VerificationFailed, match="size"):
        decimal(text, "size", 10)
