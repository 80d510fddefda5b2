"""Signed answers: the registry's profile of HTTP Message Signatures (RFC 9421) for responses.

An answer's signature covers its status, content type and digest, and of the request the method,
the target and its signature (section 2.4), so that an answer cannot be moved to another question.
The base has one fixed shape and is built directly; the tests hold it against an independent
library.
"""

from functools import lru_cache
from typing import Final

import msgspec

from registry.errors import SignatureRefused, VerificationFailed
from registry.signing.content_digest import check_content_digest, content_digest
from registry.signing.jws import FindKey
from registry.signing.keys import Signer
from registry.signing.signature_fields import (
    TAG,
    Headers,
    RequestSignature,
    SignatureInput,
    byte_sequence,
    field_value,
    params_text,
    quoted,
    read_signatures,
    signature_base,
)

MAX_ANSWER_AGE_SECONDS: Final = 300
_DIGEST_LINE: Final = '"content-digest": '


def sign_response(
    status: int,
    content_type: str | None,
    body: bytes,
    *,
    request_method: str,
    target_uri: str,
    request_signature: RequestSignature | None,
    signer: Signer,
    keyid: str,
    created: int,
) -> dict[str, str]:
    """The header fields that sign an answer: content-digest, signature-input and signature.

    `request_signature` is that of the request (None if it was not signed), `created` is in seconds
    since 1970, `body` is the content as it will travel, after any encoding.
    """
    digest = content_digest(body)
    label = None if request_signature is None else request_signature.label
    shape = _shape(status, content_type, request_method, target_uri, label, keyid)
    bound = "" if request_signature is None else byte_sequence(request_signature.value)
    text = f"{shape.until_created}{created}{shape.after_created}"
    base = f'{shape.until_digest}{digest}{shape.after_digest}{bound}\n"@signature-params": {text}'
    signature = signer.sign(base.encode("ascii"))
    return {
        "content-digest": digest,
        "signature-input": f"sig1={text}",
        "signature": f"sig1={byte_sequence(signature)}",
    }


class _Shape(msgspec.Struct, frozen=True, gc=False):
    """An answer's signature base and its parameters, without what is another in each answer."""

    until_digest: str
    after_digest: str
    until_created: str
    after_created: str


@lru_cache(maxsize=256)
def _shape(
    status: int,
    content_type: str | None,
    request_method: str,
    target_uri: str,
    label: str | None,
    keyid: str,
) -> _Shape:
    """The same in nearly all answers to one platform."""
    values = _values(
        status,
        content_type,
        "",
        request_method=request_method,
        target_uri=target_uri,
        request_signature=None if label is None else RequestSignature(label, b""),
    )
    lines = "\n".join(f"{name}: {value}" for name, value in values.items())
    until_digest, _, after_digest = lines.partition(_DIGEST_LINE)
    text = params_text(values, {"created": 0, "keyid": keyid, "tag": TAG})
    until_created, _, after_created = text.partition(";created=0;")
    return _Shape(
        until_digest + _DIGEST_LINE,
        after_digest if label is None else after_digest.removesuffix("::"),
        f"{until_created};created=",
        f";{after_created}",
    )


def verify_response(
    *,
    status: int,
    headers: Headers,
    body: bytes,
    request_method: str,
    target_uri: str,
    request_signature: RequestSignature | None,
    find_key: FindKey,
    now: int | None,
    max_age: int = MAX_ANSWER_AGE_SECONDS,
    skew: int = 30,
) -> None:
    """Holds an answer against its signature and the request that it answers.

    `find_key` goes from the answer's keyid to the registry's key and raises VerificationFailed for
    an unknown one. `now` is in seconds since 1970; None leaves out the age, for answers kept on
    file. Raises VerificationFailed, and nothing else, for whatever does not hold.
    """
    try:
        found = _answer_signature(headers)
        content_type = field_value(headers, "content-type")
        digest = field_value(headers, "content-digest")
        check_content_digest(digest, body)
    except SignatureRefused as error:
        raise VerificationFailed(f"the answer's signature: {error.message}") from error
    values = _values(
        status,
        content_type,
        digest or "",
        request_method=request_method,
        target_uri=target_uri,
        request_signature=request_signature,
    )
    covered = [component.identifier for component in found.components]
    if sorted(covered) != sorted(values):
        raise VerificationFailed(
            f"the answer's signature covers {' '.join(covered)}: it must cover {' '.join(values)}"
        )
    _check_age(found.params.get("created"), now, max_age, skew)
    base = signature_base(((name, values[name]) for name in covered), found.params_text)
    find_key(_keyid(found)).verify(base, found.signature)


def response_keyid(headers: Headers) -> str:
    """The keyid that an unverified answer names. Raises VerificationFailed if it names none."""
    try:
        return _keyid(_answer_signature(headers))
    except SignatureRefused as error:
        raise VerificationFailed(f"the answer's signature: {error.message}") from error


def request_signature(headers: Headers) -> RequestSignature:
    """The one signature among a request's own header fields, for `verify_response` afterwards.

    Raises SignatureRefused if there is none or more than one.
    """
    found = read_signatures(headers)
    if len(found) != 1:
        raise SignatureRefused("the request has several signatures", code="signature-ambiguous")
    return RequestSignature(found[0].label, found[0].signature)


def _values(
    status: int,
    content_type: str | None,
    digest: str,
    *,
    request_method: str,
    target_uri: str,
    request_signature: RequestSignature | None,
) -> dict[str, str]:
    values = {'"@status"': str(status)}
    if content_type is not None:
        values['"content-type"'] = content_type
    values['"content-digest"'] = digest
    values['"@method";req'] = request_method
    values['"@target-uri";req'] = target_uri
    if request_signature is not None:
        identifier = f'"signature";req;key={quoted(request_signature.label)}'
        values[identifier] = byte_sequence(request_signature.value)
    return values


def _answer_signature(headers: Headers) -> SignatureInput:
    ours = [s for s in read_signatures(headers) if s.params.get("tag") == TAG]
    if len(ours) != 1:
        raise SignatureRefused(
            f'exactly one signature with tag="{TAG}" is needed', code="tag-wrong"
        )
    return ours[0]


def _keyid(found: SignatureInput) -> str:
    keyid = found.params.get("keyid")
    if not isinstance(keyid, str):
        raise VerificationFailed("the answer's signature names no keyid")
    return keyid


def _check_age(created: object, now: int | None, max_age: int, skew: int) -> None:
    if not isinstance(created, int):
        raise VerificationFailed("the answer's signature has no created time")
    if now is None:
        return
    if created > now + skew:
        raise VerificationFailed("the answer's signature lies in the future: compare the clocks")
    if created < now - max_age - skew:
        raise VerificationFailed(f"the answer was signed {now - created} s ago: ask again")
