"""What the signature on a lookup must look like: the registry's profile of RFC 9421 for requests.

It covers @method and @target-uri, and with a body also content-type and content-digest; it has
created, expires (at most 300 s later), nonce, keyid and tag "consent-registry". For GET the form
of Web Bot Auth (draft-meunier-web-bot-auth-architecture) is accepted too. All this is cheap, and
asked before the key is looked up.
"""

import re
from binascii import a2b_base64
from collections.abc import Iterable
from typing import Final

import msgspec

from registry.errors import SignatureRefused
from registry.signing.content_digest import check_content_digest
from registry.signing.request_components import SignedRequest
from registry.signing.signature_fields import (
    NO_PARAMETERS,
    TAG,
    Component,
    SignatureInput,
    malformed,
    read_signatures,
)

WEB_BOT_AUTH_TAG: Final = "web-bot-auth"
MAX_WINDOW_SECONDS: Final = 300
MAX_NONCE_CHARS: Final = 256
MAX_KEYID_CHARS: Final = 512

USUAL_COMPONENTS: Final = tuple(
    Component(name, NO_PARAMETERS, f'"{name}"')
    for name in ("@method", "@target-uri", "content-type", "content-digest")
)
"""What a signature on a question covers if it is written as this profile recommends: exactly this tuple."""
_CHARS: Final = r"[ !#-\[\]-~]"
_USUAL_INPUT: Final = re.compile(
    r'([a-z][a-z0-9_-]{0,63})=(\("@method" "@target-uri" "content-type" "content-digest"\)'
    r";created=([1-9][0-9]{0,14});expires=([1-9][0-9]{0,14})"
    rf';nonce="({_CHARS}{{1,{MAX_NONCE_CHARS}}})";keyid="({_CHARS}{{1,{MAX_KEYID_CHARS}}})"'
    rf';tag="{TAG}")'
)
_USUAL_SIGNATURE: Final = re.compile(r"([a-z][a-z0-9_-]{0,63})=:([A-Za-z0-9+/]{86}==):")


class ParsedSignature(msgspec.Struct, frozen=True, gc=False):
    """A request's signature before its key is known. Nothing in it is to be trusted yet."""

    label: str
    keyid: str
    nonce: str
    created: int
    expires: int
    tag: str
    alg: str | None
    components: tuple[Component, ...]
    params_text: str
    signature: bytes


def parse_request_signature(request: SignedRequest) -> ParsedSignature:
    """Reads a request's signature and holds it against the profile, before its key is looked up.

    Raises SignatureRefused, saying what would be right, with one of the codes `signature-missing`,
    `signature-malformed`, `signature-ambiguous`, `tag-wrong`, `keyid-missing`, `nonce-missing`,
    `created-missing`, `expires-missing`, `signature-window-too-long`, `digest-missing`,
    `signature-undercovered` (field names the component).
    """
    headers = request.headers
    find = headers if callable(headers) else headers.get
    usual = read_usual_signature(find("signature-input"), find("signature"))
    if usual is not None and request.body and find("content-digest") is not None:
        return usual
    found = _choose(read_signatures(request.headers))
    params = found.params
    keyid = _text(found, "keyid", MAX_KEYID_CHARS)
    nonce = _text(found, "nonce", MAX_NONCE_CHARS)
    created, expires = _seconds(found, "created"), _seconds(found, "expires")
    if expires <= created:
        raise malformed("expires must be later than created")
    if expires - created > MAX_WINDOW_SECONDS:
        raise SignatureRefused(
            f"expires is {expires - created} s after created: at most {MAX_WINDOW_SECONDS} s",
            code="signature-window-too-long",
        )
    tag = str(params["tag"])
    if tag == WEB_BOT_AUTH_TAG:
        _check_web_bot_auth(request, found.components)
    else:
        _check_coverage(request, found.components)
    alg = params.get("alg")
    return ParsedSignature(
        label=found.label,
        keyid=keyid,
        nonce=nonce,
        created=created,
        expires=expires,
        tag=tag,
        alg=None if alg is None else str(alg),
        components=found.components,
        params_text=found.params_text,
        signature=found.signature,
    )


