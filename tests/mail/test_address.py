"""E-mail addresses: what we can write to, and when two are the same."""

import pytest

from registry.errors import InvalidInput
from registry.mail.address import address_key, read_address


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (" ada@example.org ", "ada@example.org"),
        ("Ada.L+x@EXAMPLE.org", "Ada.L+x@example.org"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
    ],
)
def test_an_address_is_read(typed: str, read: str) -> None:
    assert read_address(typed) == read


@pytest.mark.parametrize(
    "typed",
    [
        "", "ada", "@example.org", "ada@", "ada@localhost", "ada@10.0.0.1", "a b@example.org", "ada@example..org",
        ".a@b.de",
        "ada@exa mple.org", "ada@example.org\nBcc: x@y.de", "ada@-x.org", '"a"@b.de', "ä@b.de", "a" * 65 + "@b.de",
        "a@" + "b" * 64 + ".de", "a@" + "b." * 130 + "de", "<ada@example.org>", "a,b@example.org",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_address(typed)
    assert refused.value.field == "email"


def test_capitals_make_no_second_account() -> None:
    assert address_key("Ada@example.org") == address_key("ada@example.org")
