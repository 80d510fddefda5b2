"""Makes registry/vectors/snapshots.json from fixed keys and times.

`python -m tests.screening.published_vectors` writes the file; the tests compare it with what the code makes today.
`reference_filter` was made by the library of the paper's authors (FastFilter, through pyfusefilter 1.3.0), and is
carried over as it stands.
"""

import hashlib
import io
import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.domain.identifiers import parse_identifier
from registry.domain.locations import parse_location
from registry.domain.vocabulary import Usage
from registry.instants import HOUR_MS, rfc3339
from registry.screening.filter_file import content_of, write_filter
from registry.screening.key_lists import (
    Delta,
    difference,
    encode_delta,
    sorted_keys,
    without,
    write_list,
)
from registry.screening.keys import below_key, keys_of, short_key
from registry.screening.manifest import (
    REGISTERED,
    FileEntry,
    Manifest,
    SetEntry,
    encode_manifest,
    own_versions,
    sign_manifest,
)
from registry.signing import base64url
from registry.signing.jws import sign_jws
from registry.signing.keyring import verification_method
from registry.signing.keys import MemorySigner
from registry.signing.note import sign_note
from registry.signing.note_key import vkey

FOLDER = Path(__file__).parents[2] / "registry" / "vectors"
SEED, OTHER_SEED, LOG_SEED = bytes(range(32)), bytes(range(32, 64)), bytes(range(64, 96))
ISSUER, ORIGIN = "did:web:registry.example", "registry.example/log"
SIGNER = MemorySigner.from_seed(SEED, examples=True)
STRANGER = MemorySigner.from_seed(OTHER_SEED, examples=True)
KID = verification_method(ISSUER, SIGNER.kid)
MADE_AT = 1_795_000_000_000
VALID_UNTIL = MADE_AT + 6 * HOUR_MS

OPEN, CLOSED = "isrc:GBAYE0601498", "isrc:USRC17607839"
IDENTIFIERS = (
    OPEN,
    CLOSED,
    "iswc:T-034.524.680-1",
    "https://www.music.example/A/x?utm_source=y",
    "http://live.music.example/a/",
    "https://artist.bandcamp.com/track/one",
    "sha256:" + "ab" * 32,
)
PLACES = (("https://music.example/a/", False), ("https://music.example/", True))
QUESTIONS: tuple[tuple[str, ...], ...] = (
    (OPEN,),
    ("ISRC: gb-aye-06-01498", "https://elsewhere.example/"),
    (CLOSED,),
    (OPEN, CLOSED),
    ("https://MUSIC.example/a/b/c",),
    ("https://live.music.example/z",),
    ("https://music.example./b",),
    ("isrc:GBAYE0601499",),
    ("isrc:USRC1760783",),
    (OPEN, "not an identifier"),
    (),
)


def registered_keys() -> list[int]:
    """What the example has registered: two recordings, a folder, and a host with the hosts beneath it."""
    keys = [short_key(parse_identifier(text).wide_key) for text in (OPEN, CLOSED)]
    for url, subdomains in PLACES:
        place = parse_location(url, subdomains=subdomains)
        keys += [short_key(place.key), *([below_key(place.key)] if subdomains else [])]
    return keys


def bytes_of(write: Callable[[io.BytesIO], None]) -> bytes:
    """What is written to a file."""
    out = io.BytesIO()
    write(out)
    return out.getvalue()


def log_key() -> tuple[str, Callable[[bytes], bytes], bytes]:
    """(verifier key, how to sign, public key) of the log."""
    private = Ed25519PrivateKey.from_private_bytes(LOG_SEED)
    public = private.public_key().public_bytes_raw()
    return vkey(ORIGIN, public), private.sign, public


def manifest(files: dict[str, bytes]) -> Manifest:
    """The manifest of the example; `files` is filled with its files."""
    registered = sorted_keys(registered_keys())
    open_keys = sorted_keys(keys_of(parse_identifier(OPEN)))
    sets, lists = {}, {REGISTERED: _file(files, REGISTERED, "keys", _list(registered))}
    whole = _file(files, REGISTERED, "filter", _filter(registered))
    sets[REGISTERED] = SetEntry(len(registered), content_of(registered).hex(), whole, None)
    for usage in Usage:
        left_out = open_keys if usage is Usage.SEARCH else sorted_keys([])
        keys = without(registered, left_out)
        entry = whole if keys == registered else _file(files, usage, "filter", _filter(keys))
        sets[usage.value] = SetEntry(len(keys), content_of(keys).hex(), entry, None)
        lists[usage.value] = _file(files, usage, "keys", _list(left_out))
    verifier, sign, public = log_key()
    text = f"{ORIGIN}\n7\n{b64encode(hashlib.sha256(b'root').digest()).decode()}\n"
    return Manifest(
        issuer=ISSUER,
        checkpoint=sign_note(text, ORIGIN, public, sign),
        origin=ORIGIN,
        size=7,
        made_at=MADE_AT,
        valid_until=VALID_UNTIL,
        versions=replace(own_versions(), unicode="14.0.0"),
        sets=sets,
        lists=lists,
        previous=None,
    )


