"""A key directory is believed for the keys that signed it, here and now, and for no others."""

import pytest

from registry.errors import VerificationFailed
from registry.signing.content_digest import content_digest
from registry.signing.key_directory import MOST_KEYS, KeyDirectory, read_key_directory
from registry.signing.keys import generate
from tests.signing.key_directories import directory

NOW = 1_790_000_000
HOST = "other.example"
ONE, TWO = generate(), generate()


def read(fields: dict[str, str], body: bytes) -> KeyDirectory:
    return read_key_directory(HOST, fields, body, NOW)


def test_every_key_that_signed_is_held() -> None:
    said = read(*directory(ONE, TWO, now=NOW))
    assert {each.kid for each in said.held} == said.listed == {ONE.kid, TWO.kid}
    assert said.passed_over == ()


def test_a_p256_key_may_sign_too() -> None:
    key = generate("ES256")
    assert [each.kid for each in read(*directory(key, now=NOW)).held] == [key.kid]


def test_a_key_that_is_only_listed_is_not_held_but_is_not_gone_either() -> None:
    foreign = dict(TWO.public.jwk)
    said = read(*directory(ONE, now=NOW, listed=[dict(ONE.public.jwk), foreign]))
    assert [each.kid for each in said.held] == [ONE.kid]
    assert said.listed == {ONE.kid, TWO.kid}
    assert TWO.kid in said.passed_over[0]


def test_the_names_of_algorithms_that_the_draft_prints_are_read() -> None:
    jwk = {**ONE.public.jwk, "alg": "ed25519", "use": "sig", "kid": "anything"}
    assert read(*directory(ONE, now=NOW, listed=[jwk])).listed == {ONE.kid}


def test_what_else_is_covered_has_to_hold_too() -> None:
    _, body = directory(ONE, now=NOW)
    digest = content_digest(body)
    covered = {'"@authority";req': HOST, '"content-digest"': digest}
    fields, body = directory(ONE, now=NOW, components=covered)
    assert read({**fields, "content-digest": digest}, body).held
    with pytest.raises(VerificationFailed):
        read({**fields, "content-digest": digest}, body + b" ")
    with pytest.raises(VerificationFailed, match="cannot be rebuilt"):
        read(fields, body)


# cloudflare/web-bot-auth, packages/web-bot-auth/test/test_data/web_bot_auth_directory_response_v1.json
VECTOR = (
    {
        "content-type": "application/http-message-signatures-directory+json",
        "content-digest": "sha-256=:CADMT2aBdV/rqQr/NIru64ERQkCobVvllA4V0fLFDu0=:",
        "signature": "binding0=:yiHq0TXrbpzbmlttAQMpYoAufitFJUWuNsakB7QQMoN0EHbo5o51bZRVR8az/"
        "ptTWCwllix9clrKXfGKwdPzBg==:",
        "signature-input": 'binding0=("@authority";req "content-digest");created=1735689600;'
        'keyid="poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U";alg="ed25519";expires=4889289600;'
        'tag="http-message-signatures-directory"',
    },
    b'{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U",'
    b'"x":"JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs","use":"sig"}]}',
)


def test_the_directory_that_others_publish_as_a_vector_is_read() -> None:
    fields, body = VECTOR
    said = read_key_directory("signature-agent.test", fields, body, NOW, examples=True)
    assert [each.kid for each in said.held] == ["poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U"]
    with pytest.raises(VerificationFailed):
        read_key_directory("signature-agent.example", fields, body, NOW, examples=True)
    with pytest.raises(VerificationFailed, match="printed"):  # its private half is known to all
        read_key_directory("signature-agent.test", fields, body, NOW)


def test_a_directory_without_keys_is_one() -> None:
    assert read(*directory(now=NOW)).listed == frozenset()


@pytest.mark.parametrize(
    "made",
    [
        directory(ONE, now=NOW, authority="elsewhere.example"),
        directory(ONE, now=NOW, tag="web-bot-auth"),
        directory(ONE, now=NOW, components={}),
        directory(ONE, now=NOW, components={'"@authority"': HOST}),
        directory(ONE, now=NOW - 400),
        directory(ONE, now=NOW + 40),
        directory(now=NOW, listed=[dict(ONE.public.jwk)]),
        directory(ONE, now=NOW, listed=[dict(TWO.public.jwk)]),
        directory(ONE, now=NOW, listed=[{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]),
        directory(ONE, now=NOW, listed=[{**ONE.public.jwk, "d": "AQAB"}]),
        directory(ONE, now=NOW, listed=["no key"]),
        directory(ONE, now=NOW, listed=[dict(ONE.public.jwk)] * (MOST_KEYS + 1)),
    ],
    ids=[
        "another-host",
        "another-tag",
        "nothing-covered",
        "host-of-the-answer",
        "expired",
        "from-the-future",
        "signed-by-none",
        "listed-is-another",
        "no-key-for-signatures",
        "a-private-half",
        "not-even-a-key",
        "too-many",
    ],
)
def test_a_directory_that_none_of_its_keys_signed_for_this_host_and_time_is_refused(
    made: tuple[dict[str, str], bytes],
) -> None:
    with pytest.raises(VerificationFailed):
        read(*made)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"keys": 1}', b"[" * 100_000, b"\xff"])
def test_what_is_no_jwk_set_is_refused(body: bytes) -> None:
    with pytest.raises(VerificationFailed):
        read(directory(ONE, now=NOW)[0], body)


def test_another_media_type_is_refused() -> None:
    fields, body = directory(ONE, now=NOW)
    with pytest.raises(VerificationFailed):
        read({**fields, "content-type": "application/json"}, body)


def test_one_flipped_bit_of_a_signature_is_seen() -> None:
    fields, body = directory(ONE, now=NOW)
    at = fields["signature"].index(":") + 1
    turned = "A" if fields["signature"][at] != "A" else "B"
    fields["signature"] = fields["signature"][:at] + turned + fields["signature"][at + 1 :]
    with pytest.raises(VerificationFailed, match="does not hold"):
        read(fields, body)
