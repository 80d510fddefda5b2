"""From the identifiers of a question to works, releases and locations (docs/answering.md, section 4)."""

import sys
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Protocol, cast

import msgspec

from registry.domain.dossiers import (
    Dossier,
    DossierKind,
    HeldIdentifier,
    HeldLink,
    Location,
    Work,
)
from registry.domain.events import Subject
from registry.domain.identifiers import Identifier, parse_identifier
from registry.domain.locations import covering_keys
from registry.domain.removals import identifiers_of, links_of
from registry.domain.vocabulary import LinkKind, Usage

MOST_WORKS = 256
"""More works than this behind one question: the answer is at best `unstated`."""


class Facts(Protocol):
    """What the rules may look at: dossiers folded to one log prefix, and the keys that lead to them."""

    def dossier(self, kind: DossierKind, id: str) -> Dossier:
        """Raises: LookupError."""

    def meeting(self, key: bytes) -> Iterable[Subject]:
        """Works and locations to which this wide key or location key leads."""


class Question(msgspec.Struct, frozen=True, gc=False):
    """Identifiers of one asset, one usage category, who asks (a platform's id, or nobody), a time in ms."""

    identifiers: tuple[Identifier, ...]
    usage: Usage
    asker: str | None
    at: int


class MatchedWork(msgspec.Struct, gc=False):
    """A work that the question reached. `met_by`: indexes of the question's identifiers it came from;
    `exactly`: those that equal one of its own, with its place in the log; `met_since`: the lowest place of
    an identifier by which it was met directly. `links_in`: (id of the using work, link)."""

    work: Work
    direct: bool = False
    met_by: set[int] = set()
    exactly: dict[int, int] = {}
    met_since: int = sys.maxsize
    links_in: dict[tuple[str, str], HeldLink] = {}


class MatchedLocation(msgspec.Struct, gc=False):
    """A location, with the URLs by which it was found: of the question (`met_by`), of works (`through`: id of
    the work → the lowest place in the log of such a URL)."""

    location: Location
    met_by: set[int] = set()
    through: dict[str, int] = {}
    urls: set[str] = set()


class Matches(msgspec.Struct, gc=False):
    """`works` are matched or used, `releases` only scopes; `distances[work][release]` counts the steps (a work
    without links has none)."""

    works: dict[str, MatchedWork] = {}
    releases: dict[str, MatchedWork] = {}
    distances: dict[str, dict[str, int]] = {}
    locations: dict[str, MatchedLocation] = {}
    too_many: bool = False

    def reached(self) -> list[MatchedWork]:
        return [*self.works.values(), *self.releases.values()]

    def has(self, id: str) -> bool:
        """Was this work or release reached? (Not, where there were too many.)"""
        return id in self.works or id in self.releases

    def find(self, id: str) -> MatchedWork:
        return self.works.get(id) or self.releases[id]

    def found_at(self, location: Location) -> MatchedLocation:
        """What is noted of this location, from its first URL on."""
        found = self.locations.get(location.id)
        if found is None:
            found = self.locations[location.id] = MatchedLocation(location)
        return found


@lru_cache(maxsize=65_536)
def known(text: str) -> Identifier:
    """The identifier behind a canonical spelling that is already in a dossier."""
    return parse_identifier(text)


def wide_of(held: HeldIdentifier) -> str:
    """`scheme:wide form`, the way in which restrictions compare. Only URLs have another one."""
    return f"url:{held.wide or held.text}" if held.text.startswith("https://") else held.text


def match(identifiers: Sequence[Identifier], t: int, facts: Facts) -> Matches:
    """Steps 4.1 to 4.3: direct works, used works and releases, locations."""
    matches = Matches()
    _match_directly(matches, identifiers, t, facts)
    if matches.works:
        linked = [id for id, found in matches.works.items() if found.work.links]
        if linked:
            _follow_use(matches, linked, t, facts)
            _climb_releases(matches, t, facts)
        _find_locations_of_works(matches, t, facts)
    _find_locations(matches, identifiers, facts)
    return matches


def _match_directly(
    matches: Matches, identifiers: Sequence[Identifier], t: int, facts: Facts
) -> None:
    """In order of id, which is the order of registration: who comes later pushes nobody out at the limit,
    whichever of the identifiers they meet."""
    meeting: dict[str, list[int]] = {}
    for index, asked in enumerate(identifiers):
        for subject in facts.meeting(asked.wide_key):
            if subject.kind == "work":
                meeting.setdefault(subject.id, []).append(index)
    for id in sorted(meeting) if len(meeting) > 1 else meeting:
        work = cast(Work, facts.dossier("work", id))
        held_there = identifiers_of(work, t)
        for index in meeting[id]:
            widely, exactly = places_of(held_there, identifiers[index])
            if widely is None:
                continue
            found = matches.works.get(id)
            if found is None:
                if len(matches.works) >= MOST_WORKS:
                    matches.too_many = True
                    break
                found = matches.works[id] = MatchedWork(work, direct=True)
            found.met_by.add(index)
            found.met_since = min(found.met_since, widely)
            if exactly is not None:
                found.exactly[index] = exactly