def claimed_keyid(request: SignedRequest) -> str | None:
    """The key that a request says it was signed with, though its signature may be none; None where it says nothing
    that can be read."""
    try:
        found = read_signatures(request.headers)
    except SignatureRefused:
        return None
    named = [each.params.get("keyid") for each in found]
    return next((each for each in named if isinstance(each, str) and each), None)


def read_usual_signature(
    input_text: str | None, signature_text: str | None
) -> ParsedSignature | None:
    """The signature of a request with a body and its digest if the two fields are written letter by letter as
    `sign_request` writes them and nothing is wrong with them, as with nearly all; None leaves it to those who know
    every form, and every reason to refuse (three times the time, and the same outcome:
    tests/signing/test_http_signature.py).
    """
    found = _USUAL_INPUT.fullmatch(input_text or "")
    signed = _USUAL_SIGNATURE.fullmatch(signature_text or "")
    if found is None or signed is None:
        return None
    label, text, created_text, expires_text, nonce, keyid = found.groups()
    created, expires = int(created_text), int(expires_text)
    if label != signed[1] or not created < expires <= created + MAX_WINDOW_SECONDS:
        return None
    return ParsedSignature(
        label,
        keyid,
        nonce,
        created,
        expires,
        TAG,
        None,
        USUAL_COMPONENTS,
        text,
        a2b_base64(signed[2]),
    )


def _choose(found: list[SignatureInput]) -> SignatureInput:
    if len(found) == 1 and found[0].params.get("tag") == TAG:
        return found[0]
    ours = [s for s in found if s.params.get("tag") in (TAG, WEB_BOT_AUTH_TAG)]
    if not ours:
        raise SignatureRefused(f'the signature needs the parameter tag="{TAG}"', code="tag-wrong")
    # A request may pass gateways that add signatures of their own, and bots sign in both forms.
    preferred = [s for s in ours if s.params["tag"] == TAG] or ours
    if len(preferred) > 1:
        raise SignatureRefused(
            "the request has several signatures for this registry: send one",
            code="signature-ambiguous",
        )
    return preferred[0]


def _text(found: SignatureInput, name: str, limit: int) -> str:
    value = found.params.get(name)
    if not isinstance(value, str) or not value:
        raise SignatureRefused(f"the signature needs the parameter {name}", code=f"{name}-missing")
    if len(value) > limit:
        raise malformed(f"the signature parameter {name} has at most {limit} characters")
    return value


def _seconds(found: SignatureInput, name: str) -> int:
    value = found.params.get(name)
    if not isinstance(value, int):
        raise SignatureRefused(
            f"the signature needs the parameter {name} (seconds since 1970)", code=f"{name}-missing"
        )
    return value


def _check_coverage(request: SignedRequest, components: Iterable[Component]) -> None:
    needed = ["@method", "@target-uri"]
    if request.body:
        needed += ["content-type", "content-digest"]
        if not request.has("content-digest"):
            check_content_digest(None, request.body)
    # Without parameters: "content-digest";key="…" would leave the rest of the field open.
    covered = {component.name for component in components if not component.params}
    if not covered.issuperset(needed):
        raise _undercovered(next(name for name in needed if name not in covered), needed)


def _check_web_bot_auth(request: SignedRequest, components: Iterable[Component]) -> None:
    if request.method not in ("GET", "HEAD") or request.body:
        raise SignatureRefused(
            f'requests other than GET, or with a body, need tag="{TAG}"', code="tag-wrong"
        )
    # Web Bot Auth is content with "@authority" alone; but then one signature, once seen, asks anything.
    covered = {component.name for component in components}
    if not any(c.name == "@target-uri" and not c.params for c in components):
        raise _undercovered("@target-uri", ["@target-uri"])
    if request.field("signature-agent") is not None and "signature-agent" not in covered:
        raise _undercovered("signature-agent", ["@target-uri", "signature-agent"])


def _undercovered(name: str, needed: list[str]) -> SignatureRefused:
    return SignatureRefused(
        f'the signature does not cover "{name}": it must cover at least '
        + " ".join(f'"{component}"' for component in needed),
        field=name,
        code="signature-undercovered",
    )
