"""One look at a log: does the signed head continue the one that was kept, and is what is served what was signed?

Every entry since then is read and hashed; the tree that they make must have the signed root, and the tiles that the log
serves must be those of this tree. So the entries prove that the log only grew. No input or output: flows.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from registry.client.heads import Head, from_tiles
from registry.client.monitor.findings import Alarm, Kind
from registry.client.monitor.pieces import Pieces
from registry.client.wire import Flow, Pause
from registry.errors import RegistryError, VerificationFailed
from registry.instants import rfc3339
from registry.signing.note import verify_note
from registry.tlog.bundle import decode_bundle
from registry.tlog.checkpoint import Checkpoint
from registry.tlog.edge import Edge
from registry.tlog.entry import LogEntry
from registry.tlog.merkle import HASH_SIZE, leaf_hash
from registry.tlog.proof import verify_consistency
from registry.tlog.tile_path import ENTRIES, TILE_WIDTH, Tile, tile_width
from registry.tlog.tiles import consistency_proof, root_hash

REPORT_EVERY: Final = 64
"""Bundles (of 256 entries) between two reports of how far the reading is."""
_STALE_PAUSES: Final = (2.0, 5.0)
"""Seconds before a head that went back is asked for again: a cache may be behind for a moment."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A head that holds: the signed note, what it says, the edge of its tree, the newest entry's time (ms; 0: none)."""

    checkpoint: Checkpoint
    note: str
    edge: Edge
    at: int

    @property
    def head(self) -> Head:
        """Origin, size and root."""
        return Head.of_checkpoint(self.checkpoint)


@dataclass(frozen=True, slots=True)
class Begun:
    """How far a reading had come that was broken off: nothing of it is proved before the root comes out."""

    edge: Edge
    at: int


@dataclass(frozen=True, slots=True)
class Round:
    """What one look found. `kept`: the newest head that holds (None: none yet); `read` entries were read, by type."""

    kept: Kept | None
    alarms: tuple[Alarm, ...]
    read: int
    types: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Log:
    """A log: the address of its files, and the verifier keys, of one name, that are trusted to sign its heads."""

    url: str
    vkeys: tuple[str, ...]


def follow(
    log: Log,
    kept: Kept | None,
    begun: Begun | None = None,
    report: Callable[[Begun], None] = lambda begun: None,
    *,
    anew: bool = False,
) -> Flow[Round]:
    """One look. `anew`: every entry is read again from the first, and not only those since the kept head.

    Raises: Unavailable where a file cannot be had, TooLarge for one beyond every limit. Whatever is wrong is an alarm.
    """
    pieces = Pieces(log.url)
    try:
        checkpoint, note = yield from _signed_head(pieces, log, kept)
    except VerificationFailed as error:
        return Round(kept, (Alarm(Kind.FORGED, error.message),), 0, {})
    wrong = _against(kept, checkpoint, note)
    if wrong is not None:
        return Round(kept, (wrong,), 0, {})
    reading = _begin(pieces, kept, begun, checkpoint, anew)
    yield from reading.run(checkpoint.size, report)
    alarms = list(reading.alarms)
    whole = reading.edge.size == checkpoint.size
    if whole and reading.edge.root() == checkpoint.root:
        if kept is not None and reading.another_past:
            return Round(kept, (*alarms, _forked(kept, checkpoint, note)), reading.read, {})
        if reading.altered is not None:
            alarms.append(_altered(reading.altered))
        if reading.damaged is not None:
            alarms.append(Alarm(Kind.TILE, reading.damaged))
        kept = Kept(checkpoint, note, reading.edge, reading.at)
    elif whole:
        alarms.insert(0, (yield from _diagnosed(log, kept, checkpoint, note, reading)))
    return Round(kept, tuple(alarms), reading.read, dict(reading.types))


