"""The signed manifest of an export: of which log, checkpoint and scope it is, and which files it has.

docs/formats.md, "Export". It is read before its signature can be checked, because the keys stand in the log; nothing of
it counts before `check_manifest`.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, Protocol

import msgspec

from registry.client.exports.contents import FileDigest
from registry.client.exports.log_keys import LogKeys
from registry.domain.identifiers import CANONICAL_FORM_VERSION
from registry.domain.resolution import RULES_VERSION
from registry.domain.vocabulary import VOCABULARY_VERSION
from registry.errors import InvalidInput, RegistryError, VerificationFailed
from registry.instants import parse_rfc3339
from registry.screening.manifest import own_versions
from registry.signing import base64url
from registry.signing.jws import parse_json_object, verify_jws

MANIFEST: Final = "export.jws"
_FORMAT: Final = "1"
_TYP: Final = "consent-export+jwt"
_TAG_FILES: Final = ("bagit.txt", "bag-info.txt", "manifest-sha256.txt", MANIFEST)
_DIGEST: Final = re.compile("[0-9a-f]{64}")


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    bytes: int
    sha256: str


class _Scope(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    rightsholder: list[str] = []
    platform: list[str] = []
    category: list[str] = []
    decision: list[str] = []
    scheme: list[str] = []
    since: str | None = None
    until: str | None = None


class Manifest(msgspec.Struct, frozen=True):
    """Its payload."""

    format: str
    issuer: str
    origin: str
    size: int
    time: str
    checkpoint: str
    scope: dict[str, Any]
    versions: dict[str, str]
    events: int
    withheld: int
    rows: int
    files: dict[str, _File]
    acts: int | None = None

    @property
    def at(self) -> int:
        """The time of its checkpoint's newest entry (ms). Raises: InvalidInput."""
        return parse_rfc3339(self.time)


class Counted(Protocol):
    """What was counted on the way."""

    events: int
    withheld: int
    rows: int
    time: str | None
    unsettled: list[str]


def read_manifest(token: str) -> Manifest:
    """What the manifest says, unverified. Raises: VerificationFailed (`manifest`)."""
    try:
        members = parse_json_object(base64url.decode(token.split(".")[1], MANIFEST), MANIFEST)
        if members.get("format") != _FORMAT:
            raise _wrong(
                f"is of format {members.get('format')!r}, and this program reads {_FORMAT}: update it"
            )
        manifest = msgspec.convert(members, Manifest)
        msgspec.convert(manifest.scope, _Scope)
        if not all(
            manifest.scope.values()
        ):  # it would say that it has everything, and may miss any of it
            raise _wrong("has a scope that narrows nothing")
        parse_rfc3339(manifest.time)
    except (IndexError, msgspec.ValidationError, InvalidInput) as error:
        raise _wrong(f"cannot be read ({error})") from error
    except VerificationFailed as error:
        raise VerificationFailed(error.message, field=MANIFEST, code="manifest") from error
    return manifest


def check_manifest(
    token: str,
    manifest: Manifest,
    keys: LogKeys,
    digests: Mapping[str, FileDigest],
    counted: Counted,
) -> None:
    """Its signature by a key of the log, and what it says of the files and of what was counted.

    Raises: VerificationFailed (`manifest`).
    """
    try:
        verify_jws(token, keys.finder("answers", manifest.at), typ=_TYP)
    except RegistryError as error:
        raise _wrong(f"does not hold: {error.message}") from error
    for name, found in digests.items():
        said = manifest.files.get(name)
        if said is None:
            if name not in _TAG_FILES:
                raise _wrong(f"does not name {name}")
        elif (said.bytes, said.sha256) != (found.bytes, found.sha256):
            raise _wrong(f"names another {name} than the one that is there")
    if missing := sorted(manifest.files.keys() - digests.keys()):
        raise _wrong(f"names {missing[0]}, which is not there")
    if (manifest.events, manifest.withheld, manifest.rows, manifest.time) != (
        counted.events,
        counted.withheld,
        counted.rows,
        manifest.time if manifest.scope else counted.time,
    ):
        raise _wrong("counts other events or rows than there are, or has another time")
    # the newest entry may lie outside of a scope; earlier than what is in it, a key could sign that was retired since
    if counted.time is not None and manifest.at < parse_rfc3339(counted.time):
        raise _wrong(f"is of {manifest.time}, and it has an event of {counted.time}")


def other_versions(manifest: Manifest) -> str | None:
    """Why this program cannot work answers out anew, where it goes by other rules or tables than the registry did."""
    own = {
        "rules": RULES_VERSION,
        "vocabulary": VOCABULARY_VERSION,
        "canonical_form": CANONICAL_FORM_VERSION,
        "host_rules": own_versions().host_rules,
    }
    for name, mine in own.items():
        if manifest.versions.get(name) != mine:
            return f"the registry went by {name} {manifest.versions.get(name)!r}, and this program by {mine!r}"
    return None


def _wrong(words: str) -> VerificationFailed:
    return VerificationFailed(f"the manifest {words}", field=MANIFEST, code="manifest")
