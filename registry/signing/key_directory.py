"""A platform's key directory, read: a JWK set whose reply is signed with each of its keys.

Source: draft-meunier-webbotauth-httpsig-directory-00, section 5.2 (Web Bot Auth), over RFC 9421. A signature here
covers "@authority";req, has created, expires and keyid, and the tag "http-message-signatures-directory". It shows that
whoever runs the host holds the private half; a key that is only listed could be anybody's.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from registry.errors import KeyRefused, SignatureRefused, VerificationFailed
from registry.signing.content_digest import check_content_digest
from registry.signing.http_signature import ALGORITHM_NAMES
from registry.signing.keys import PublicKey, public_key_from_jwk
from registry.signing.signature_fields import (
    SignatureInput,
    read_signatures,
    signature_base,
)

PATH: Final = "/.well-known/http-message-signatures-directory"
MEDIA_TYPE: Final = "application/http-message-signatures-directory+json"
TAG: Final = "http-message-signatures-directory"
FIELDS: Final = ("signature-input", "signature", "content-type", "content-digest")
"""The header fields that a signature may cover, and those in which it stands."""
MOST_KEYS: Final = 20
_AUTHORITY: Final = '"@authority";req'


@dataclass(frozen=True, slots=True)
class KeyDirectory:
    """What a directory says. `listed`: the kids of all its keys; `held`: those keys that signed the reply too;
    `passed_over`: why others are not among these, in words."""

    listed: frozenset[str]
    held: tuple[PublicKey, ...]
    passed_over: tuple[str, ...]


def read_key_directory(
    authority: str,
    fields: Mapping[str, str],
    body: bytes,
    now: int,
    skew: int = 30,
    *,
    examples: bool = False,
) -> KeyDirectory:
    """The directory that `authority` (the host) replied with, at `now` (s). `examples` is for test vectors only.

    Raises: VerificationFailed for what is no directory, and for one with keys of which none signed the reply.
    """
    media_type = fields.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != MEDIA_TYPE:
        raise VerificationFailed(f"the key directory is not served as {MEDIA_TYPE}")
    if (digest := fields.get("content-digest")) is not None:
        try:
            check_content_digest(digest, body)
        except SignatureRefused as error:
            raise VerificationFailed(f"the key directory: {error.message}") from error
    found = [_key(each, examples=examples) for each in _jwks(body)]
    keys = {each.kid: each for each in found if isinstance(each, PublicKey)}
    why = [each for each in found if isinstance(each, str)]
    if not keys:
        if why:
            raise VerificationFailed(f"the key directory has no key of use here: {why[0]}")
        return KeyDirectory(frozenset(), (), ())
    held: list[PublicKey] = []
    for kid, key in keys.items():
        trouble = _signed_by(key, authority, fields, now, skew)
        if trouble is None:
            held.append(key)
        else:
            why.append(f"the key {kid} {trouble}")
    if not held:
        raise VerificationFailed(f"the key directory is not signed with its keys: {why[-1]}")
    return KeyDirectory(frozenset(keys), tuple(held), tuple(why))


def _jwks(body: bytes) -> list[Any]:
    try:
        members = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise VerificationFailed("the key directory is no JSON") from error
    keys = members.get("keys") if isinstance(members, dict) else None
    if not isinstance(keys, list):
        raise VerificationFailed('the key directory is no JWK set: {"keys": [...]} is missing')
    if len(keys) > MOST_KEYS:
        raise VerificationFailed(f"the key directory has more than {MOST_KEYS} keys")
    return keys


def _key(jwk: Any, *, examples: bool) -> PublicKey | str:
    """The key, or why it is of no use here."""
    if not isinstance(jwk, dict):
        return "an entry is no JWK"
    # The draft has RFC 9421's names of algorithms where RFC 7517 has JOSE's.
    known = {name for name in ALGORITHM_NAMES.values() if jwk.get("alg") == name}
    stated = {name: value for name, value in jwk.items() if name != "alg" or not known}
    try:
        return public_key_from_jwk(stated, examples=examples)
    except KeyRefused as error:
        return error.message


def _signed_by(
    key: PublicKey, authority: str, fields: Mapping[str, str], now: int, skew: int
) -> str | None:
    """Why no signature in these fields is this key's, in words; None where one is."""
    try:
        theirs = [each for each in read_signatures(fields) if each.params.get("keyid") == key.kid]
        if not theirs:
            return "has not signed the reply (keyid is the RFC 7638 thumbprint)"
        found = next((each for each in theirs if each.params.get("tag") == TAG), None)
        if found is None:
            return f'has not signed it with tag="{TAG}"'
        return _why_not(found, key, authority, fields, now, skew)
    except SignatureRefused as error:
        return f"has not signed it: {error.message}"


def _why_not(
    found: SignatureInput,
    key: PublicKey,
    authority: str,
    fields: Mapping[str, str],
    now: int,
    skew: int,
) -> str | None:
    created, expires = found.params.get("created"), found.params.get("expires")
    if not isinstance(created, int) or not isinstance(expires, int):
        return "has signed it without created or expires"
    if created > now + skew or expires < now - skew:
        return "has signed it for another time than now; sign each reply anew, or before it expires"
    if found.params.get("alg") not in (None, ALGORITHM_NAMES[key.algorithm]):
        return "has signed it under another algorithm's name"
    known = {_AUTHORITY: authority, **{f'"{name}"': fields.get(name) for name in FIELDS[2:]}}
    covered = [component.identifier for component in found.components]
    if _AUTHORITY not in covered:
        return f"has not signed {_AUTHORITY}"
    values = [(each, known.get(each)) for each in covered]
    if missing := next((each for each, value in values if value is None), None):
        return f"has signed {missing}, which cannot be rebuilt here"
    try:
        key.verify(
            signature_base([(k, v or "") for k, v in values], found.params_text), found.signature
        )
    except VerificationFailed:
        return "has a signature that does not hold"
    return None
