"""Log entries on the wire: up to 256 of them, each after its length as a big-endian uint16.

C2SP tlog-tiles, "Log entries". Entry n of bundle N hashes to hash n of level 0's tile N.
"""

from collections.abc import Sequence

from registry.errors import InvalidInput, VerificationFailed
from registry.tlog.tile_path import TILE_WIDTH

MAX_ENTRY = 0xFFFF


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """1 to 256 entries of up to 65,535 bytes as one bundle. Raises InvalidInput for others."""
    if not 1 <= len(entries) <= TILE_WIDTH:
        raise InvalidInput(f"A bundle has 1 to {TILE_WIDTH} entries, not {len(entries)}.")
    if any(len(entry) > MAX_ENTRY for entry in entries):
        raise InvalidInput(f"A log entry has at most {MAX_ENTRY} bytes.")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def decode_bundle(data: bytes) -> list[bytes]:
    """The entries of a bundle. Raises VerificationFailed if it is cut short or holds too many."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        if start > len(data) or at > len(data):
            raise VerificationFailed(f"The bundle is cut short inside entry {len(entries)}.")
        entries.append(data[start:at])
    if not 1 <= len(entries) <= TILE_WIDTH:
        raise VerificationFailed(f"A bundle has 1 to {TILE_WIDTH} entries, not {len(entries)}.")
    return entries
