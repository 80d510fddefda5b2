"""What a snapshot is about: every key that is registered, and of which of them a usage category is open to everybody.

All of it is of one log prefix. A key is left out of a category only if the rules say so for the lookup key itself
(`screening.openness`), and no other lookup key shares its 64 bits.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import cast

from registry.domain.dossiers import Dossier, Location, Rightsholder, Work
from registry.domain.identifiers import Identifier
from registry.domain.locations import location_key
from registry.domain.matching import Facts, known
from registry.domain.vocabulary import Usage
from registry.errors import TooLarge, Unavailable
from registry.screening.key_lists import merged, no_keys, sorted_keys, without
from registry.screening.keys import below_key, short_key
from registry.screening.openness import allowed_in, may_stand_open, stands_open
from registry.storage.log_store import SignedHead
from registry.storage.whole_projection import WholeProjection

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Contents:
    """The sets of a snapshot, ascending: all keys, and for each category those that are not in its set."""

    registered: "array[int]"
    left_out: dict[Usage, "array[int]"]

    def of(self, usage: Usage) -> "array[int]":
        """The keys of a category's set."""
        return without(self.registered, self.left_out[usage])


@dataclass(frozen=True, slots=True)
class Gathered:
    """The contents at a checkpoint, right from the time `at` to before `until` (ms)."""

    head: SignedHead
    contents: Contents
    at: int
    until: int


@dataclass(slots=True)
class _Gathering:
    """What was found so far."""

    at: int
    until: int
    below: list[int] = field(default_factory=list)
    catalogues: dict[str, set[Usage]] = field(default_factory=dict)
    open: dict[Usage, "array[int]"] = field(
        default_factory=lambda: {usage: no_keys() for usage in Usage}
    )


def gather_keys(store: WholeProjection, now: int, validity: int, progress: Progress) -> Gathered:
    """Reads the store from end to end, three times over.

    Raises: Unavailable where it has no log yet, LookupError where a dossier that is referred to is missing.
    """
    head = store.head()
    if head is None:
        raise Unavailable("this registry has no log yet; the operator has to start it once")
    at = max(now, head.head.at)
    found = _Gathering(at, at + validity)
    keys, dossiers = store.count()
    registered, shared = _registered(store, lambda done: progress("keys", done, keys))
    for dossier in _all(store, ("location", "rightsholder"), "places", dossiers, progress):
        _note(found, dossier)
    for work in _all(store, ("work",), "works", dossiers, progress):
        _note_open(found, store, cast(Work, work))
    below = sorted_keys(found.below)
    never_open = sorted_keys([*shared, *below])
    left_out = {
        usage: without(sorted_keys(open_keys), never_open)
        for usage, open_keys in found.open.items()
    }
    return Gathered(head, Contents(merged(registered, below), left_out), at, found.until)


def _registered(
    store: WholeProjection, progress: Callable[[int], None]
) -> tuple["array[int]", list[int]]:
    """Every key, ascending, and those that stand for more than one lookup key."""
    keys, shared, last, done = no_keys(), [], b"", 0
    for part in store.lookup_keys():
        for lookup_key in part:
            if lookup_key == last:
                continue
            last, key = lookup_key, short_key(lookup_key)
            if keys and keys[-1] == key:
                shared.append(key)
            else:
                keys.append(key)
        done += len(part)
        progress(done)
    return keys, shared


def _all(
    store: WholeProjection, kinds: Iterable[str], what: str, total: int, progress: Progress
) -> Iterator[Dossier]:
    done = 0
    for passed, part in store.dossiers(*kinds):  # type: ignore[arg-type]
        yield from part
        done += passed
        progress(what, done, total)


def _note(found: _Gathering, dossier: Dossier) -> None:
    if isinstance(dossier, Location) and dossier.subdomains:
        found.below.append(below_key(location_key(dossier.expression)))
    elif isinstance(dossier, Rightsholder) and (allowed := allowed_in(dossier.declarations)):
        found.catalogues[dossier.id] = allowed


def _note_open(found: _Gathering, store: WholeProjection, work: Work) -> None:
    usages = may_stand_open(work, found.catalogues)
    if not usages:
        return
    for identifier in _codes_of(work):
        try:
            facts: Facts = store.facts(identifier)
        except TooLarge:
            continue  # too much lies behind it to look at, so it stays in
        for usage in usages:
            if stands_open(identifier, usage, facts, found.at, found.until):
                found.open[usage].append(short_key(identifier.wide_key))


def _codes_of(work: Work) -> Iterator[Identifier]:
    """The identifiers that are no URL: a URL's key never stands open."""
    for held in work.identifiers:
        if not held.text.startswith("https://"):
            yield known(held.text)
