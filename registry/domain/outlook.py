"""What holds of one work, location, rightsholder or platform now, and what will hold of it by itself.

The same rules as an answer's (docs/answering.md, sections 2 and 3), laid out in time: a span for each stretch in which
nothing changes, so that whoever follows the log needs no rules to know what takes effect when. What stands behind a
claim is not in it: nothing here permits, only an answer does.
"""

from collections.abc import Iterable, Sequence

import msgspec

from registry.domain.changes import all_changes
from registry.domain.dossiers import (
    OBJECTION_MS,
    Dossier,
    DossierKind,
    HeldClaim,
    HeldDeclaration,
    Location,
    Platform,
    Rightsholder,
    Work,
)
from registry.domain.identifiers import parse_identifier
from registry.domain.locations import covering_keys, location_key
from registry.domain.removals import identifiers_of, links_of
from registry.domain.standing import in_force
from registry.domain.vocabulary import LinkKind, Preference, Usage


class Said(msgspec.Struct, frozen=True, order=True, gc=False):
    """A statement in force. `grantee`: the platform that it names, or "" for everybody. `pending`: a conditional that
    waits, and so speaks as a deny. `digest`: of the record behind it."""

    rightsholder: str
    grantee: str
    usage: Usage
    preference: Preference
    pending: bool
    digest: str


class Span(msgspec.Struct, frozen=True, gc=False):
    """What holds from `since` (ms; None: now) until the next span begins.

    `keys`: the lookup keys by which it is met (wide keys of a work's identifiers; a location's own). `covering`: the
    location keys that cover a work's addresses. `links`: (kind, the other work's id).
    """

    since: int | None
    keys: tuple[bytes, ...] = ()
    covering: tuple[bytes, ...] = ()
    links: tuple[tuple[LinkKind, str], ...] = ()
    says: tuple[Said, ...] = ()


class Holder(msgspec.Struct, frozen=True, order=True, gc=False):
    """A rightsholder with a claim that stands. `set_aside_from` (ms): objections that nobody answered let it be passed
    over for some questions from each of these moments on."""

    rightsholder: str
    disputed: bool
    set_aside_from: tuple[int, ...]


class Outlook(msgspec.Struct, frozen=True, gc=False):
    """All of it. `parents`: (platform, has it ended) for each affiliation that a platform ever had."""

    kind: DossierKind
    id: str
    holders: tuple[Holder, ...] = ()
    parents: tuple[tuple[str, bool], ...] = ()
    spans: tuple[Span, ...] = ()


def outlook(dossier: Dossier, now: int) -> Outlook:
    """What is known of a dossier at its log prefix, from `now` (ms) on."""
    if isinstance(dossier, Platform):
        parents = sorted((each.parent, each.ended) for each in dossier.affiliations)
        return Outlook("platform", dossier.id, parents=tuple(parents))
    spans = [_span(dossier, now, None)]
    for border in sorted({moment for moment in all_changes(dossier) if moment > now}):
        span = _span(dossier, border, border)
        if msgspec.structs.replace(span, since=None) != msgspec.structs.replace(
            spans[-1], since=None
        ):
            spans.append(span)
    if isinstance(dossier, Rightsholder):
        return Outlook("rightsholder", dossier.id, spans=tuple(spans))
    kind: DossierKind = "work" if isinstance(dossier, Work) else "location"
    return Outlook(kind, dossier.id, holders=_holders(dossier.claims), spans=tuple(spans))


def _holders(claims: Iterable[HeldClaim]) -> tuple[Holder, ...]:
    found = {
        Holder(
            claim.rightsholder,
            bool(claim.disputes),
            tuple(each.at + OBJECTION_MS for each in claim.objections),
        )
        for claim in claims
        if not claim.ended
    }
    return tuple(sorted(found))


def _span(dossier: Work | Location | Rightsholder, t: int, since: int | None) -> Span:
    if isinstance(dossier, Rightsholder):
        return Span(since, says=_says(dossier.declarations, [dossier.id], t))
    holders = sorted({claim.rightsholder for claim in dossier.claims if not claim.ended})
    says = _says(dossier.declarations, holders, t)
    if isinstance(dossier, Location):
        return Span(since, keys=(location_key(dossier.expression),), says=says)
    found = [parse_identifier(held.text) for held in identifiers_of(dossier, t)]
    covering = {
        key for each in found if each.scheme == "url" for key, _ in covering_keys(each.wide)
    }
    links = sorted({(link.kind, link.to) for link in links_of(dossier, t, *LinkKind)})
    return Span(
        since,
        keys=tuple(sorted({each.wide_key for each in found})),
        covering=tuple(sorted(covering)),
        links=tuple(links),
        says=says,
    )


def _says(
    declarations: Sequence[HeldDeclaration], holders: Iterable[str], t: int
) -> tuple[Said, ...]:
    said = [
        Said(
            holder,
            standing.grantee or "",
            usage,
            standing.preference,
            standing.pending,
            standing.declaration.digest,
        )
        for holder in holders
        for usage in _usages(declarations)
        for standing in in_force(declarations, holder, usage, t)
    ]
    return tuple(sorted(said))


def _usages(declarations: Iterable[HeldDeclaration]) -> list[Usage]:
    return sorted({each.usage for held in declarations for each in held.statements})
