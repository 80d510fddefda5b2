"""A notice's signature holds for the receiver that it is for, for five minutes, and for nothing else."""

from base64 import b64decode
from typing import Any

import pytest

from registry.errors import SignatureRefused, VerificationFailed
from registry.signing.http_signature import (
    content_digest,
    parse_request_signature,
    sign_request,
    verify_request,
)
from registry.signing.keys import PublicKey, generate
from registry.signing.notice_signature import sign_notice, verify_notice
from registry.signing.request_components import SignedRequest

URL, BODY, NOW = "https://p.example/hook?x=1", b'{"type":"test"}', 1_800_000_000
SIGNER = generate()


def find_key(keyid: str) -> PublicKey:
    if keyid != SIGNER.kid:
        raise VerificationFailed("unknown key")
    return SIGNER.public


def signed(**changed: Any) -> dict[str, str]:
    given = {"created": NOW, "nonce": "n-1", **changed}
    return sign_notice(URL, BODY, "application/json", SIGNER, **given)


def check(headers: dict[str, str], *, url: str = URL, body: bytes = BODY, now: int = NOW) -> Any:
    return verify_notice(SignedRequest("POST", url, headers, body), find_key, now=now)


def test_what_was_signed_holds_until_it_is_too_old() -> None:
    held = check(signed())
    assert (held.keyid, held.nonce, held.created) == (SIGNER.kid, "n-1", NOW)
    assert check(signed(), now=NOW + 330)
    for now in (NOW + 331, NOW - 31):
        with pytest.raises(VerificationFailed, match="compare your clock"):
            check(signed(), now=now)


def test_it_holds_for_no_other_receiver_body_type_or_key() -> None:
    with pytest.raises(VerificationFailed):
        check(signed(), url="https://q.example/hook?x=1")
    with pytest.raises(VerificationFailed, match="sha-256"):
        check(signed(), body=BODY + b" ")
    with pytest.raises(VerificationFailed):
        check({**signed(), "content-type": "text/plain"})
    other = sign_notice(URL, BODY, "application/json", generate(), created=NOW, nonce="n")
    with pytest.raises(VerificationFailed, match="unknown key"):
        check(other)


@pytest.mark.parametrize(
    "dropped", ['"@method" ', '"@target-uri" ', '"content-type" ', ' "content-digest"']
)
def test_each_component_has_to_be_covered(dropped: str) -> None:
    headers = signed()
    headers["signature-input"] = headers["signature-input"].replace(dropped, "")
    with pytest.raises(VerificationFailed, match="does not cover"):
        check(headers)


@pytest.mark.parametrize("parameter", [";nonce=", ";created=", ";expires=", ";keyid=", ";tag="])
def test_each_parameter_has_to_be_there(parameter: str) -> None:
    headers = signed()
    before, _, after = headers["signature-input"].partition(parameter)
    headers["signature-input"] = before + (";" + after.partition(";")[2] if ";" in after else "")
    with pytest.raises(VerificationFailed, match="needs"):
        check(headers)


def test_a_platforms_question_is_no_notice_and_a_notice_no_question() -> None:
    question = sign_request(
        "POST", URL, BODY, "application/json", SIGNER, keyid=SIGNER.kid, created=NOW, nonce="n"
    )
    with pytest.raises(VerificationFailed, match="tag"):
        check({"content-type": "application/json", **question})
    with pytest.raises(SignatureRefused) as refused:
        parse_request_signature(SignedRequest("POST", URL, signed(), BODY))
    assert refused.value.code == "tag-wrong"


def test_the_library_of_others_builds_the_same_base() -> None:
    """Through the request's verifier, which is held against an independent library elsewhere."""
    headers = {"content-type": "application/json", "content-digest": content_digest(BODY)}
    notice = signed()
    disguised = notice["signature-input"].replace("consent-registry-notice", "consent-registry")
    request = SignedRequest(
        "POST",
        URL,
        {**headers, "signature-input": disguised, "signature": notice["signature"]},
        BODY,
    )
    parsed = parse_request_signature(request)
    with pytest.raises(SignatureRefused) as refused:
        verify_request(request, parsed, SIGNER.public, NOW)
    base = refused.value.message.rpartition("base with: ")[2]
    SIGNER.public.verify(
        base.replace('tag="consent-registry"', 'tag="consent-registry-notice"').encode(),
        b64decode(notice["signature"].removeprefix("sig1=:").rstrip(":")),
    )