def _signed_head(pieces: Pieces, log: Log, kept: Kept | None) -> Flow[tuple[Checkpoint, str]]:
    """The newest head, verified. One that is older than what was kept is asked for again.

    Raises: Unavailable; VerificationFailed for what is no checkpoint that a pinned key signed.
    """
    for pause in (*_STALE_PAUSES, None):
        try:
            note = (yield from pieces.checkpoint()).decode()
        except UnicodeDecodeError as error:
            raise VerificationFailed("what is served as checkpoint is no text") from error
        checkpoint = Checkpoint.parse(verify_note(note, log.vkeys).text)
        if kept is None or checkpoint.size >= kept.checkpoint.size or pause is None:
            break
        yield Pause(pause)
    return checkpoint, note


def _against(kept: Kept | None, checkpoint: Checkpoint, note: str) -> Alarm | None:
    """What sizes and roots alone tell."""
    if kept is None:
        return None
    before = kept.checkpoint
    evidence = {"before": kept.note, "now": note}
    if checkpoint.origin != before.origin:
        words = f"this is the log {checkpoint.origin!r}, and {before.origin!r} was followed"
        return Alarm(Kind.ANOTHER, words, None, evidence)
    if checkpoint.size < before.size:
        words = f"the log went back from {before.size} entries to {checkpoint.size}"
        return Alarm(Kind.ROLLBACK, words, None, evidence)
    if checkpoint.size == before.size and checkpoint.root != before.root:
        words = f"the log signed two roots for the same {before.size} entries"
        return Alarm(Kind.FORK, words, before.size, evidence)
    return None


def _begin(
    pieces: Pieces, kept: Kept | None, begun: Begun | None, checkpoint: Checkpoint, anew: bool
) -> "_Reading":
    if anew:
        return _Reading(pieces, Edge(), 0, past=None if kept is None else kept.head)
    since = 0 if kept is None else kept.checkpoint.size
    if begun is not None and since <= begun.edge.size <= checkpoint.size:
        return _Reading(pieces, begun.edge.copy(), begun.at)
    return (
        _Reading(pieces, Edge(), 0) if kept is None else _Reading(pieces, kept.edge.copy(), kept.at)
    )


