"""Snapshots of sets that are known exactly, so that a test of what is in them has no lucky collisions."""

from array import array
from collections.abc import Iterable, Mapping

from registry.domain.identifiers import Identifier
from registry.domain.vocabulary import Usage
from registry.instants import HOUR_MS
from registry.screening.filter_file import content_of
from registry.screening.key_lists import holds
from registry.screening.manifest import (
    REGISTERED,
    SET_NAMES,
    FileEntry,
    Manifest,
    SetEntry,
    own_versions,
)
from registry.screening.snapshot import Screened, Snapshot
from registry.services.gather_keys import Contents

MADE_AT = 1_790_000_000_000
FILE = FileEntry(f"registered.{'0' * 16}.filter", 0, "0" * 64)


class Exactly:
    """A set of keys that says yes to these and to no others."""

    def __init__(self, keys: "array[int]") -> None:
        self._keys = keys
        self.content = content_of(keys)

    def __contains__(self, key: int) -> bool:
        return holds(self._keys, key)


def manifest_of(sets: Mapping[str, "array[int]"], **changes: object) -> Manifest:
    """A manifest of these sets, the rest of them empty; its files are nowhere."""
    nothing = array("Q")
    entries = {
        name: SetEntry(len(keys), content_of(keys).hex(), FILE, None)
        for name in SET_NAMES
        for keys in (sets.get(name, nothing),)
    }
    given: dict[str, object] = {
        "issuer": "did:web:registry.example",
        "checkpoint": "",
        "origin": "registry.example/log",
        "size": 7,
        "made_at": MADE_AT,
        "valid_until": MADE_AT + HOUR_MS,
        "versions": own_versions(),
        "sets": entries,
        "lists": dict.fromkeys(SET_NAMES, FILE),
        "previous": None,
    }
    return Manifest(**(given | changes))  # type: ignore[arg-type]


def snapshot_of(contents: Contents, *usages: Usage, **changes: object) -> Snapshot:
    """A snapshot of these contents, at the time at which it was made."""
    sets = {REGISTERED: contents.registered} | {u.value: contents.of(u) for u in usages}
    exact = {name: Exactly(keys) for name, keys in sets.items()}
    return Snapshot(manifest_of(sets, **changes), exact, lambda: MADE_AT)


def screened(contents: Contents, identifiers: Iterable[Identifier], usage: Usage) -> Screened:
    """What a snapshot of these contents says."""
    return snapshot_of(contents, usage).screen_read(identifiers, usage)
