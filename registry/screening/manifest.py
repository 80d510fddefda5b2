"""The manifest of a snapshot: which files it has, of which log and moment, and until when it counts.

A JSON object, signed as a compact JWS (RFC 7515) with the key for answers, because a snapshot is one: to every question
at once. Format: docs/formats.md, "Snapshot". Nothing of a snapshot may be believed before `verify_manifest`.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from registry.domain.hosts import HOST_RULES_VERSION
from registry.domain.identifiers import CANONICAL_FORM_VERSION
from registry.domain.resolution import RULES_VERSION
from registry.domain.vocabulary import VOCABULARY_VERSION, Usage
from registry.errors import InvalidInput, VerificationFailed
from registry.instants import SECOND_MS, parse_rfc3339, rfc3339
from registry.signing.jws import FindKey, parse_json_object, sign_jws, verify_jws
from registry.signing.keys import Signer
from registry.signing.note import parse_vkey, verify_note
from registry.tlog.checkpoint import Checkpoint

FORMAT: Final = "1"
TYP: Final = "consent-snapshot+jwt"
REGISTERED: Final = "registered"
CLOCK_SKEW_MS: Final = 60 * SECOND_MS
"""So much earlier than it was made may a snapshot be used: clocks differ."""

FILE_NAME: Final = re.compile(r"[a-z-]{1,40}\.[0-9a-f]{16}\.(?:filter|keys|delta)")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file: its name, its length, and its SHA-256 in hexadecimal."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SetEntry:
    """One set of keys: how many, what names it (SHA-256 in hexadecimal), its filter, and what changed since the
    snapshot before (None where there is none)."""

    keys: int
    content: str
    filter: FileEntry
    delta: FileEntry | None


@dataclass(frozen=True, slots=True)
class Versions:
    """What the keys rest on: a reader with others would compute other keys."""

    canonical_form: str
    host_rules: str
    vocabulary: str
    rules: str
    unicode: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Times in ms. `sets` has "registered" and one entry a usage category; `lists` the sorted keys of "registered" and,
    for each category, those that are registered and not in its set."""

    issuer: str
    checkpoint: str
    origin: str
    size: int
    made_at: int
    valid_until: int
    versions: Versions
    sets: Mapping[str, SetEntry]
    lists: Mapping[str, FileEntry]
    previous: int | None

    def files(self) -> dict[str, FileEntry]:
        """Every file by name; one may belong to several sets."""
        found: list[FileEntry] = list(self.lists.values())
        for each in self.sets.values():
            found += [each.filter, *([each.delta] if each.delta else [])]
        return {file.name: file for file in found}


SET_NAMES: Final = (REGISTERED, *(usage.value for usage in Usage))


def own_versions() -> Versions:
    """The versions of this program."""
    return Versions(
        CANONICAL_FORM_VERSION,
        HOST_RULES_VERSION,
        VOCABULARY_VERSION,
        RULES_VERSION,
        unicodedata.unidata_version,
    )


def sign_manifest(manifest: Manifest, signer: Signer, kid: str) -> str:
    """The manifest as a compact JWS."""
    return sign_jws(encode_manifest(manifest), typ=TYP, kid=kid, signer=signer)


def encode_manifest(manifest: Manifest) -> bytes:
    """The manifest as the JSON that is signed."""
    members = {
        "format": FORMAT,
        "issuer": manifest.issuer,
        "origin": manifest.origin,
        "size": manifest.size,
        "made_at": rfc3339(manifest.made_at),
        "valid_until": rfc3339(manifest.valid_until),
        "versions": {name: getattr(manifest.versions, name) for name in Versions.__slots__},
        "sets": {
            name: {
                "keys": each.keys,
                "content": each.content,
                "filter": _file_members(each.filter),
                "delta": None if each.delta is None else _file_members(each.delta),
            }
            for name, each in manifest.sets.items()
        },
        "lists": {name: _file_members(file) for name, file in manifest.lists.items()},
        "previous": manifest.previous,
        "checkpoint": manifest.checkpoint,
    }
    return json.dumps(members, separators=(",", ":")).encode()


def _file_members(file: FileEntry) -> dict[str, Any]:
    return {"name": file.name, "bytes": file.bytes, "sha256": file.sha256}