@dataclass
class _Reading:
    """Entries read in order, the tree that they make, and what was wrong on the way. `altered`: the first entry that
    is not the one that was read before; `different`: the first that is not under the tile of hashes which is served.
    `past`: a head that is to be passed on the way; `another_past`: the entries up to there had another root."""

    pieces: Pieces
    edge: Edge
    at: int
    alarms: list[Alarm] = field(default_factory=list)
    types: Counter[str] = field(default_factory=Counter)
    read: int = 0
    altered: int | None = None
    different: int | None = None
    damaged: str | None = None
    past: Head | None = None
    another_past: bool = False

    def run(self, size: int, report: Callable[[Begun], None]) -> Flow[None]:
        """Reads on to the end of the log of `size` entries, or to the first one that is missing."""
        first = self.edge.size // TILE_WIDTH
        for number in range(first, -(-size // TILE_WIDTH)):
            entries = yield from self._bundle(number, size)
            if entries is None:
                return
            self._look_at(number, entries)
            yield from self._hold_tiles(self._grow(number, entries), size)
            if (number + 1 - first) % REPORT_EVERY == 0 and not self.alarms:
                report(Begun(self.edge.copy(), self.at))
        yield from self._hold_tiles(self.edge.partial_tiles(), size)

    def _bundle(self, number: int, size: int) -> Flow[list[bytes] | None]:
        width = min(TILE_WIDTH, size - number * TILE_WIDTH)
        data = yield from self.pieces.tile(Tile(ENTRIES, number, width))
        try:
            entries = [] if data is None else decode_bundle(data)[:width]
        except VerificationFailed as error:
            self.alarms.append(
                Alarm(Kind.MISSING, f"bundle {number}: {error.message}", number * TILE_WIDTH)
            )
            return None
        if len(entries) < width:
            index = number * TILE_WIDTH + len(entries)
            words = f"entry {index} is not served, though the log signed {size} entries"
            self.alarms.append(Alarm(Kind.MISSING, words, index))
            return None
        return entries

    def _look_at(self, number: int, entries: list[bytes]) -> None:
        """Each new entry is readable, and none is older than the one before it."""
        for index, data in enumerate(entries, number * TILE_WIDTH):
            if index < self.edge.size:
                continue
            self.read += 1
            try:
                entry = LogEntry.decode(data)
            except VerificationFailed as error:
                self.alarms.append(Alarm(Kind.UNREADABLE, f"entry {index}: {error.message}", index))
                continue
            self.types[entry.type] += 1
            if entry.at < self.at:
                words = f"entry {index} is of {rfc3339(entry.at)}, and one before it of {rfc3339(self.at)}"
                self.alarms.append(Alarm(Kind.TIME, words, index))
            self.at = max(self.at, entry.at)

    def _grow(self, number: int, entries: list[bytes]) -> dict[tuple[int, int], bytes]:
        leaves = [leaf_hash(entry) for entry in entries]
        known = self.edge.size - number * TILE_WIDTH
        difference = _first_difference(self.edge.last_tile(), b"".join(leaves[:known]))
        if difference is not None and self.altered is None:
            self.altered = number * TILE_WIDTH + difference
        new, filled = leaves[known:], {}
        if self.past is not None and 0 < self.past.size - self.edge.size <= len(new):
            before = self.past.size - self.edge.size
            filled = self.edge.append(new[:before])
            self.another_past = self.edge.root() != self.past.root
            new = new[before:]
        return filled | self.edge.append(new)

    def _hold_tiles(self, tiles: Mapping[tuple[int, int], bytes], size: int) -> Flow[None]:
        """The tiles that the log serves are those of the entries that it serves."""
        for (level, index), tile in tiles.items():
            served = yield from self.pieces.hashes(level, index, tile_width(level, index, size))
            if served is not None and served[: len(tile)] == tile:
                continue
            if level == 0 and served is not None and self.different is None:
                at = _first_difference(tile, served[: len(tile)]) or 0
                self.different = index * TILE_WIDTH + at
            if self.damaged is None:
                state = "is not served" if served is None else "is not over the entries"
                self.damaged = f"tile {Tile(level, index).path} {state}"


def _first_difference(one: bytes, other: bytes) -> int | None:
    """The number of the first hash in which two runs of them differ."""
    if one == other:
        return None
    both = range(0, min(len(one), len(other)), HASH_SIZE)
    places = (at for at in both if one[at : at + HASH_SIZE] != other[at : at + HASH_SIZE])
    return next(places, len(both) * HASH_SIZE) // HASH_SIZE


def _altered(index: int) -> Alarm:
    words = f"entry {index} is served in other words than those that are under the signed root"
    return Alarm(Kind.ALTERED, words, index)


def _forked(kept: Kept, checkpoint: Checkpoint, note: str) -> Alarm:
    before = kept.checkpoint.size
    words = (
        f"the signed head over {checkpoint.size} entries does not continue the one over {before}"
    )
    return Alarm(Kind.FORK, words, before, {"before": kept.note, "now": note})


def _diagnosed(
    log: Log, kept: Kept | None, checkpoint: Checkpoint, note: str, reading: _Reading
) -> Flow[Alarm]:
    """Why the entries do not lead to the signed root."""
    size = checkpoint.size
    evidence = {"now": note} if kept is None else {"before": kept.note, "now": note}
    nowhere = Alarm(
        Kind.ROOT,
        f"neither the entries nor the tiles that are served lead to the root which was signed over {size} entries",
        None,
        evidence,
    )
    before = 0 if kept is None else kept.checkpoint.size
    try:
        past, proof = yield from from_tiles(
            lambda tiles: (
                root_hash(before, tiles),
                consistency_proof(before, size, tiles),
            ),
            size,
            log.url,
        )
        root = yield from from_tiles(lambda tiles: root_hash(size, tiles), size, log.url)
        # tiles that do not lead to the signed root accuse nobody of a fork
        verify_consistency(before, past, size, checkpoint.root, proof)
    except RegistryError:
        return nowhere
    if root != checkpoint.root:
        return nowhere
    if kept is not None and past != kept.checkpoint.root:
        return _forked(kept, checkpoint, note)
    places = [each for each in (reading.altered, reading.different) if each is not None]
    return _altered(min(places)) if places else nowhere
