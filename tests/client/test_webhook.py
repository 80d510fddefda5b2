"""A receiver believes what the registry signed for it, and reads what it says."""

import json
from typing import Any

import pytest

from registry.client.published import PublishedKeys
from registry.client.webhook import Notice, verify
from registry.errors import VerificationFailed
from registry.signing.keys import generate
from registry.signing.notice_signature import sign_notice

URL, NOW = "https://p.example/hook", 1_800_000_000
SIGNER = generate()
KEYS = PublishedKeys.read(json.dumps({"keys": [dict(SIGNER.public.jwk)]}))


def received(members: Any, keys: PublishedKeys = KEYS) -> Notice:
    body = json.dumps(members).encode()
    fields = sign_notice(URL, body, "application/json", SIGNER, created=NOW, nonce="n")
    return verify(
        {name.title(): value for name, value in fields.items()}, body, keys, url=URL, now=NOW
    )


def test_a_notice_of_changes_says_where_they_are() -> None:
    members = {"type": "changes", "webhook": "w", "notice": "i", "first": 3, "last": 9, "count": 2}
    notice = received({**members, "kinds": ["declaration.issued"], "new member": 1})
    assert notice == Notice("changes", "w", "i", "n", 3, 9, 2, ("declaration.issued",))


def test_a_challenge_says_what_to_answer() -> None:
    notice = received({"type": "challenge", "webhook": "w", "notice": "i", "challenge": "c"})
    assert notice.challenge == "c"


@pytest.mark.parametrize("members", [[], {"type": "offer"}, {"type": "test"}, "x", None])
def test_what_is_signed_and_no_notice_is_refused(members: Any) -> None:
    with pytest.raises(VerificationFailed, match="cannot be read"):
        received(members)


def test_a_key_that_is_not_the_registrys_is_refused() -> None:
    strangers = PublishedKeys.read(json.dumps({"keys": [dict(generate().public.jwk)]}))
    with pytest.raises(VerificationFailed, match="not among"):
        received({"type": "test", "webhook": "w", "notice": "i"}, strangers)
