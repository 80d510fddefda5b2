"""The keys that sign notes, and how they are handed over: verifier keys, or vkeys.

C2SP signed-note, "Verifier keys" (Ed25519, type 0x01), and tlog-cosignature (witnesses, type 0x04).
A key is known by its name and a 4-byte id; the id helps to find it and proves nothing.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from functools import lru_cache

from registry.errors import InvalidInput, KeyRefused
from registry.signing.keys import ed25519_public_key

ED25519 = 0x01
COSIGNATURE = 0x04


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A key that signs notes: its name, 4-byte id, 32 bytes of Ed25519 key, and signature type."""

    name: str
    key_hash: bytes
    public_key: bytes
    type: int = ED25519


def vkey(name: str, public_key: bytes) -> str:
    """The verifier key of a log, `<name>+<hex id>+<base64 of type and key>` (signed-note).

    Raises InvalidInput for a name with spaces or `+`, KeyRefused for a key not to be trusted.
    """
    return _encode_vkey(trusted_note_key(name, public_key, ED25519))


def cosigner_vkey(name: str, public_key: bytes) -> str:
    """The verifier key of a witness, type 0x04 (tlog-cosignature). Raises as `vkey` does."""
    return _encode_vkey(trusted_note_key(name, public_key, COSIGNATURE))


def parse_vkey(text: str) -> NoteKey:
    """Read a verifier key of either type. Raises KeyRefused for a wrong id, form or point."""
    name, key_id, encoded = [*text.split("+", 2), "", ""][:3]
    material = canonical_base64(encoded)
    if material is None or len(material) != 33 or material[0] not in (ED25519, COSIGNATURE):
        raise KeyRefused(
            f"{text[:200]!r} is not a verifier key for Ed25519; one reads name+hex id+base64 key."
        )
    try:
        key = trusted_note_key(name, material[1:], material[0])
    except InvalidInput as refused:
        raise KeyRefused(refused.message) from refused
    if key.key_hash.hex() != key_id:
        raise KeyRefused(f"The id in the verifier key of {name!r} should be {key.key_hash.hex()}.")
    return key


def trusted_note_key(name: str, public_key: bytes, signature_type: int) -> NoteKey:
    """`note_key` with its point examined: KeyRefused if off the curve, weak or published."""
    key = note_key(name, public_key, signature_type)
    _examine(key.public_key)
    return key


@lru_cache(maxsize=256)
def _examine(public_key: bytes) -> None:
    # A verifier meets the same few keys in every note; the check costs as much as a signature.
    ed25519_public_key(public_key)


@lru_cache(maxsize=256)
def note_key(name: str, public_key: bytes, signature_type: int) -> NoteKey:
    """The key with its id. Raises InvalidInput for a bad name, KeyRefused for a wrong length."""
    if not is_key_name(name):
        raise InvalidInput(
            f"A key's name is not empty and has no spaces or plus signs; {name[:80]!r} is or has."
        )
    if len(public_key) != 32:
        raise KeyRefused(f"An Ed25519 public key is 32 bytes, not {len(public_key)}.")
    material = bytes([signature_type]) + public_key
    key_hash = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
    return NoteKey(name, key_hash, bytes(public_key), signature_type)


def _encode_vkey(key: NoteKey) -> str:
    material = base64.b64encode(bytes([key.type]) + key.public_key).decode("ascii")
    return f"{key.name}+{key.key_hash.hex()}+{material}"


def is_key_name(name: str) -> bool:
    """Whether a signature line can carry this name (C2SP signed-note, "Format")."""
    return name != "" and not any(
        character.isspace()
        or character < " "
        or character == "+"
        or "\ud800" <= character <= "\udfff"  # half a character, not encodable as UTF-8
        for character in name
    )


def canonical_base64(text: str) -> bytes | None:
    """Standard base64 in its one canonical spelling, else None."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode("ascii") == text else None
