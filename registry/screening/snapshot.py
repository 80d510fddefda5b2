"""A snapshot at hand: its files held against the manifest, and what it says of a question.

"candidate" means: ask the registry. Only what is no candidate needs no question, and only while the snapshot counts:
each look holds it against the clock. Nothing that fails here says that something is no candidate.
"""

import hashlib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import BinaryIO, Final

from registry.domain.identifiers import Identifier, parse_identifier
from registry.domain.vocabulary import Usage
from registry.errors import InvalidIdentifier, NotFound, VerificationFailed
from registry.instants import Clock
from registry.screening.key_lists import KeySet
from registry.screening.keys import folds_beyond_ascii, keys_of
from registry.screening.manifest import REGISTERED, FileEntry, Manifest, check_time, own_versions

MOST_IDENTIFIERS: Final = 100
"""Of one asset, as online: with more it is an error there."""
_CHUNK: Final = 1 << 20


class Screened(StrEnum):
    """What a snapshot says of a question.

    `unregistered`: nothing that it names is registered. `open`: nothing that it names is opted out; that is no
    permission, which only the registry gives. `candidate`: the answer may be anything. `unreadable`: an identifier
    cannot be read; this is a candidate too.
    """

    UNREGISTERED = "unregistered"
    OPEN = "open"
    CANDIDATE = "candidate"
    UNREADABLE = "unreadable"

    @property
    def may_be_opted_out(self) -> bool:
        """Has the registry to be asked under the policy `no-objection`?"""
        return self in (Screened.CANDIDATE, Screened.UNREADABLE)

    @property
    def may_be_permitted(self) -> bool:
        """Has the registry to be asked under the policy `permission`? What is not registered never is."""
        return self in (Screened.CANDIDATE, Screened.OPEN)


class Snapshot:
    """Sets of keys under a verified manifest. `sets` has "registered" and the usage categories to be asked about."""

    def __init__(
        self, manifest: Manifest, sets: Mapping[str, KeySet], clock: Clock, *, deltas: int = 0
    ) -> None:
        """`deltas`: so many brought the sets forward from an earlier snapshot.

        Raises: VerificationFailed where a set is not the one that the manifest names, or "registered" is lacking."""
        if REGISTERED not in sets:
            raise VerificationFailed("a snapshot is read with its set of everything registered")
        for name, each in sets.items():
            entry = manifest.sets.get(name)
            if entry is None or entry.content != each.content.hex():
                raise VerificationFailed(f"the set {name!r} is not the one that the manifest names")
        self.manifest, self.deltas = manifest, deltas
        self._sets = dict(sets)
        self._clock = clock
        self._other_unicode = manifest.versions.unicode != own_versions().unicode

    def screen(self, identifiers: Iterable[str], usage: Usage) -> Screened:
        """What the snapshot says of one asset, known by these identifiers as they were written.

        Raises: VerificationFailed where the snapshot does not count (any more), NotFound where the set of this usage is
        not at hand.
        """
        read: dict[tuple[str, str], Identifier] = {}
        readable = True
        for count, text in enumerate(identifiers, 1):
            if count > MOST_IDENTIFIERS:  # online, such an item is an error too
                return Screened.UNREADABLE
            try:
                found = parse_identifier(text)
            except InvalidIdentifier:
                readable = False
            else:
                read[found.scheme, found.value] = found
        said = self.screen_read(read.values(), usage)
        return said if read and readable else Screened.UNREADABLE

    def screen_read(self, identifiers: Iterable[Identifier], usage: Usage) -> Screened:
        """The same for identifiers in canonical form, each once. Raises: as `screen`."""
        check_time(self.manifest, self._clock())
        opted_out, registered = self._set(usage.value), self._set(REGISTERED)
        met: list[list[int]] = []
        for identifier in identifiers:
            if not self.is_sure_of(identifier):
                return Screened.CANDIDATE
            keys = keys_of(identifier)
            if any(key in registered for key in keys):
                met.append(keys)
        if not met:
            return Screened.UNREGISTERED
        # two that are registered can give a no together, though each alone gives a yes
        if len(met) > 1 or any(key in opted_out for key in met[0]):
            return Screened.CANDIDATE
        return Screened.OPEN

    def registered(self) -> KeySet:
        """The set of everything registered, to be asked about many keys at once. Raises: as `screen`."""
        check_time(self.manifest, self._clock())
        return self._set(REGISTERED)

    def is_sure_of(self, identifier: Identifier) -> bool:
        """Would everybody compute the same keys for it? Two versions of Unicode may fold it differently."""
        return not (self._other_unicode and folds_beyond_ascii(identifier))

    def _set(self, name: str) -> KeySet:
        found = self._sets.get(name)
        if found is None:
            raise NotFound(f"this snapshot was opened without its set for {name}", field="usage")
        return found


def check_file(file: BinaryIO, entry: FileEntry) -> None:
    """Reads a file to its end. Raises: VerificationFailed where length or digest is another than in the manifest."""
    digest, length = hashlib.sha256(), 0
    while part := file.read(_CHUNK):
        digest.update(part)
        length += len(part)
    if length != entry.bytes:
        raise VerificationFailed(
            f"the file {entry.name} has {length} bytes where the manifest says {entry.bytes}: it was cut off or changed"
        )
    if digest.hexdigest() != entry.sha256:
        raise VerificationFailed(
            f"the file {entry.name} was changed: its SHA-256 is not the manifest's"
        )
