"""From the identifiers of a question to works, releases and locations (docs/answering.md, section 4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol, cast

from registry.domain.dossiers import (
    Dossier,
    DossierKind,
    HeldIdentifier,
    HeldLink,
    Location,
    Removal,
    Work,
)
from registry.domain.events import Subject
from registry.domain.identifiers import Identifier, parse_identifier
from registry.domain.locations import covering_expressions, location_key
from registry.domain.vocabulary import LinkKind, Usage

MOST_WORKS = 256
"""More works than this behind one question: the answer is at best `unstated`."""


class Facts(Protocol):
    """What the rules may look at: dossiers folded to one log prefix, and the keys that lead to them."""

    def dossier(self, kind: DossierKind, id: str) -> Dossier:
        """Raises: LookupError."""

    def meeting(self, key: bytes) -> Iterable[Subject]:
        """Works and locations to which this wide key or location key leads."""


@dataclass(frozen=True, slots=True)
class Question:
    """Identifiers of one asset, one usage category, who asks (a platform's id, or nobody), a time in ms."""

    identifiers: tuple[Identifier, ...]
    usage: Usage
    asker: str | None
    at: int


@dataclass(slots=True)
class MatchedWork:
    """A work that the question reached. `met_by`: indexes of the question's identifiers it came from;
    `exactly`: those that equal one of its own. `links_in`: (id of the using work, link)."""

    work: Work
    direct: bool = False
    met_by: set[int] = field(default_factory=set)
    exactly: set[int] = field(default_factory=set)
    links_in: dict[tuple[str, str], HeldLink] = field(default_factory=dict)


@dataclass(slots=True)
class MatchedLocation:
    """A location, with the URLs by which it was found: of the question (`met_by`), of works (`through`)."""

    location: Location
    met_by: set[int] = field(default_factory=set)
    through: set[str] = field(default_factory=set)
    urls: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Matches:
    """`works` are matched or used, `releases` only scopes; `distances[work][release]` counts the steps."""

    works: dict[str, MatchedWork] = field(default_factory=dict)
    releases: dict[str, MatchedWork] = field(default_factory=dict)
    distances: dict[str, dict[str, int]] = field(default_factory=dict)
    locations: dict[str, MatchedLocation] = field(default_factory=dict)
    too_many: bool = False
    leads_to: dict[str, set[str]] = field(default_factory=dict)
    _reached_without: dict[str, set[str]] = field(default_factory=dict)

    def reached(self) -> list[MatchedWork]:
        return [*self.works.values(), *self.releases.values()]

    def find(self, id: str) -> MatchedWork:
        return self.works.get(id) or self.releases[id]

    def lead(self, source: str, link: HeldLink, used: MatchedWork) -> None:
        """Takes note of a link that was followed."""
        used.links_in[source, link.id] = link
        self.leads_to.setdefault(source, set()).add(used.work.id)

    def reached_without(self, id: str) -> set[str]:
        """What the question reaches when no way may lead through this work."""
        found = self._reached_without.get(id)
        if found is None:
            found = {work.work.id for work in self.works.values() if work.direct} - {id}
            frontier = found
            while frontier:
                further = set().union(*(self.leads_to.get(source, ()) for source in frontier))
                frontier = further - found - {id}
                found = found | frontier
            self._reached_without[id] = found
        return found


def gone(removals: Iterable[Removal], needed: Iterable[str], t: int) -> bool:
    """Has everyone whose word it takes (`needed`) taken it away by `t`?"""
    effects = [(removal.by, removal.effect()) for removal in removals]
    removed_by = {by for by, effect in effects if effect is not None and effect <= t}
    return bool(removed_by) and removed_by.issuperset(needed)


@lru_cache(maxsize=65_536)
def known(text: str) -> Identifier:
    """The identifier behind a canonical spelling that is already in a dossier."""
    return parse_identifier(text)


def wide_of(held: HeldIdentifier) -> str:
    """`scheme:wide form`, the way in which restrictions compare. Only URLs have another one."""
    return f"url:{held.wide or held.text}" if held.text.startswith("https://") else held.text


def identifiers_of(work: Work, t: int) -> list[HeldIdentifier]:
    """The identifiers that stand at `t`: one is gone only when all who claim the work removed it."""
    if not any(held.removals for held in work.identifiers):
        return work.identifiers
    claimants = {claim.rightsholder for claim in work.claims if not claim.ended}
    return [held for held in work.identifiers if not gone(held.removals, claimants, t)]


def links_of(work: Work, t: int, *kinds: LinkKind) -> list[HeldLink]:
    """The links of these kinds that stand at `t`: one is gone when all who stood by it removed it."""
    return [
        link
        for link in work.links
        if link.kind in kinds and not (link.removals and gone(link.removals, link.stands_by, t))
    ]


def match(identifiers: Sequence[Identifier], t: int, facts: Facts) -> Matches:
    """Steps 4.1 to 4.3: direct works, used works and releases, locations."""
    matches = Matches()
    _match_directly(matches, identifiers, t, facts)
    _follow_use(matches, t, facts)
    _climb_releases(matches, t, facts)
    _find_locations(matches, identifiers, t, facts)
    return matches


def _match_directly(
    matches: Matches, identifiers: Sequence[Identifier], t: int, facts: Facts
) -> None:
    """In order of id, which is the order of registration: who comes later pushes nobody out at the limit."""
    for index, asked in enumerate(identifiers):
        meeting = facts.meeting(asked.wide_key)
        works = sorted({subject.id for subject in meeting if subject.kind == "work"})
        if not works:
            continue
        wide, exact = f"{asked.scheme}:{asked.wide}", str(asked)
        for id in works:
            work = cast(Work, facts.dossier("work", id))
            met = [held.text for held in identifiers_of(work, t) if wide_of(held) == wide]
            if not met:
                continue
            if id not in matches.works and len(matches.works) >= MOST_WORKS:
                matches.too_many = True
                continue
            found = matches.works.setdefault(id, MatchedWork(work, direct=True))
            found.met_by.add(index)
            if exact in met:
                found.exactly.add(index)


def _follow_use(matches: Matches, t: int, facts: Facts) -> None:
    """Breadth first, in order of id: a cut at the limit does not depend on the question's order."""
    kinds = (LinkKind.EMBODIES, LinkKind.CONTAINS)
    frontier = sorted(matches.works)
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
                matches.lead(id, link, used)
                if not used.direct and not source.met_by <= used.met_by:
                    used.met_by |= source.met_by
                    following.add(link.to)
        frontier = sorted(following)


def _climb_releases(matches: Matches, t: int, facts: Facts) -> None:
    for id in sorted(matches.works):
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
                    matches.lead(source.work.id, link, release)
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


def _find_locations(
    matches: Matches, identifiers: Sequence[Identifier], t: int, facts: Facts
) -> None:
    for index, asked in enumerate(identifiers):
        if asked.scheme == "url":
            for location in covering(asked.wide, facts):
                found = matches.locations.setdefault(location.id, MatchedLocation(location))
                found.met_by.add(index)
                found.urls.add(str(asked))
    for reached in matches.reached():
        for held in identifiers_of(reached.work, t):
            if not held.text.startswith("https://"):
                continue
            for location in covering(held.wide or held.text, facts):
                found = matches.locations.setdefault(location.id, MatchedLocation(location))
                found.through.add(reached.work.id)
                found.urls.add(held.text)


def covering(wide: str, facts: Facts) -> list[Location]:
    """The registered locations that cover a URL of this wide form."""
    found = []
    for key, from_parent_host in location_keys(wide):
        for subject in facts.meeting(key):
            if subject.kind == "location":
                location = cast(Location, facts.dossier("location", subject.id))
                if location.subdomains or not from_parent_host:
                    found.append(location)
    return found


@lru_cache(maxsize=16_384)
def location_keys(wide: str) -> tuple[tuple[bytes, bool], ...]:
    """(location key, found by a parent host?) of every location that could cover a URL of this wide form."""
    return tuple(
        (location_key(expression), from_parent_host)
        for expression, from_parent_host in covering_expressions(Identifier("url", wide, wide))
    )
