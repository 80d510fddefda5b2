"""Heads of a log: the checkpoint of an export, and those that a reader kept from before.

C2SP tlog-checkpoint under a signed note. A kept head is a checkpoint's text, or an older export, whose own is taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from registry.client.exports.contents import Contents
from registry.client.exports.log_events import EVENTS, read_events
from registry.client.exports.log_keys import LogKeys
from registry.client.exports.manifest import Manifest
from registry.errors import InvalidInput, RegistryError, VerificationFailed
from registry.signing.note import verify_note, vkey
from registry.tlog.checkpoint import Checkpoint

CHECKPOINT = "data/log/checkpoint"


@dataclass(frozen=True, slots=True)
class Head:
    """A head that was kept, and where."""

    name: str
    size: int
    root: bytes


def verified(note: str, log_keys: Sequence[str], name: str, code: str) -> Checkpoint:
    """A checkpoint signed by the log itself, under one of these verifier keys. Raises: VerificationFailed."""
    try:
        found = verify_note(note, log_keys)
        checkpoint = Checkpoint.parse(found.text)
    except RegistryError as error:
        raise VerificationFailed(f"{name}: {error.message}", field=name, code=code) from error
    if checkpoint.origin not in found.signed_by:
        raise VerificationFailed(
            f"{name} is of the log {checkpoint.origin!r}, and not signed by that log",
            field=name,
            code=code,
        )
    return checkpoint


def verify_head(note: str, log_keys: Sequence[str], manifest: Manifest) -> bytes:
    """The root under the export's checkpoint, which is that of its manifest. Raises: VerificationFailed."""
    checkpoint = verified(note, log_keys, CHECKPOINT, "checkpoint")
    named = (manifest.checkpoint, manifest.origin, manifest.size)
    if named != (note, checkpoint.origin, checkpoint.size):
        raise VerificationFailed(
            "the manifest is of another checkpoint than the one in the export",
            field="export.jws",
            code="manifest",
        )
    return checkpoint.root


def read_head(path: Path, log_keys: Sequence[str]) -> Head:
    """A head that was kept. Raises: InvalidInput where it cannot be read, VerificationFailed (`head`)."""
    name = path.name
    if path.is_dir() or path.suffix.lower() == ".zip":
        contents = Contents(path)
        try:
            note = contents.text(CHECKPOINT)
        finally:
            contents.close()
    else:
        try:
            note = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInput(f"{path} cannot be read ({error})", field="--head") from error
    found = verified(note, log_keys, name, "head")
    return Head(name, found.size, found.root)


def log_keys_of(contents: Contents, manifest: Manifest) -> list[str]:
    """The verifier keys that the export's own events give the log: trusted by nobody, good to see that it agrees
    with itself. Raises: VerificationFailed."""
    keys = LogKeys(manifest.issuer)
    with contents.opened(EVENTS) as lines:
        for event in read_events(lines):
            keys.apply(event)
    return [vkey(manifest.origin, public.raw) for public in keys.of_purpose("log")]
