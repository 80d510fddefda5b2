"""Signed notes: a text, and under it the signatures of a log and of the witnesses that saw it.

C2SP signed-note (Ed25519, type 0x01) and tlog-cosignature (timestamped Ed25519, type 0x04). A
note's text means nothing until a key that the reader already trusts has signed it.
"""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from registry.errors import InvalidInput, KeyRefused, VerificationFailed
from registry.signing import ed25519
from registry.signing.note_key import (
    COSIGNATURE,
    ED25519,
    NoteKey,
    canonical_base64,
    cosigner_vkey,
    is_key_name,
    note_key,
    parse_vkey,
    vkey,
)

__all__ = [
    "NoteKey",
    "Sign",
    "VerifiedNote",
    "add_cosignature",
    "add_signature",
    "cosigner_vkey",
    "parse_vkey",
    "sign_note",
    "take_cosignature",
    "verify_note",
    "vkey",
]

MAX_SIGNATURES = 64
MAX_NOTE = 1_000_000
_TIMESTAMP_SIZE = 8
_LINE = re.compile(r"— (?P<name>[^ ]+) (?P<signature>[A-Za-z0-9+/]+={0,2})")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")

Sign = Callable[[bytes], bytes]
"""Ed25519-signs a message: bytes in, 64 bytes out. The private key stays where it is."""


@dataclass(frozen=True, slots=True)
class VerifiedNote:
    """A note's text (with its final newline) and the names of the known keys that signed it.

    `cosigned_at` gives, for each witness among them, the POSIX second that it vouches for. Whether
    the log itself is among the signers, and whether enough witnesses are, is for the caller to ask.
    """

    text: str
    signed_by: tuple[str, ...]
    cosigned_at: Mapping[str, int] = field(default_factory=dict)


def sign_note(text: str, name: str, public_key: bytes, sign: Sign) -> str:
    """Sign `text`, which ends in a newline: returns the text, an empty line and the signature line.

    Source: C2SP signed-note. Raises InvalidInput for a text or name that a note cannot have.
    """
    _check_characters(text, InvalidInput)
    if not text.endswith("\n"):
        raise InvalidInput("The text of a note ends in a newline.")
    key = note_key(name, public_key, ED25519)
    return f"{text}\n{_signature_line(key, _signed(sign, text.encode()))}"


def add_signature(note: str, name: str, public_key: bytes, sign: Sign) -> str:
    """Add one more signature to a note; an earlier line of the same key is replaced.

    The signatures already there are not verified. Raises VerificationFailed if `note` is not one.
    """
    key = note_key(name, public_key, ED25519)
    text, _ = _split(note)
    return _with_line(note, key, _signed(sign, text.encode()))


def add_cosignature(note: str, name: str, public_key: bytes, sign: Sign, at: int) -> str:
    """Add a witness's statement that it saw this checkpoint at POSIX second `at`.

    Source: C2SP tlog-cosignature, "Ed25519 signed message". The witness must have verified the
    checkpoint's signature and consistency before. An earlier line of the same key is replaced.
    """
    if not 0 < at < 2**63:
        raise InvalidInput("A cosignature's time is in seconds since 1970, more than 0.")
    key = note_key(name, public_key, COSIGNATURE)
    text, _ = _split(note)
    signature = _signed(sign, _cosigned_message(text, at))
    return _with_line(note, key, at.to_bytes(_TIMESTAMP_SIZE, "big") + signature)


def take_cosignature(note: str, lines: str, cosigner: str) -> tuple[str, int]:
    """The line of one witness (`cosigner` is its verifier key) among the signature lines that it replied with, and the
    POSIX second that it vouches for; lines of other keys are ignored (C2SP tlog-witness).

    Raises VerificationFailed where there is none, or it is not over this note; KeyRefused for another key.
    """
    key = parse_vkey(cosigner)
    if key.type != COSIGNATURE:
        raise KeyRefused(f"The key of {key.name!r} is a log's, not a witness's.")
    text, _ = _split(note)
    above, signatures = _split(f"{text}\n{lines}")
    if above != text:
        raise VerificationFailed("The reply is not signature lines alone.")
    for name, key_id, signature in signatures:
        if (name, key_id) == (key.name, key.key_hash):
            at = _verify_signature(key, text, signature)
            return _signature_line(key, signature), at or 0
    raise VerificationFailed(f"The reply has no cosignature by {key.name!r}.")