def decode_manifest(payload: bytes) -> Manifest:
    """Reads `encode_manifest` back. Raises: VerificationFailed for a format that this program does not know, and for
    what is no manifest."""
    members = parse_json_object(payload, "manifest of the snapshot")
    if members.get("format") != FORMAT:
        raise VerificationFailed(
            f"this snapshot is of format {members.get('format')!r}, and this program reads format {FORMAT}: "
            "update it"
        )
    try:
        found = Manifest(
            issuer=_text(members["issuer"]),
            checkpoint=_text(members["checkpoint"]),
            origin=_text(members["origin"]),
            size=_count(members["size"]),
            made_at=parse_rfc3339(members["made_at"]),
            valid_until=parse_rfc3339(members["valid_until"]),
            versions=Versions(**{n: _text(members["versions"][n]) for n in Versions.__slots__}),
            sets={name: _set(each) for name, each in members["sets"].items()},
            lists={name: _file(each) for name, each in members["lists"].items()},
            previous=None if members["previous"] is None else _count(members["previous"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, InvalidInput) as error:
        _refuse(f"its manifest lacks a member, or has one of another kind ({error})")
    if missing := [name for name in SET_NAMES if name not in found.sets]:
        _refuse(f"it lacks the sets {', '.join(missing)}")
    return found


def _set(members: Any) -> SetEntry:
    if not _DIGEST.fullmatch(members["content"]):
        raise ValueError("content")
    return SetEntry(
        _count(members["keys"]),
        members["content"],
        _file(members["filter"]),
        None if members["delta"] is None else _file(members["delta"]),
    )


def _file(members: Any) -> FileEntry:
    """A name leads nowhere but into the snapshot's own folder."""
    if not FILE_NAME.fullmatch(members["name"]) or not _DIGEST.fullmatch(members["sha256"]):
        raise ValueError("name or sha256")
    return FileEntry(members["name"], _count(members["bytes"]), members["sha256"])


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("a count")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text")
    return value


def verify_manifest(token: str, find_key: FindKey, log_key: str, now: int) -> Manifest:
    """The manifest, if all of this holds, and the time is `now` (ms):

    1. signed as a snapshot, by a key of the registry;
    2. of the log whose verifier key (`name+id+key`) the reader pinned, at a checkpoint of that log;
    3. made, and not over;
    4. of canonical forms that this program computes itself.
    Raises: VerificationFailed; `code` is `snapshot-expired` where only the time is over.
    """
    verified = verify_jws(token, find_key, typ=TYP)
    manifest = decode_manifest(verified.payload)
    _check_origin(manifest, log_key)
    check_time(manifest, now)
    own = own_versions()
    for name in ("canonical_form", "host_rules", "vocabulary"):
        theirs, mine = getattr(manifest.versions, name), getattr(own, name)
        if theirs != mine:
            _refuse(f"its {name} is of version {theirs}, and this program's of {mine}: update it")
    return manifest


def _check_origin(manifest: Manifest, log_key: str) -> None:
    name = parse_vkey(log_key).name
    if manifest.origin != name:
        _refuse(f"it is of the log {manifest.origin!r}, and the key that you trust is of {name!r}")
    checkpoint = Checkpoint.parse(verify_note(manifest.checkpoint, [log_key]).text)
    if (checkpoint.origin, checkpoint.size) != (manifest.origin, manifest.size):
        _refuse("its checkpoint is of another log, or of another size, than it says")


def check_time(manifest: Manifest, now: int) -> None:
    """Raises: VerificationFailed for a snapshot whose time is over, or has not come."""
    if now >= manifest.valid_until:
        raise VerificationFailed(
            f"this snapshot counted until {rfc3339(manifest.valid_until)}, and it is {rfc3339(now)}: "
            "fetch the newest one",
            code="snapshot-expired",
        )
    if now < manifest.made_at - CLOCK_SKEW_MS:
        raise VerificationFailed(
            f"this snapshot was made at {rfc3339(manifest.made_at)}, and this machine's clock says {rfc3339(now)}: "
            "set the clock"
        )


def _refuse(why: str) -> NoReturn:
    raise VerificationFailed(f"this snapshot cannot be used: {why}")
