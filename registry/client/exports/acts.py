"""The acts of an export held against the roots over them that the log has: who did what, as it was written down.

Read from docs/formats.md, "Export" and "Acts". Without a scope: the leaf hashes give every root in turn, and each act
is held against its own. With one: each act's audit path has to lead to its root. So the first act that was changed,
left out, put in or moved is the one that is named.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import msgspec

from registry.client.exports.contents import Contents
from registry.client.exports.log_events import LogEvent
from registry.domain.ids import first_id
from registry.domain.operator_events import ActsRooted
from registry.errors import VerificationFailed
from registry.instants import rfc3339
from registry.tlog.edge import Edge
from registry.tlog.merkle import HASH_SIZE, leaf_hash
from registry.tlog.proof import verify_inclusion

ACTS: Final = "data/acts.jsonl"
LEAVES: Final = "data/log/act-leaves.bin"
PROOFS: Final = "data/log/act-proofs.jsonl"
_LONGEST: Final = 24 * 1024 * 1024
_PART: Final = 8_192


@dataclass(frozen=True, slots=True)
class Root:
    """What event `index` says of the acts from `since` up to `until` (ms): their ids lie between `first` and
    `beyond`."""

    index: int
    since: int
    until: int
    count: int
    root: bytes
    first: str
    beyond: str

    def __str__(self) -> str:
        return f"from {rfc3339(self.since)} to {rfc3339(self.until)} (event {self.index})"


class ActRoots:
    """The roots over acts of the events so far."""

    def __init__(self) -> None:
        self.all: list[Root] = []

    @property
    def until(self) -> str | None:
        """Up to when (RFC 3339) they go."""
        return rfc3339(self.all[-1].until) if self.all else None

    def apply(self, event: LogEvent) -> None:
        """The next event. Raises: VerificationFailed (`act`) for a root over acts that are no such."""
        if event.type != "acts.rooted":
            return
        said = event.sequenced().event
        if not isinstance(said, ActsRooted):
            raise _wrong(f"event {event.index} has no root over acts", f"event {event.index}")
        try:
            root = bytes.fromhex(said.root)
            ids = first_id(said.since), first_id(said.until)
            found = Root(event.index, said.since, said.until, said.count, root, *ids)
            if len(root) != HASH_SIZE or said.count < 0 or not str(found):
                raise ValueError("of another size")
        except (ValueError, OverflowError) as error:
            raise _wrong(
                f"event {event.index} has no root over acts ({error})", f"event {event.index}"
            ) from error
        self.all.append(found)


def check_acts(contents: Contents, count: int | None, roots: ActRoots, *, scoped: bool) -> None:
    """Checks every act, and that there are as many as the manifest says: `count`, None where it does not speak of any.

    Raises: VerificationFailed (`act`) naming the first that is wrong.
    """
    if count is None:
        for name in (ACTS, LEAVES, PROOFS):
            if name in contents.names:
                raise _wrong(f"the manifest does not speak of acts, and there is {name}", name)
        return
    if (unwanted := LEAVES if scoped else PROOFS) in contents.names:
        raise _wrong(f"{unwanted} has no place in an export of this scope", unwanted)
    if not scoped:
        _check_leaves(contents, roots.all)
    with contents.opened(ACTS) as lines, contents.opened(PROOFS if scoped else LEAVES) as file:
        places = _proved(file, roots.all) if scoped else _hashed(file, roots.all)
        found = _compare(lines, places)
    if found != count:
        raise _wrong(
            f"the manifest counts {count} acts, and there are {found}: acts were left out, or put in",
            ACTS,
        )


def _check_leaves(contents: Contents, roots: Sequence[Root]) -> None:
    """The leaf hashes are those of the roots, and the roots leave no time out."""
    until = 0
    with contents.opened(LEAVES) as file:
        for root in roots:
            if root.since != until or root.until <= until:
                raise _wrong(f"the acts {root} do not begin where those before ended", LEAVES)
            until, tree = root.until, Edge()
            while tree.size < root.count:
                part = file.read(min(root.count - tree.size, _PART) * HASH_SIZE)
                if not part or len(part) % HASH_SIZE:
                    raise _wrong(
                        f"hashes are missing of the acts {root}: acts were left out", LEAVES
                    )
                tree.append([part[at : at + HASH_SIZE] for at in range(0, len(part), HASH_SIZE)])
            if tree.root() != root.root:
                raise _wrong(
                    f"the hashes of the {root.count} acts {root} do not give the root that was logged: one of these "
                    "acts was changed, left out, put in or moved",
                    LEAVES,
                )
        if file.read(1):
            raise _wrong("there are more hashes of acts than were logged: acts were put in", LEAVES)


class _Proof(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    event: int
    index: int
    proof: list[bytes]


class _Place(msgspec.Struct, frozen=True, gc=False):
    """Where an act has to stand under a root: by its leaf hash, or by its way there."""

    root: Root
    leaf: bytes | None = None
    index: int = 0
    proof: Sequence[bytes] = ()

    def holds(self, leaf: bytes) -> bool:
        if self.leaf is not None:
            return leaf == self.leaf
        try:
            verify_inclusion(leaf, self.index, self.root.count, self.proof, self.root.root)
        except VerificationFailed:
            return False
        return True


def _hashed(file: BinaryIO, roots: Sequence[Root]) -> Iterator[_Place]:
    for root in roots:
        for first in range(0, root.count, _PART):
            part = file.read(min(root.count - first, _PART) * HASH_SIZE)
            for at in range(0, len(part), HASH_SIZE):
                yield _Place(root, part[at : at + HASH_SIZE])


def _proved(file: BinaryIO, roots: Sequence[Root]) -> Iterator[_Place]:
    decode, logged = msgspec.json.Decoder(_Proof).decode, {root.index: root for root in roots}
    last, number = (-1, -1), 0
    while line := file.readline(_LONGEST):
        number += 1
        try:
            proof = decode(line)
            root = logged[proof.event]
        except (msgspec.MsgspecError, ValueError, LookupError) as error:
            raise _wrong(
                f"line {number} of {PROOFS} leads to no root in the log", PROOFS
            ) from error
        if (proof.event, proof.index) <= last:
            raise _wrong(f"line {number} of {PROOFS} is out of order, or there twice", PROOFS)
        last = proof.event, proof.index
        yield _Place(root, None, proof.index, proof.proof)


class _Named(msgspec.Struct, gc=False):
    id: str


_name = msgspec.json.Decoder(_Named).decode


def _compare(lines: BinaryIO, places: Iterator[_Place]) -> int:
    """Each line has to be the act of its place. Returns how many there are."""
    number, last = 0, ""
    for place in places:
        number += 1
        line = lines.readline(_LONGEST)
        if not line:
            raise _wrong(
                f"there are {number - 1} acts, and more were logged: those at the end were left out, the first of them "
                f"{place.root}",
                f"{ACTS} line {number}",
            )
        if not line.endswith(b"\n") or not place.holds(leaf_hash(line[:-1])):
            raise _misplaced(number, line, place, lines, places)
        id = _id_of(line, number)
        if not last < id or not place.root.first < id < place.root.beyond:
            raise _wrong(f"act {id} is not of the time {place.root}", f"{ACTS} line {number}")
        last = id
    if line := lines.readline(_LONGEST):
        raise _wrong(
            f"act {_id_of(line, number + 1)} stands after the last that was logged: it was put in",
            f"{ACTS} line {number + 1}",
        )
    return number


def _misplaced(
    number: int, line: bytes, place: _Place, lines: BinaryIO, places: Iterator[_Place]
) -> VerificationFailed:
    """What happened to the act on this line, as the next line and the next place tell it."""
    beyond, after = lines.readline(_LONGEST), next(places, None)
    fits_next = after is not None and after.holds(leaf_hash(line[:-1]))
    next_fits = place.holds(leaf_hash(beyond[:-1]))
    try:
        named = f"act {_id_of(line, number)}"
    except VerificationFailed:
        named = "it"
    if fits_next and next_fits:
        words = f"{named} and the act after it stand in each other's place"
    elif fits_next:
        words = f"an act before {named} was left out, or moved"
    elif next_fits:
        words = f"{named} was put in, or moved here"
    else:
        words = f"{named} is not what the log committed to at this place: it was changed, or moved"
    where = f"{ACTS} line {number}"
    return _wrong(f"{where}: {words}. It is one of the acts {place.root}", where)


def _id_of(line: bytes, number: int) -> str:
    """Raises: VerificationFailed (`act`) for a line that is no act."""
    try:
        return _name(line).id[:36]
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        where = f"{ACTS} line {number}"
        raise _wrong(f"{where} is no act ({error})", where) from error


def _wrong(words: str, where: Any) -> VerificationFailed:
    return VerificationFailed(words, field=where, code="act")
