"""Answers at a glance: from the cards of works (`cards.py`) and from what covers whole folders, without any dossier of
a work.

The same plain case as in `plain_case.py`, and the same words (`plain_words.py`), worked out once for all works with one
card and all URLs of one folder, for as long as nothing about them changes. None, wherever it stands, says nothing but
"look at the dossiers": the answer is then what `resolution.py` comes to, and wherever it is not None it is the same
(docs/adr/0031; tests/storage/test_glances.py compares the two).
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import msgspec
from msgspec.structs import astuple

from registry.domain.answer import Answer
from registry.domain.cards import CardedWork, read_under_key
from registry.domain.dossiers import Location, Work
from registry.domain.evidence import Evidence, Met
from registry.domain.identifiers import Identifier
from registry.domain.locations import folder_of
from registry.domain.plain_case import (
    MetWork,
    decided,
    evidence_of,
    has_proof,
    told_at_locations,
    told_of_work,
)
from registry.domain.plain_words import (
    NotPlainError,
    SaidAtLocations,
    SaidOfWork,
    places_of_holders,
    said_at,
    said_of,
)
from registry.domain.sitting import Sitting
from registry.domain.vocabulary import Assurance, Decision


class Folder(msgspec.Struct, frozen=True, gc=False):
    """What covers every URL that lies in a folder (`locations.folder_of`). `deeper`: some location lies further down,
    so that each URL has to be looked at by itself."""

    locations: tuple[Location, ...]
    deeper: bool


class _Lasting(msgspec.Struct, frozen=True, gc=False):
    """What holds from `since` up to, not including, `until` (ms)."""

    since: int
    until: int

    def holds_at(self, t: int) -> bool:
        return self.since <= t < self.until


class WorkVerdict(_Lasting, frozen=True, gc=False):
    """What is said of all works with one card; `said` is None where it is not plain."""

    work: Work
    locations: frozenset[str]
    holders: frozenset[str]
    """Everybody who was listened to."""
    said: SaidOfWork | None
    decided: tuple[Decision, tuple[str, ...]] | None
    words: tuple[tuple[Any, ...], ...] | None
    """The members of each evidence but for the first two; None where there is proof, on which these depend."""


class FolderVerdict(_Lasting, frozen=True, gc=False):
    """The same of all URLs of a folder that are of no known work."""

    locations: tuple[Location, ...]
    said: SaidAtLocations | None


class Sight(msgspec.Struct, frozen=True, gc=False):
    """Where the keys of one item lead: to one work (None: to none) with this card, by these identifiers; and the URLs
    that lead to none, with their folders."""

    work: str | None
    card: bytes
    met_by: list[Identifier]
    exactly: Identifier | None
    beside: list[tuple[Identifier, str]]


NOWHERE: Final = Sight(None, b"", [], None, [])
"""One for all, which nobody changes."""


def judge_work(sitting: Sitting, carded: CardedWork, folders: Sequence[Folder]) -> WorkVerdict:
    """What is said of works with this card, whose URLs lie in these folders. Raises: LookupError."""
    work = carded.work
    until = sitting.next_change(work)
    around = {each.id: each for folder in folders for each in folder.locations}
    for location in around.values():
        until = min(until, sitting.next_change(location))
    said: SaidOfWork | None = None
    if not any(folder.deeper for folder in folders):
        with suppress(NotPlainError):
            said = said_of(sitting, work, places_of_holders(list(around.values())))
    if said is not None and said.elsewhere:
        said = None  # its evidence names a URL of the work
    claims = [*work.claims, *(claim for each in around.values() for claim in each.claims)]
    return WorkVerdict(
        sitting.at,
        until,
        work,
        frozenset(around),
        frozenset([claim.rightsholder for claim in claims]),
        said,
        None if said is None else decided(said),
        None if said is None else _words(work, said),
    )


def _words(work: Work, said: SaidOfWork) -> tuple[tuple[Any, ...], ...] | None:
    if any(has_proof(work, holder) for holder, _ in said.holders):
        return None
    return tuple(
        astuple(evidence_of(Met("", "", holder.id, holder.name, Assurance.DECLARED), word))[2:]
        for holder, word in said.holders
    )


def judge_folder(sitting: Sitting, folder: Folder) -> FolderVerdict:
    """What is said of URLs that lie in this folder, and are of no known work. Raises: LookupError."""
    until = min(map(sitting.next_change, folder.locations))
    said: SaidAtLocations | None = None
    with suppress(NotPlainError):
        said = said_at(sitting, places_of_holders(folder.locations))
    return FolderVerdict(sitting.at, until, folder.locations, said)


def sight_of(
    identifiers: Sequence[Identifier], led: Mapping[bytes, tuple[str, bytes | None]]
) -> Sight | None:
    """Where an item's identifiers lead; `NOWHERE` for one alone that is no URL and leads nowhere. `led`: wide key → the
    id of the work, and what `cards_of` wrote there (None also where a key leads to several works)."""
    if len(identifiers) == 1:  # as in most batches, and every other one of them leads nowhere
        (only,) = identifiers
        if only.scheme != "url" and only.wide_key not in led:
            return NOWHERE
    work: str | None = None
    card = b""
    met_by: list[Identifier] = []
    exactly: Identifier | None = None
    beside: list[tuple[Identifier, str]] = []
    for asked in identifiers:
        found = led.get(asked.wide_key)
        if found is not None:
            id, row = found
            if row is None or (work is not None and work != id):
                return None
            work = id
            card, texts = read_under_key(row)
            met_by.append(asked)
            if exactly is None and (
                asked.value in texts.split(" ") if texts else asked.value == asked.wide
            ):
                exactly = asked
        elif asked.scheme == "url":
            folder = folder_of(asked.wide)
            if folder is None:
                return None
            beside.append((asked, folder))
    return Sight(work, card, met_by, exactly, beside)


def tell_of_work(
    sight: Sight,
    verdict: WorkVerdict,
    beside: Sequence[Folder],
    until: int,
    with_evidence: bool,
) -> Answer | None:
    """The answer about an item that leads to a work. `beside`: the folders of its other URLs; `until` (ms): it holds no
    longer than this."""
    said = verdict.said
    if said is None or verdict.decided is None or sight.work is None:
        return None
    for folder in beside:
        if folder.deeper or not all(each.id in verdict.locations for each in folder.locations):
            return None
    how = "wide" if sight.exactly is None else "exact"
    first = sight.exactly or sight.met_by[0]
    until = min(until, verdict.until)
    if verdict.words is None or not with_evidence:
        found = MetWork(verdict.work, sight.met_by, first, how)
        return told_of_work(sight.work, said, found, {}, until, with_evidence)
    matched = str(first)
    evidence = tuple([Evidence(matched, how, *members) for members in verdict.words])
    return Answer(*verdict.decided, False, evidence, until, (sight.work,))


def tell_of_nobodys(until: int) -> Answer:
    """The answer about an item that leads nowhere."""
    return Answer(Decision.UNREGISTERED, (), False, (), until)


def tell_of_folder(
    asked: Identifier, verdict: FolderVerdict, until: int, with_evidence: bool
) -> Answer | None:
    """The answer about a URL that is of no known work, and lies in a folder with locations around it."""
    if verdict.said is None:
        return None
    urls = dict.fromkeys([each.id for each in verdict.locations], asked.value)
    return told_at_locations(verdict.said, urls, min(until, verdict.until), with_evidence)
