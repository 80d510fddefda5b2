"""Content-Digest (RFC 9530): the digest of a message's content as it travels, encoding included."""

from binascii import b2a_base64
from hashlib import sha256, sha512
from typing import Any, Final

import http_sf

from registry.errors import SignatureRefused

_ALGORITHMS: Final = {"sha-256": sha256, "sha-512": sha512}
_MAX_FIELD_CHARS: Final = 1024


def content_digest(body: bytes) -> str:
    """The field value for these bytes: `sha-256=:…:`."""
    return f"sha-256=:{b2a_base64(sha256(body).digest(), newline=False).decode('ascii')}:"


def check_content_digest(header: str | None, body: bytes) -> None:
    """Holds a Content-Digest field against the content.

    Takes sha-256 and sha-512; every one of these that is given must match, others are passed over
    (RFC 9530, section 2). Raises SignatureRefused with code `digest-missing` if there is none to
    check, `digest-mismatch` if one is wrong, `signature-malformed` if the field is not a
    dictionary.
    """
    if header is None:
        raise SignatureRefused(
            "content needs the field Content-Digest: sha-256=:<base64 of its SHA-256>:",
            code="digest-missing",
        )
    if header == content_digest(body):  # as nearly everybody sends it
        return
    checked = False
    for name, value in _digests(header).items():
        if name in _ALGORITHMS:
            if value != _ALGORITHMS[name](body).digest():
                raise SignatureRefused(
                    f"Content-Digest's {name} is not that of the {len(body)} bytes that arrived",
                    code="digest-mismatch",
                )
            checked = True
    if not checked:
        raise SignatureRefused("Content-Digest must hold sha-256 or sha-512", code="digest-missing")


def _digests(header: str) -> dict[str, Any]:
    malformed = SignatureRefused(
        "Content-Digest must look like sha-256=:<base64>:", code="signature-malformed"
    )
    if len(header) > _MAX_FIELD_CHARS:
        raise malformed
    try:
        members = http_sf.parse(header.encode("ascii"), tltype="dictionary")
    except ValueError as error:
        raise malformed from error
    found: Any = members  # http_sf's union of all shapes; a dictionary of (value, parameters)
    return {name: member[0] for name, member in found.items()}
