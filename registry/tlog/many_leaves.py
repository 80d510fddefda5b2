"""The leaf hashes of a run of entries, worked out together: the same bytes as one by one, in less time.

RFC 6962 section 2.1 over the entries of `entry`. Base64 (RFC 4648) of their hashes is made once for all of them.
"""

from binascii import b2a_base64
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from registry.tlog.entry import URLSAFE, entry_bytes

_CHARS: Final = 44
"""A hash of 32 bytes, and a zero after it, make so many characters; the first 43 are those of the hash alone."""


def digest_texts(digests: Sequence[bytes]) -> list[str]:
    """`sha-256=:…:` (RFC 9530) of each digest of 32 bytes."""
    text = _base64(digests).decode("ascii")
    return [f"sha-256=:{text[at : at + 43]}=:" for at in range(0, len(text), _CHARS)]


def leaf_hashes(
    types: Sequence[str], ids: Sequence[str], digests: Sequence[str], times: Sequence[str]
) -> list[bytes]:
    """The leaf hash of each entry. `digests` as `sha-256=:…:`, `times` as in RFC 3339; nothing is checked."""
    hashes = [sha256(id.encode()).digest() for id in ids]
    blinded = _base64(hashes).translate(URLSAFE).decode("ascii")
    starts = range(0, len(blinded), _CHARS)
    return [
        sha256(b"\x00" + entry_bytes(type, blinded[at : at + 43], digest, time)).digest()
        for type, at, digest, time in zip(types, starts, digests, times, strict=True)
    ]


def _base64(hashes: Sequence[bytes]) -> bytes:
    return b2a_base64(b"\x00".join(hashes) + b"\x00", newline=False) if hashes else b""