def verify_note(note: str, vkeys: Sequence[str]) -> VerifiedNote:
    """Verify a note against the keys that the reader trusts.

    Signatures by unknown keys are ignored; at least one by a known key must be there, and each that
    is there must verify. Source: C2SP signed-note, "Signatures". Raises VerificationFailed, and
    KeyRefused for a bad or ambiguous verifier key.
    """
    known: dict[tuple[str, bytes], NoteKey] = {}
    for key in map(parse_vkey, vkeys):
        if known.setdefault((key.name, key.key_hash), key) != key:
            raise KeyRefused(f"Two verifier keys share the name {key.name!r} and the same id.")
    text, signatures = _split(note)
    signed_by: dict[str, None] = {}
    cosigned_at: dict[str, int] = {}
    for name, key_id, signature in signatures:
        signer = known.get((name, key_id))
        if signer is None:
            continue
        at = _verify_signature(signer, text, signature)
        signed_by[name] = None
        if at is not None:
            cosigned_at[name] = max(at, cosigned_at.get(name, 0))
    if not signed_by:
        raise VerificationFailed(
            "None of the known keys signed this note. "
            f"Known: {', '.join(sorted({key.name for key in known.values()})) or 'none'}; "
            f"signed by: {', '.join(name[:80] for name, _, _ in signatures)}."
        )
    return VerifiedNote(text, tuple(signed_by), cosigned_at)


def _verify_signature(key: NoteKey, text: str, signature: bytes) -> int | None:
    """Raises VerificationFailed, or returns the time of a cosignature (None for a plain one)."""
    at, message = None, text.encode()
    if key.type == COSIGNATURE:
        at = int.from_bytes(signature[:_TIMESTAMP_SIZE], "big")
        signature = signature[_TIMESTAMP_SIZE:]
        message = _cosigned_message(text, at)
    if not ed25519.verifies(key.public_key, message, signature):
        raise VerificationFailed(
            f"The signature by {key.name!r} does not fit this text: it was changed, or the line "
            "belongs to another note."
        )
    if at is not None and at >= 2**63:
        raise VerificationFailed(f"The cosignature by {key.name!r} has an impossible time.")
    return at


def _split(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """A note's text and its signature lines as (name, key id, signature)."""
    if len(note) > MAX_NOTE:
        raise VerificationFailed(f"A note has at most {MAX_NOTE} characters here.")
    _check_characters(note, VerificationFailed)
    end = note.rfind("\n\n")
    lines = note[end + 2 :].split("\n")
    if end < 0 or lines.pop() != "" or not lines:
        raise VerificationFailed(
            "Not a signed note: it has a text, an empty line and then lines of signatures, "
            "each ended by a newline."
        )
    if len(lines) > MAX_SIGNATURES:
        raise VerificationFailed(f"A note has at most {MAX_SIGNATURES} signatures here.")
    signatures = []
    for line in lines:
        found = _LINE.fullmatch(line)
        signature = canonical_base64(found["signature"]) if found else None
        if (
            found is None
            or not is_key_name(found["name"])
            or signature is None
            or len(signature) < 5
        ):
            raise VerificationFailed(
                f"Not a signature line: {line[:80]!r}. One reads '— name base64'."
            )
        signatures.append((found["name"], signature[:4], signature[4:]))
    return note[: end + 1], signatures


def _with_line(note: str, key: NoteKey, signature: bytes) -> str:
    text, signatures = _split(note)
    lines = note[len(text) + 1 :].split("\n")[:-1]
    kept = [
        f"{line}\n"
        for line, (name, key_id, _) in zip(lines, signatures, strict=True)
        if (name, key_id) != (key.name, key.key_hash)
    ]
    return f"{text}\n{''.join(kept)}{_signature_line(key, signature)}"


def _signature_line(key: NoteKey, signature: bytes) -> str:
    return f"— {key.name} {base64.b64encode(key.key_hash + signature).decode('ascii')}\n"


def _signed(sign: Sign, message: bytes) -> bytes:
    signature = sign(message)
    if len(signature) != ed25519.SIGNATURE_BYTES:
        raise InvalidInput(f"An Ed25519 signature is {ed25519.SIGNATURE_BYTES} bytes.")
    return signature


def _cosigned_message(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _check_characters(text: str, error: type[InvalidInput] | type[VerificationFailed]) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as broken:
        raise error("A note is valid Unicode text.") from broken
    if _CONTROL.search(text):
        raise error("A note has no control characters other than newlines.")
