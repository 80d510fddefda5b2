"""What this registry is and with which keys it signs, under `/.well-known/` (RFC 8615)."""

from typing import Any

from flask import Response

from registry.api.answering import MOST_QUESTION_BYTES
from registry.api.blueprint import Blueprint
from registry.api.json_bodies import encode_json
from registry.api.limits import ITEMS_PER_PLACE
from registry.api.question_schemas import MOST_IDENTIFIERS_OF_AN_ITEM, MOST_ITEMS
from registry.api.security import MOST_BODY_BYTES
from registry.api.token_desk import PATH as TOKEN_PATH
from registry.api.wired import the_registry
from registry.domain.hosts import HOST_RULES_VERSION
from registry.domain.identifiers import CANONICAL_FORM_VERSION
from registry.domain.resolution import RULES_VERSION
from registry.domain.vocabulary import PRESETS, VOCABULARY_VERSION, Usage
from registry.settings import Settings
from registry.signing.http_signature import MAX_WINDOW_SECONDS, TAG
from registry.signing.keys import KeyPurpose
from registry.signing.note import vkey

DIRECTORY = "application/http-message-signatures-directory+json"
_OBJECT = {"type": "object"}

well_known = Blueprint("well_known", __name__, description="Keys, and what this registry speaks")


@well_known.route("/.well-known/did.json", methods=["GET"])
@well_known.response(200, _OBJECT)
def get_did() -> Response:
    """The DID document of the issuer (did:web), with every key that ever signed."""
    registry = the_registry()
    place = registry.place
    return published(registry.signers().keyring.did_document(place.issuer, place.public_url))


@well_known.route("/.well-known/jwks.json", methods=["GET"])
@well_known.response(200, _OBJECT)
def get_jwks() -> Response:
    """Every public key as a JWK Set (RFC 7517), retired ones included."""
    return published(the_registry().signers().keyring.jwks())


@well_known.route("/.well-known/http-message-signatures-directory", methods=["GET"])
@well_known.response(200, _OBJECT, content_type=DIRECTORY)
def get_signature_directory() -> Response:
    """The keys that sign answers."""
    return published(the_registry().signers().keyring.signature_directory(), DIRECTORY)


@well_known.route("/.well-known/consent-registry", methods=["GET"])
@well_known.response(200, _OBJECT)
def get_description() -> Response:
    """What this registry speaks: endpoints, log, issuer, versions, limits, usage categories."""
    registry = the_registry()
    place, settings, keyring = registry.place, registry.settings, registry.signers().keyring
    base = place.public_url
    log_keys = keyring.of_purpose(KeyPurpose.LOG)
    current = registry.signers()[KeyPurpose.LOG].public
    return published(
        {
            "name": "consent registry",
            "issuer": place.issuer,
            "origin": place.origin,
            "endpoints": {
                "verify": f"{base}/v1/verify",
                "token": f"{base}{TOKEN_PATH}",
                "records": f"{base}/v1/records/{{id}}",
                "platforms": f"{base}/v1/platforms",
                "changes": f"{base}/v1/changes",
                "webhooks": f"{base}/v1/webhooks",
                "log": f"{base}/log",
                "snapshots": f"{base}/v1/snapshots/latest",
                "did": f"{base}/.well-known/did.json",
                "jwks": f"{base}/.well-known/jwks.json",
                "signature_directory": f"{base}/.well-known/http-message-signatures-directory",
                "openapi": f"{base}/openapi.json",
                "documentation": f"{base}/docs",
            },
            "log": {
                "origin": place.origin,
                "url": f"{base}/log",
                "vkey": vkey(place.origin, current.raw),
                "vkeys": [vkey(place.origin, key.public.raw) for key in log_keys],
                "witnesses": [each.vkey for each in settings.witnesses],
                "quorum": settings.witness_quorum,
            },
            "versions": {
                "vocabulary": VOCABULARY_VERSION,
                "canonical_form": CANONICAL_FORM_VERSION,
                "host_rules": HOST_RULES_VERSION,
                "rules": RULES_VERSION,
            },
            "usage_categories": [usage.value for usage in Usage],
            "presets": list(PRESETS),
            "signatures": {
                "tag": TAG,
                "algorithms": ["ed25519", "ecdsa-p256-sha256"],
                "max_window_seconds": MAX_WINDOW_SECONDS,
                "clock_skew_seconds": settings.clock_skew // 1000,
            },
            "limits": _limits(settings),
        }
    )


def _limits(settings: Settings) -> dict[str, Any]:
    return {
        "items": MOST_ITEMS,
        "identifiers_per_item": MOST_IDENTIFIERS_OF_AN_ITEM,
        "question_bytes": MOST_QUESTION_BYTES,
        "body_bytes": MOST_BODY_BYTES,
        "unsigned_questions_per_minute": settings.rate_anonymous,
        "question_places_per_minute": settings.rate_platform,
        "items_per_place": ITEMS_PER_PLACE,
        "writes_per_minute": settings.rate_token,
        "access_token_seconds": settings.access_token_life // 1000,
        "answer_validity_seconds": settings.max_validity // 1000,
        "loosening_delay_seconds": settings.loosening_delay // 1000,
    }


def published(members: dict[str, Any], content_type: str = "application/json") -> Response:
    """A public document as a reply that any site may read and anybody may keep for a minute."""
    headers = {"Cache-Control": "public, max-age=60", "Access-Control-Allow-Origin": "*"}
    return Response(encode_json(members), content_type=content_type, headers=headers)
