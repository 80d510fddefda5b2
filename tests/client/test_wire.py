"""What came over the wire: refusals in the registry's words, and when to come back."""

import pytest

from registry.client.wire import refusal, retry_after
from registry.errors import Forbidden, InvalidInput, TooLarge, Unauthenticated, VerificationFailed

NOW = 1_790_000_000


def test_a_problem_keeps_its_words_its_field_and_its_code() -> None:
    found = refusal(401, b'{"detail":"revoked","code":"key-revoked","field":"keyid"}')
    assert isinstance(found, Unauthenticated)
    assert (found.message, found.code, found.field) == ("revoked", "key-revoked", "keyid")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidInput),
        (403, Forbidden),
        (413, TooLarge),
        (500, VerificationFailed),
        (302, VerificationFailed),
    ],
)
@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"detail":', b"[" * 100_000])
def test_whatever_stands_in_a_refusal_it_is_one(status: int, kind: type, body: bytes) -> None:
    assert type(refusal(status, body)) is kind


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Mon, 21 Sep 2026 14:13:30 GMT", 10.0),
        ("Sun, 20 Sep 2026 14:13:30 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("9" * 400, 999_999_999.0),
    ],
)
def test_a_wait_is_in_seconds_or_until_a_date(text: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": text}, NOW) == seconds


def test_no_wait_was_asked_for() -> None:
    assert retry_after({}, NOW) is None
