"""Bitstring Status List (W3C Recommendation, 1.0): which records no longer stand, a bit each.

A list has 131,072 bits, the least the standard allows, so that asking for one says little about
which record is meant. Index 0 is the most significant bit of the first byte. The encoded form is
multibase "u" (base64url without padding) over GZIP.
"""

import gzip
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from registry.errors import VerificationFailed
from registry.signing import base64url

STATUS_LIST_LENGTH: Final = 131_072
STATUS_LIST_BYTES: Final = STATUS_LIST_LENGTH // 8
_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS


def bits_with(indexes: Iterable[int]) -> bytes:
    """The list's bytes with exactly these bits set. Raises ValueError for an index outside it."""
    bits = bytearray(STATUS_LIST_BYTES)
    for index in indexes:
        if not 0 <= index < STATUS_LIST_LENGTH:
            raise ValueError(f"status index {index} is not within 0 … {STATUS_LIST_LENGTH - 1}")
        bits[index >> 3] |= 0x80 >> (index & 7)
    return bytes(bits)


def is_set(bits: bytes, index: int) -> bool:
    """Whether bit `index` is set. Raises VerificationFailed for an index outside the list."""
    if not 0 <= index < len(bits) * 8:
        raise VerificationFailed(f"the status index {index} lies outside the list")
    return bool(bits[index >> 3] & 0x80 >> (index & 7))


def encode(bits: bytes) -> str:
    """The list's bytes (16,384) → `encodedList`. Raises ValueError for another length."""
    if len(bits) != STATUS_LIST_BYTES:
        raise ValueError(f"a status list has {STATUS_LIST_BYTES} bytes, not {len(bits)}")
    # mtime=0: the same bits give the same text again, so that caches need not fetch it anew.
    return "u" + base64url.encode(gzip.compress(bits, 9, mtime=0))


def decode(encoded: str) -> bytes:
    """`encodedList` → the list's bytes.

    Raises VerificationFailed for another encoding or length; never inflates beyond the one length
    that is right, so that a small text cannot fill the memory.
    """
    if not isinstance(encoded, str) or not encoded.startswith("u"):
        raise VerificationFailed('encodedList must be multibase base64url: it starts with "u"')
    packed = base64url.decode(encoded[1:], "encodedList")
    unpacker = zlib.decompressobj(wbits=_GZIP_WINDOW)
    try:
        bits = unpacker.decompress(packed, STATUS_LIST_BYTES + 1)
        complete = unpacker.eof and not unpacker.unused_data
    except zlib.error as error:
        raise VerificationFailed("encodedList is not GZIP") from error
    if not complete or len(bits) != STATUS_LIST_BYTES:
        raise VerificationFailed(f"encodedList must hold exactly {STATUS_LIST_LENGTH} bits")
    return bits


def status_entry(list_url: str, index: int, purpose: str = "revocation") -> dict[str, Any]:
    """The `credentialStatus` of a record: which bit of which list is its own (section 2.1)."""
    if not 0 <= index < STATUS_LIST_LENGTH:
        raise ValueError(f"status index {index} is not within 0 … {STATUS_LIST_LENGTH - 1}")
    return {
        "id": f"{list_url}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": list_url,
    }


def build_status_list_credential(
    *,
    list_url: str,
    issuer: str,
    valid_from: str,
    valid_until: str | None,
    bits: bytes,
    purpose: str = "revocation",
    ttl_ms: int = 60_000,
) -> dict[str, Any]:
    """The credential that publishes a list (section 2.2), to be secured like any other.

    Times are RFC 3339 in UTC; `ttl_ms` says in milliseconds how long a copy may be used unasked.
    """
    credential: dict[str, Any] = {
        "@context": [_CONTEXT],
        "id": list_url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": valid_from,
    }
    if valid_until is not None:
        credential["validUntil"] = valid_until
    credential["credentialSubject"] = {
        "id": f"{list_url}#list",
        "type": "BitstringStatusList",
        "statusPurpose": purpose,
        "encodedList": encode(bits),
        "ttl": ttl_ms,
    }
    return credential


def is_revoked(entry: Mapping[str, Any], list_credential: Mapping[str, Any]) -> bool:
    """Whether the bit that a record's `credentialStatus` names is set in a verified list.

    Raises VerificationFailed if the two do not belong together or the list is malformed (section
    3.2).
    """
    subject = list_credential.get("credentialSubject")
    if not isinstance(subject, Mapping) or subject.get("type") != "BitstringStatusList":
        raise VerificationFailed("the credential is not a Bitstring Status List")
    if entry.get("statusListCredential") != list_credential.get("id"):
        raise VerificationFailed("the status list is not the one that the record names")
    if entry.get("statusPurpose") != subject.get("statusPurpose"):
        raise VerificationFailed("the status list is for another purpose than the record's entry")
    index = entry.get("statusListIndex")
    if not isinstance(index, str) or not index.isascii() or not index.isdigit() or len(index) > 6:
        raise VerificationFailed("statusListIndex must be a decimal number as text")
    return is_set(decode(subject.get("encodedList", "")), int(index))
