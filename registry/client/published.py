"""The registry's public keys as a partner holds them: read from its did.json or jwks.json.

DID Core 1.0 (verification methods, assertionMethod, `revoked`) and RFC 7517. Whoever pins such a
file trusts it; everything in `verify` needs nothing else from the registry, and no network.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.errors import InvalidInput, RegistryError, VerificationFailed
from registry.instants import parse_rfc3339
from registry.signing.jws import FindKey
from registry.signing.keys import PublicKey, public_key_from_jwk


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """One key. `asserts`: the registry signs records or answers with it. `revoked`: ms, or None."""

    public: PublicKey
    asserts: bool
    revoked: int | None


class PublishedKeys:
    """Public keys by thumbprint. `issuer` is the DID they belong to; None where a key set names none."""

    __slots__ = ("_keys", "issuer")

    def __init__(self, keys: Mapping[str, PublishedKey], issuer: str | None) -> None:
        self._keys = dict(keys)
        self.issuer = issuer

    @staticmethod
    def read(document: bytes | str) -> "PublishedKeys":
        """Reads a DID document or a JWK set.

        Raises: VerificationFailed where it is neither, or holds a key that must not be trusted.
        """
        try:
            members = json.loads(document)
            if isinstance(members, dict) and isinstance(members.get("keys"), list):
                return _of_key_set(members)
            if isinstance(members, dict) and isinstance(members.get("verificationMethod"), list):
                return _of_did_document(members)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise VerificationFailed(f"the key document cannot be read: {error}") from error
        raise VerificationFailed(
            "that is no key document: give the registry's did.json or jwks.json"
        )

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, keyid: str) -> bool:
        """Is the key of this keyid, bare or `<issuer>#<kid>`, among them?"""
        return keyid.rpartition("#")[2] in self._keys

    def finder(self, at: int | None = None) -> FindKey:
        """For `verify_jws` and `verify_response`: a keyid, bare or `<issuer>#<kid>`, → its key.

        `at` (ms) is when the log shows that the signature was made; without it a revoked key is
        refused altogether.
        """

        def find_key(keyid: str) -> PublicKey:
            issuer, hash_sign, kid = keyid.rpartition("#")
            if hash_sign and self.issuer is not None and issuer != self.issuer:
                raise VerificationFailed(f"the key {keyid!r} is not one of {self.issuer}")
            key = self._keys.get(kid)
            if key is None:
                raise VerificationFailed(
                    f"the key {kid!r} is not among the {len(self._keys)} published keys you trust"
                )
            if not key.asserts:
                raise VerificationFailed(f"the key {kid!r} is published for another purpose")
            if key.revoked is not None and (at is None or at >= key.revoked):
                raise VerificationFailed(
                    f"the key {kid!r} was reported as compromised: only what the log shows to be "
                    "older counts"
                )
            return key.public

        return find_key


def _of_key_set(members: Mapping[str, Any]) -> PublishedKeys:
    keys = {}
    for jwk in members["keys"]:
        public = _public(jwk)
        revoked = jwk.get("revoked")
        keys[public.kid] = PublishedKey(
            public, True, None if revoked is None else 1000 * int(revoked["revoked_at"])
        )
    return PublishedKeys(keys, None)


def _of_did_document(members: Mapping[str, Any]) -> PublishedKeys:
    asserting = set(members.get("assertionMethod", ()))
    keys = {}
    for method in members["verificationMethod"]:
        public = _public(method["publicKeyJwk"])
        revoked = method.get("revoked")
        keys[public.kid] = PublishedKey(
            public,
            method["id"] in asserting,
            None if revoked is None else _moment(revoked),
        )
    return PublishedKeys(keys, str(members["id"]))


def _moment(text: object) -> int:
    try:
        return parse_rfc3339(str(text))
    except InvalidInput as error:
        raise VerificationFailed(error.message) from error


def _public(jwk: Mapping[str, object]) -> PublicKey:
    try:
        return public_key_from_jwk(jwk)
    except RegistryError as error:
        raise VerificationFailed(f"a published key must not be trusted: {error.message}") from error
