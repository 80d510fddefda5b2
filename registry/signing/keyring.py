"""The registry's own public keys, each with one purpose and the time in which it may sign.

From it come did.json (DID Core 1.0, did:web), jwks.json (RFC 7517) and the HTTP message signatures
directory (draft-meunier-http-message-signatures-directory). Old keys stay published, so that old
records stay verifiable. Times are milliseconds since 1970 in UTC.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from registry.errors import ConfigurationError, VerificationFailed
from registry.signing.jws import FindKey
from registry.signing.keys import KeyPurpose, PublicKey

_DID_CONTEXT = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"]
# Whoever verifies a record or an answer asks whether the issuer *asserted* it with this key.
_ASSERTING = frozenset({KeyPurpose.RECORDS, KeyPurpose.ANSWERS})


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """One key of the registry. It may sign from `not_before` until `not_after` (None: until further
    notice); what the log shows to be signed at or after `compromised_at` does not count."""

    public: PublicKey
    purpose: KeyPurpose
    not_before: int
    not_after: int | None = None
    compromised_at: int | None = None

    def may_sign_at(self, at_ms: int) -> bool:
        """Whether a signature made at this time counts."""
        return (
            self.not_before <= at_ms
            and (self.not_after is None or at_ms <= self.not_after)
            and (self.compromised_at is None or at_ms < self.compromised_at)
        )

    def signed_in(self, second: int) -> bool:
        """Whether a signature that gives its time in whole seconds since 1970 may be of this key's time."""
        return self.may_sign_at(second * 1000) or self.may_sign_at(second * 1000 + 999)


class Keyring:
    """All keys of one registry, retired ones included."""

    __slots__ = ("_records",)

    def __init__(self, records: Iterable[KeyRecord]) -> None:
        """Raises ConfigurationError if a key occurs twice: a key has one purpose."""
        self._records: dict[str, KeyRecord] = {}
        for record in records:
            if record.public.kid in self._records:
                raise ConfigurationError(
                    f"the key {record.public.kid} is listed twice: a key has exactly one purpose"
                )
            self._records[record.public.kid] = record

    def find(self, kid: str, purpose: KeyPurpose) -> KeyRecord:
        """The key with this thumbprint. Raises VerificationFailed if none has the purpose."""
        record = self._records.get(kid)
        if record is None or record.purpose is not purpose:
            raise VerificationFailed(f"this registry has no key {kid!r} for {purpose.value}")
        return record

    def trusted_at(self, kid: str, purpose: KeyPurpose, at_ms: int) -> PublicKey:
        """The key, if a signature that the log shows to be made at `at_ms` counts.

        Raises VerificationFailed if the key is unknown, was not in use then, or was compromised by
        then.
        """
        record = self.find(kid, purpose)
        if not record.may_sign_at(at_ms):
            compromised = record.compromised_at is not None and at_ms >= record.compromised_at
            raise VerificationFailed(
                f"the key {kid} was reported as compromised by then: only signatures that the log "
                "shows to be older count"
                if compromised
                else f"the key {kid} was not in use at that time"
            )
        return record.public

    def current(self, purpose: KeyPurpose, at_ms: int) -> KeyRecord:
        """The newest key that may sign now. Raises ConfigurationError if there is none."""
        usable = [
            r for r in self._records.values() if r.purpose is purpose and r.may_sign_at(at_ms)
        ]
        if not usable:
            raise ConfigurationError(f"there is no key for {purpose.value} in use: add one")
        return max(usable, key=lambda record: (record.not_before, record.public.kid))

    def of_purpose(self, purpose: KeyPurpose) -> list[KeyRecord]:
        """Every key that ever had this purpose, oldest first."""
        return [record for record in self._ordered() if record.purpose is purpose]

    def finder(self, issuer_did: str, purpose: KeyPurpose, at_ms: int) -> FindKey:
        """For `verify_jws`, `open_credential`: absolute verification-method URL → trusted key."""

        def find_key(kid: str) -> PublicKey:
            did, hash_sign, thumbprint = kid.partition("#")
            if did != issuer_did or not hash_sign:
                raise VerificationFailed(f"the key {kid!r} is not one of {issuer_did}")
            return self.trusted_at(thumbprint, purpose, at_ms)

        return find_key

    def jwks(self) -> dict[str, Any]:
        """Every public key as a JWK Set, retired ones included."""
        return {"keys": [_published(record) for record in self._ordered()]}

    def signature_directory(self) -> dict[str, Any]:
        """The keys that sign HTTP messages, for /.well-known/http-message-signatures-directory."""
        return {
            "keys": [
                {**record.public.jwk, "kid": record.public.kid, "use": "sig"}
                for record in self._ordered()
                if record.purpose is KeyPurpose.ANSWERS and record.compromised_at is None
            ]
        }

    def did_document(self, issuer_did: str, base_url: str) -> dict[str, Any]:
        """The DID document for /.well-known/did.json, with every key and where the registry is."""
        methods = []
        for record in self._ordered():
            method: dict[str, Any] = {
                "id": verification_method(issuer_did, record.public.kid),
                "type": "JsonWebKey",
                "controller": issuer_did,
                "publicKeyJwk": {**record.public.jwk, "kid": record.public.kid},
            }
            if record.compromised_at is not None:
                method["revoked"] = _rfc3339(record.compromised_at)
            methods.append(method)
        return {
            "@context": list(_DID_CONTEXT),
            "id": issuer_did,
            "verificationMethod": methods,
            "assertionMethod": [
                verification_method(issuer_did, record.public.kid)
                for record in self._ordered()
                if record.purpose in _ASSERTING
            ],
            "service": [
                {
                    "id": f"{issuer_did}#registry",
                    "type": "ConsentRegistry",
                    "serviceEndpoint": base_url,
                }
            ],
        }

    def _ordered(self) -> list[KeyRecord]:
        return sorted(self._records.values(), key=lambda r: (r.not_before, r.public.kid))


def _published(record: KeyRecord) -> dict[str, Any]:
    """A key of the set; `revoked` as OpenID Federation 1.0 writes it (section 8.7.2, seconds)."""
    jwk: dict[str, Any] = {
        **record.public.jwk,
        "kid": record.public.kid,
        "alg": record.public.algorithm,
        "use": "sig",
    }
    if record.compromised_at is not None:
        jwk["revoked"] = {"revoked_at": record.compromised_at // 1000, "reason": "compromised"}
    return jwk


def did_web(base_url: str) -> str:
    """The did:web of a registry at this URL: `https://host:port/path` → `did:web:host%3Aport:path`.

    Raises ConfigurationError for a URL without a host, with credentials, a query or a fragment.
    """
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(f"{base_url!r} is not an http or https URL with a host")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ConfigurationError("a registry's URL has no credentials, query or fragment")
    path = [quote(segment, safe="") for segment in parts.path.split("/") if segment]
    return ":".join(["did:web", parts.netloc.lower().replace(":", "%3A"), *path])


def verification_method(issuer_did: str, kid: str) -> str:
    """The absolute URL by which a JWS names the issuer's key."""
    return f"{issuer_did}#{kid}"


def _rfc3339(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
