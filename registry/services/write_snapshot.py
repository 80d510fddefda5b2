"""The files of a snapshot: lists, filters, and what changed since the one before.

Files are named by what they hold, so equal sets share one; a category in which nothing is open to everybody has the
filter of everything registered.
"""

import hashlib
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from registry.domain.vocabulary import Usage
from registry.errors import NotFound, VerificationFailed
from registry.screening.filter_file import content_of, write_filter
from registry.screening.key_lists import (
    Delta,
    difference,
    encode_delta,
    holds,
    no_keys,
    read_list,
    write_list,
)
from registry.screening.manifest import REGISTERED, FileEntry, Manifest, SetEntry
from registry.screening.snapshot import check_file
from registry.services.gather_keys import Contents, Progress
from registry.storage.snapshots import SnapshotFiles

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Before:
    """The snapshot before: its manifest, and what it was about."""

    manifest: Manifest
    contents: Contents


def read_before(files: SnapshotFiles, manifest: Manifest) -> Before | None:
    """What an earlier snapshot was about, from its lists; None where one of them is not there or was changed."""
    try:
        lists = {name: _read(files, manifest.size, entry) for name, entry in manifest.lists.items()}
        left_out = {usage: lists[usage.value] for usage in Usage}
        return Before(manifest, Contents(lists[REGISTERED], left_out))
    except (NotFound, VerificationFailed, OSError, KeyError):
        return None


def _read(files: SnapshotFiles, size: int, entry: FileEntry) -> "array[int]":
    path = files.file(size, entry.name)
    with path.open("rb") as file:
        check_file(file, entry)
    return read_list(path.read_bytes())


def write_lists(folder: Path, contents: Contents) -> dict[str, FileEntry]:
    """Writes what a follower begins with: all keys, and for each category those that are not in its set."""
    lists = {REGISTERED: contents.registered} | {
        usage.value: keys for usage, keys in contents.left_out.items()
    }
    return {
        name: write_file(folder, name, "keys", lambda out, keys=keys: write_list(keys, out))  # type: ignore[misc]
        for name, keys in lists.items()
    }


def write_sets(
    folder: Path, contents: Contents, before: Before | None, progress: Progress
) -> dict[str, SetEntry]:
    """Writes a filter for each set, and a delta where there was a snapshot before."""
    changed = None if before is None else _changed(before.contents, contents)
    entries: dict[str, SetEntry] = {}
    for usage in (None, *Usage):
        name = REGISTERED if usage is None else usage.value
        if usage is not None and not contents.left_out[usage]:
            entry = entries[REGISTERED]
            keys, content, filter_entry = entry.keys, bytes.fromhex(entry.content), entry.filter
        else:
            held = contents.registered if usage is None else contents.of(usage)
            keys, content = len(held), content_of(held)
            filter_entry = _filter(folder, name, held, progress)
        delta = None
        if before is not None and changed is not None:
            was = bytes.fromhex(before.manifest.sets[name].content)
            added, removed = _delta_of(before.contents, contents, changed, usage)
            delta = _delta(folder, name, Delta(was, content, added, removed))
        entries[name] = SetEntry(keys, content.hex(), filter_entry, delta)
    return entries


def _filter(folder: Path, name: str, keys: "array[int]", progress: Progress) -> FileEntry:
    def write(out: BinaryIO) -> None:
        write_filter(keys, out, lambda done, total: progress(f"filter {name}", done, total))

    return write_file(folder, name, "filter", write)


def _delta(folder: Path, name: str, delta: Delta) -> FileEntry:
    return write_file(folder, name, "delta", lambda out: out.write(encode_delta(delta)))


def _changed(before: Contents, after: Contents) -> list[int]:
    """Every key that may have come to a set, or gone from it."""
    found: set[int] = set()
    for part in difference(before.registered, after.registered):
        found.update(part)
    for usage in Usage:
        for part in difference(before.left_out[usage], after.left_out[usage]):
            found.update(part)
    return sorted(found)


def _delta_of(
    before: Contents, after: Contents, changed: list[int], usage: Usage | None
) -> tuple["array[int]", "array[int]"]:
    added, removed = no_keys(), no_keys()
    for key in changed:
        was, is_now = _is_in(before, key, usage), _is_in(after, key, usage)
        if is_now and not was:
            added.append(key)
        elif was and not is_now:
            removed.append(key)
    return added, removed


def _is_in(contents: Contents, key: int, usage: Usage | None) -> bool:
    if not holds(contents.registered, key):
        return False
    return usage is None or not holds(contents.left_out[usage], key)


def write_file(
    folder: Path, name: str, ending: str, write: Callable[[BinaryIO], object]
) -> FileEntry:
    """Writes a file and names it after its digest. Raises: OSError."""
    fresh = folder / f"{name}.{ending}"
    with fresh.open("w+b") as out:
        write(out)
        out.seek(0)
        digest, length = hashlib.sha256(), 0
        while part := out.read(_CHUNK):
            digest.update(part)
            length += len(part)
    sha256 = digest.hexdigest()
    fresh.replace(folder / f"{name}.{sha256[:16]}.{ending}")
    return FileEntry(f"{name}.{sha256[:16]}.{ending}", length, sha256)