def places_of(
    held_there: Sequence[HeldIdentifier], asked: Identifier
) -> tuple[int | None, int | None]:
    """The lowest place in the log of an identifier that meets this one widely, and the place of the one that equals
    it. Only URLs have another wide form."""
    if asked.scheme == "url":
        met = {held.text: held.seq for held in held_there if (held.wide or held.text) == asked.wide}
        return min(met.values(), default=None), met.get(asked.value)
    text = str(asked)
    for held in held_there:
        if held.text == text:
            return held.seq, held.seq
    return None, None


def _follow_use(matches: Matches, linked: Sequence[str], t: int, facts: Facts) -> None:
    """Breadth first, in order of id: a cut at the limit does not depend on the question's order."""
    kinds = (LinkKind.EMBODIES, LinkKind.CONTAINS)
    frontier = sorted(linked)
    while frontier:
        following: set[str] = set()
        for id in frontier:
            source = matches.works[id]
            for link in links_of(source.work, t, *kinds):
                used = matches.works.get(link.to)
                if used is None:
                    if len(matches.works) >= MOST_WORKS:
                        matches.too_many = True
                        continue
                    used = MatchedWork(cast(Work, facts.dossier("work", link.to)))
                    matches.works[link.to] = used
                    following.add(link.to)
                used.links_in[id, link.id] = link
                if not used.direct and not source.met_by <= used.met_by:
                    used.met_by |= source.met_by
                    following.add(link.to)
        frontier = sorted(following)


def _climb_releases(matches: Matches, t: int, facts: Facts) -> None:
    for id in sorted(id for id, found in matches.works.items() if found.work.links):
        origin = matches.works[id]
        distances: dict[str, int] = {}
        frontier, distance = [origin], 0
        while frontier:
            distance += 1
            climbed: list[MatchedWork] = []
            for source in frontier:
                for link in links_of(source.work, t, LinkKind.PART_OF):
                    release = _reach_release(matches, link, facts)
                    if release is None:
                        continue
                    release.links_in[source.work.id, link.id] = link
                    if not release.direct:
                        release.met_by |= origin.met_by
                    if link.to not in distances and link.to != id:
                        distances[link.to] = distance
                        climbed.append(release)
            frontier = climbed
        matches.distances[id] = distances


def _reach_release(matches: Matches, link: HeldLink, facts: Facts) -> MatchedWork | None:
    known_already = matches.works.get(link.to) or matches.releases.get(link.to)
    if known_already is not None:
        return known_already
    if len(matches.works) + len(matches.releases) >= MOST_WORKS:
        matches.too_many = True
        return None
    release = MatchedWork(cast(Work, facts.dossier("work", link.to)))
    matches.releases[link.to] = release
    return release


def _find_locations(matches: Matches, identifiers: Sequence[Identifier], facts: Facts) -> None:
    for index, asked in enumerate(identifiers):
        if asked.scheme == "url":
            for location in covering(asked.location_keys, facts):
                found = matches.found_at(location)
                found.met_by.add(index)
                found.urls.add(asked.value)


def _find_locations_of_works(matches: Matches, t: int, facts: Facts) -> None:
    for reached in matches.reached():
        id = reached.work.id
        for held in identifiers_of(reached.work, t):
            if held.text.startswith("https://"):
                for location in covering(location_keys(held.wide or held.text), facts):
                    found = matches.found_at(location)
                    found.through[id] = min(found.through.get(id, held.seq), held.seq)
                    found.urls.add(held.text)


def covering(keys: Iterable[tuple[bytes, bool]], facts: Facts) -> list[Location]:
    """The registered locations that cover a URL with these `location_keys`."""
    found = []
    for key, from_parent_host in keys:
        for subject in facts.meeting(key):
            if subject.kind == "location":
                location = facts.dossier("location", subject.id)
                assert type(location) is Location
                if location.subdomains or not from_parent_host:
                    found.append(location)
    return found


@lru_cache(maxsize=4096)
def location_keys(wide: str) -> tuple[tuple[bytes, bool], ...]:
    """(location key, found by a parent host?) of every location that could cover a URL of this wide form. Kept for the
    URLs of works, which one question asks for twice; an `Identifier` keeps its own."""
    return covering_keys(wide)