def _filter(keys: Any) -> bytes:
    return bytes_of(lambda out: write_filter(keys, out))


def _list(keys: Any) -> bytes:
    return bytes_of(lambda out: write_list(keys, out))


def _file(files: dict[str, bytes], name: str, ending: str, body: bytes) -> FileEntry:
    sha256 = hashlib.sha256(body).hexdigest()
    entry = FileEntry(f"{name}.{sha256[:16]}.{ending}", len(body), sha256)
    files[entry.name] = body
    return entry


def refusals(good: Manifest) -> list[dict[str, Any]]:
    """Manifests that must be refused, and when."""
    token = sign_manifest(good, SIGNER, KID)
    head, payload, signature = token.split(".")
    other_log = replace(good, origin="other.example/log")
    changed = base64url.encode(encode_manifest(replace(good, valid_until=VALID_UNTIL + 1)))
    unknown = encode_manifest(good).replace(b'"format":"1"', b'"format":"2"')
    newer = replace(good.versions, canonical_form="99")

    def case(name: str, token: str, now: int = MADE_AT) -> dict[str, Any]:
        return {"name": name, "token": token, "now": rfc3339(now)}

    return [
        case("over", token, VALID_UNTIL),
        case("an hour before it was made", token, MADE_AT - HOUR_MS),
        case("signed by another key", sign_manifest(good, STRANGER, KID)),
        case("one byte of what was signed is another", f"{head}.{changed}.{signature}"),
        case("signed as something else", sign_jws(encode_manifest(good), typ="vc+jwt", kid=KID, signer=SIGNER)),
        case("of another log", sign_manifest(other_log, SIGNER, KID)),
        case("its checkpoint is of another size", sign_manifest(replace(good, size=8), SIGNER, KID)),
        case("of a format that is not known", sign_jws(unknown, typ="consent-snapshot+jwt", kid=KID, signer=SIGNER)),
        case("of other canonical forms", sign_manifest(replace(good, versions=newer), SIGNER, KID)),
    ]  # fmt: skip


def snapshots() -> dict[str, Any]:
    """The content of snapshots.json but for the reference filter."""
    files: dict[str, bytes] = {}
    good = manifest(files)
    before, after = sorted_keys([1, 5, 2**64 - 1]), sorted_keys([1, 2, 5])
    added, removed = difference(before, after)
    delta = Delta(content_of(before), content_of(after), added, removed)
    return {
        "version": "1",
        "about": "docs/formats.md, Snapshot. The keys that sign are public examples",
        "keys": [
            {"identifier": text, "keys": [_hex(key) for key in keys_of(parse_identifier(text))]}
            for text in IDENTIFIERS
        ],
        "locations": [
            {
                "url": url,
                "subdomains": subdomains,
                "key": _hex(short_key(parse_location(url).key)),
                "below_key": _hex(below_key(parse_location(url).key)) if subdomains else None,
            }
            for url, subdomains in PLACES
        ],
        "shards": {
            "shard_keys": 2,
            "keys": [_hex(key) for key in sorted(registered_keys())],
            "file": b64encode(
                bytes_of(
                    lambda out: write_filter(sorted_keys(registered_keys()), out, shard_keys=2)
                )
            ).decode(),
        },
        "delta": {
            "before": [_hex(key) for key in before],
            "after": [_hex(key) for key in after],
            "file": b64encode(encode_delta(delta)).decode(),
        },
        "trusted": {
            "jwk": dict(SIGNER.public.jwk),
            "kid": KID,
            "log_key": log_key()[0],
        },
        "manifest": {"token": sign_manifest(good, SIGNER, KID), "now": rfc3339(MADE_AT)},
        "files": {name: b64encode(body).decode() for name, body in sorted(files.items())},
        "refused_manifests": refusals(good),
        "questions": [
            {"identifiers": list(each), "search": said[0], "generative-training": said[1]}
            for each, said in zip(QUESTIONS, SAID, strict=True)
        ],
    }


SAID = (
    ("open", "candidate"),
    ("open", "candidate"),
    ("candidate", "candidate"),
    ("candidate", "candidate"),
    ("candidate", "candidate"),
    ("candidate", "candidate"),
    ("candidate", "candidate"),
    ("unregistered", "unregistered"),
    ("unreadable", "unreadable"),
    ("unreadable", "unreadable"),
    ("unreadable", "unreadable"),
)


def _hex(key: int) -> str:
    return f"{key:016x}"


def main() -> None:
    """Writes the file; the reference filter stays as it is."""
    path = FOLDER / "snapshots.json"
    reference = json.loads(path.read_text("utf-8"))["reference_filter"]
    text = json.dumps(snapshots() | {"reference_filter": reference}, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
