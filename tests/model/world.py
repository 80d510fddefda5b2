"""What holds at a time, read off the list of events: sections 2 and 3 of `docs/answering.md`.

Half of the slow model. Every question scans the whole list again; nothing is indexed or kept, so that
what stands here can be read beside the page. It shares only canonical forms with the registry.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, TypeVar

from registry.domain.event_body import Sequenced
from registry.domain.events import (
    AssuranceGained,
    AssuranceLapsed,
    ClaimBody,
    ClaimMade,
    Declared,
    DisputeDecided,
    DisputeOpened,
    Event,
    IdentifierAdded,
    IdentifierRemovalProposed,
    LinkConfirmed,
    LinkMade,
    LinkRemovalProposed,
    LocationRegistered,
    LooseningCancelled,
    LooseningConfirmed,
    Subject,
    Withdrawn,
    WorkRegistered,
)
from registry.domain.identifiers import Identifier, parse_identifier
from registry.domain.locations import Location, covering_expressions, parse_location
from registry.domain.operator_events import PlatformAffiliated, PlatformAffiliationEnded
from registry.domain.vocabulary import Assurance, LinkKind, Preference, Usage, WorkKind

NEVER = 2**62
E = TypeVar("E", bound=Event)
Removal = IdentifierRemovalProposed | LinkRemovalProposed
Purpose = Literal["permission", "denial"]
"""What a proof is asked for: not every grant counts for each."""


@lru_cache(maxsize=4096)
def identifier(text: str) -> Identifier:
    """The canonical form of one spelling (section 1; its own tests stand elsewhere)."""
    return parse_identifier(text)


@lru_cache(maxsize=4096)
def place(url: str, subdomains: bool) -> Location:
    """The location called `url`."""
    return parse_location(url, subdomains=subdomains)


def exact(one: Identifier, other: Identifier) -> bool:
    """Whether two identifiers have the same scheme and exact form."""
    return (one.scheme, one.value) == (other.scheme, other.value)


def wide(one: Identifier, other: Identifier) -> bool:
    """Whether two identifiers have the same scheme and wide form."""
    return (one.scheme, one.wide) == (other.scheme, other.wide)


def covers_widely(location: Location, url: Identifier) -> bool:
    """Whether a location covers a URL in its wide form."""
    return any(
        expression == location.expression and (location.subdomains or not from_a_parent)
        for expression, from_a_parent in covering_expressions(url)
    )


@dataclass(frozen=True)
class Claim:
    body: ClaimBody
    subject: Subject
    place: int

    @property
    def by(self) -> str:
        return self.body.rightsholder


@dataclass(frozen=True)
class Link:
    id: str
    work: str
    kind: LinkKind
    to: str


@dataclass(frozen=True)
class Said:
    """One statement with its window `[start, end)` at the end of the prefix."""

    seq: int
    by: str
    subject: Subject
    grantee: str | None
    usage: Usage
    preference: Preference
    valid_from: int
    start: int
    end: int
    loosens: bool
    cancelled: bool
    reach: int
    in_an_allows_place: bool
    pending: bool = field(default=False)


@dataclass(frozen=True)
class World:
    """The events of a prefix, seen at the time `at`."""

    prefix: tuple[Sequenced, ...]
    at: int

    def every(self, kind: type[E]) -> Iterator[tuple[Sequenced, E]]:
        for entry in self.prefix:
            if isinstance(entry.event, kind):
                yield entry, entry.event

    # --- Section 2: identifiers ------------------------------------------------------------------

    def kind_of(self, work: str) -> WorkKind:
        return next(event.kind for _, event in self.every(WorkRegistered) if event.work == work)

    def works(self) -> list[str]:
        return [event.work for _, event in self.every(WorkRegistered)]

    def additions(self, work: str) -> list[tuple[Sequenced, str]]:
        """Every event that registered or added an identifier of the work, in the log's order."""
        found: list[tuple[Sequenced, str]] = []
        for entry, registered in self.every(WorkRegistered):
            if registered.work == work:
                found += [(entry, text) for text in registered.identifiers]
        for entry, added in self.every(IdentifierAdded):
            if added.work == work:
                found.append((entry, added.identifier))
        return found

    def identifiers_of(self, work: str, below: int = NEVER) -> list[Identifier]:
        """The identifiers that stand; only those with a place below an index, where one is given."""
        standing = self.standing_identifiers(work)
        if below == NEVER:
            return standing
        return [one for one in standing if self.place_of(work, one) < below]

    def place_of(self, work: str, one: Identifier) -> int:
        """The index of the event that put an identifier of a work where it is now."""
        added = [entry for entry, text in self.additions(work) if exact(identifier(text), one)]
        found = added[0].seq
        for again in added[1:]:
            before = World(tuple(e for e in self.prefix if e.seq < again.seq), again.at)
            if not any(exact(one, stood) for stood in before.standing_identifiers(work)):
                found = again.seq
        return found

    def standing_identifiers(self, work: str) -> list[Identifier]:
        standing: list[Identifier] = []
        for added, text in self.additions(work):
            one = identifier(text)
            if any(exact(one, other) for other in standing):
                continue
            removals = [
                (entry, removal)
                for entry, removal in self.every(IdentifierRemovalProposed)
                if removal.work == work
                and exact(identifier(removal.identifier), one)
                and entry.seq > added.seq
            ]
            claims = [
                (self.prefix[claim.place], claim.by)
                for claim in self.standing_claims()
                if claim.subject == Subject("work", work)
            ]
            if not self.is_gone_by(removals, claims):
                standing.append(one)
        return standing

    def is_gone_by(
        self, removals: Sequence[tuple[Sequenced, Removal]], said: Sequence[tuple[Sequenced, str]]
    ) -> bool:
        """Whether at the effect of one of the removals everybody's counted whose word stood by then."""
        effects = [
            (entry, removal.rightsholder, self.effect_of_removal(entry, removal))
            for entry, removal in removals
        ]
        for proposed, _, moment in effects:
            if moment > self.at:
                continue
            needed = {who for made, who in said if made.at < moment or made.seq < proposed.seq}
            if needed <= {by for _, by, effect in effects if effect <= moment}:
                return True
        return False

    def urls_of(self, work: str, below: int = NEVER) -> list[Identifier]:
        return [one for one in self.identifiers_of(work, below) if one.scheme == "url"]

    # --- Section 2: links ------------------------------------------------------------------------

    def links(self) -> list[Link]:
        made = [
            Link(body.id, event.work, body.kind, body.to)
            for _, event in self.every(WorkRegistered)
            for body in event.links
        ]
        made += [Link(e.link, e.work, e.kind, e.to) for _, e in self.every(LinkMade)]
        return [link for link in made if not self.is_gone(link)]

    def is_gone(self, link: Link) -> bool:
        """From the moment at which a removal by everyone counts who stood by it before."""
        removals = [
            (entry, removal)
            for entry, removal in self.every(LinkRemovalProposed)
            if removal.link == link.id
        ]
        return self.is_gone_by(removals, self.standings_by(link.id))

    def standings_by(self, link: str) -> list[tuple[Sequenced, str]]:
        """Every event by which somebody made or confirmed a link, and who."""
        found = [
            (entry, event.claim.rightsholder)
            for entry, event in self.every(WorkRegistered)
            if link in [body.id for body in event.links]
        ]
        found += [(e, made.rightsholder) for e, made in self.every(LinkMade) if made.link == link]
        found += [(e, by.rightsholder) for e, by in self.every(LinkConfirmed) if by.link == link]
        return found

    def stands_by(self, rightsholder: str, link: str, below: int = NEVER) -> bool:
        """Whether they made or confirmed it, by an event with a place below an index."""
        return any(
            who == rightsholder and entry.seq < below for entry, who in self.standings_by(link)
        )

    # --- Section 2: locations and claims ---------------------------------------------------------

    def locations(self) -> dict[str, Location]:
        return {e.location: place(e.url, e.subdomains) for _, e in self.every(LocationRegistered)}

    def claims(self) -> list[Claim]:
        found: list[Claim] = []
        for entry in self.prefix:
            event = entry.event
            if isinstance(event, WorkRegistered):
                found.append(Claim(event.claim, Subject("work", event.work), entry.seq))
            elif isinstance(event, LocationRegistered):
                found.append(Claim(event.claim, Subject("location", event.location), entry.seq))
            elif isinstance(event, ClaimMade):
                found.append(Claim(event.claim, event.subject, entry.seq))
        return found

    def standing_claims(self) -> list[Claim]:
        return [claim for claim in self.claims() if not self.has_ended(claim.body.id)]

    def has_ended(self, claim: str) -> bool:
        return any(e.claim == claim and e.upheld for _, e in self.every(DisputeDecided))

    def is_disputed(self, claim: str) -> bool:
        decided = [event.dispute for _, event in self.every(DisputeDecided)]
        return any(
            event.claim == claim and event.dispute not in decided
            for _, event in self.every(DisputeOpened)
        )

    # --- Section 2: proof ------------------------------------------------------------------------

    def grants(self, purpose: Purpose, reach: int = NEVER) -> list[AssuranceGained]:
        """Those that count for it, of claims that have not ended.

        What has lapsed, that of a disputed claim, and what a permission does not reach, counts for
        denials only.
        """
        lapsed = [event.grant for _, event in self.every(AssuranceLapsed)]
        return [
            grant
            for _, grant in self.every(AssuranceGained)
            if not self.has_ended(grant.claim)
            and (
                purpose == "denial"
                or (
                    grant.grant not in lapsed
                    and not self.is_disputed(grant.claim)
                    and self.place_of_grant(grant) < reach
                )
            )
        ]

    def place_of_grant(self, grant: AssuranceGained) -> int:
        """That of its claim, or of what it was looked at through, whichever came later."""
        of_claim = next(claim.place for claim in self.claims() if claim.body.id == grant.claim)
        return max(of_claim, grant.log_place or 0)

    def assurance(
        self, claim: Claim, one: Identifier, purpose: Purpose, reach: int = NEVER
    ) -> Assurance:
        """`proves(r, c, i)`: the strongest level among the grants that count."""
        levels = [
            grant.level
            for grant in self.grants(purpose, reach)
            if (grant.claim == claim.body.id and grant_for_one(grant, one))
            or (grant.rightsholder == claim.by and grant_for_many(grant, one))
        ]
        for level in (Assurance.ATTESTED, Assurance.CONTROLLED):
            if level in levels:
                return level
        return Assurance.DECLARED

    def proves(self, claim: Claim, one: Identifier, purpose: Purpose, reach: int = NEVER) -> bool:
        return self.assurance(claim, one, purpose, reach) is not Assurance.DECLARED

    # --- Section 3: effect(x) --------------------------------------------------------------------

    def effect(
        self, act: Sequenced, loosening: str, confirmed: bool, takes_effect_at: int
    ) -> tuple[int, bool]:
        """When a loosening act takes effect (or NEVER), and whether it was cancelled before."""
        confirmations = [
            entry.at
            for entry, event in self.every(LooseningConfirmed)
            if event.loosening == loosening and entry.seq > act.seq
        ]
        if confirmed:
            moment = max(takes_effect_at, act.at)
        elif confirmations:
            moment = max(takes_effect_at, confirmations[0])
        else:
            moment = NEVER
        cancelled = any(
            event.loosening == loosening and entry.at < moment
            for entry, event in self.every(LooseningCancelled)
        )
        return (NEVER if cancelled else moment), cancelled

    def effect_of_removal(self, entry: Sequenced, removal: Removal) -> int:
        return self.effect(entry, removal.loosening, False, removal.takes_effect_at)[0]

    # --- Section 3: statements and windows -------------------------------------------------------

    def statements(self) -> list[Said]:
        found: list[Said] = []
        for entry, declared in self.every(Declared):
            for one in declared.statements:
                start, cancelled = one.valid_from, False
                if one.takes_effect_at is not None:
                    moment, cancelled = self.effect(
                        entry, declared.declaration, declared.confirmed, one.takes_effect_at
                    )
                    start = max(one.valid_from, moment)
                ends = [NEVER if one.valid_until is None else one.valid_until]
                ends += self.ends_by_withdrawal(declared.declaration, one.usage)
                found.append(
                    Said(
                        seq=entry.seq,
                        by=declared.rightsholder,
                        subject=declared.subject,
                        grantee=declared.grantee,
                        usage=one.usage,
                        preference=one.preference,
                        valid_from=one.valid_from,
                        start=start,
                        end=min(ends),
                        loosens=one.takes_effect_at is not None,
                        cancelled=cancelled,
                        reach=entry.seq if one.reach is None else min(entry.seq, one.reach),
                        in_an_allows_place=one.reach is not None
                        and one.preference is Preference.CONDITIONAL,
                    )
                )
        return found

    def ends_by_withdrawal(self, declaration: str, usage: Usage) -> list[int]:
        moments = []
        for entry, withdrawn in self.every(Withdrawn):
            for end in withdrawn.ends:
                if withdrawn.declaration != declaration or end.usage != usage:
                    continue
                if end.takes_effect_at is None:
                    moments.append(entry.at)
                else:
                    moments.append(
                        self.effect(
                            entry, withdrawn.withdrawal, withdrawn.confirmed, end.takes_effect_at
                        )[0]
                    )
        return moments

    def in_force(self, by: str, subject: Subject, usage: Usage) -> list[Said]:
        """What `by` says at `at` about `subject`: for each grantee (or everybody) one, or none."""
        mine = [
            said
            for said in self.statements()
            if (said.by, said.subject, said.usage) == (by, subject, usage)
        ]
        found: list[Said] = []
        for grantee in {said.grantee for said in mine}:
            slot = [said for said in mine if said.grantee == grantee]
            stands: Said | None = None
            last: Said | None = None
            for said in sorted(slot, key=lambda said: said.seq):
                if not said.start <= self.at < said.end:
                    last = said if self.waits(said) else last
                elif said.in_an_allows_place and (
                    stands is None or stands.preference is not Preference.ALLOW
                ):
                    last = said  # nothing stands there in whose place it would stand
                else:
                    stands = said
            if stands is not None:
                found.append(stands)
            elif last is not None:
                found.append(replace_pending(last))
        return found

    def waits(self, said: Said) -> bool:
        """A conditional that loosens and has not taken effect, cancelled or not."""
        return (
            said.preference is Preference.CONDITIONAL
            and said.loosens
            and said.start > self.at
            and said.valid_from <= self.at < said.end
        )

    # --- Section 3: naming -----------------------------------------------------------------------

    def names(self, said: Said, asker: str | None) -> bool:
        """Whether a statement for a grantee names the asker, as what permits does."""
        if asker is None or said.grantee is None:
            return False
        if said.grantee == asker:
            return True
        joined = [
            entry.seq
            for entry, event in self.every(PlatformAffiliated)
            if (event.platform, event.parent) == (asker, said.grantee)
        ]
        left = [
            entry.seq
            for entry, event in self.every(PlatformAffiliationEnded)
            if (event.platform, event.parent) == (asker, said.grantee)
        ]
        return any(seq < said.reach and not any(end > seq for end in left) for seq in joined)

    def names_to_restrict(self, said: Said, asker: str | None) -> bool:
        """The same as what restricts does: whoever was ever an affiliate."""
        if asker is None or said.grantee is None:
            return False
        return said.grantee == asker or any(
            (event.platform, event.parent) == (asker, said.grantee)
            for _, event in self.every(PlatformAffiliated)
        )


def replace_pending(said: Said) -> Said:
    """The waiting conditional as it speaks: `deny`, reason `pending`."""
    return Said(
        **{name: getattr(said, name) for name in Said.__dataclass_fields__ if name != "pending"},
        pending=True,
    )


def grant_for_one(grant: AssuranceGained, one: Identifier) -> bool:
    """A grant for one identifier."""
    return grant.identifier is not None and exact(identifier(grant.identifier), one)


def grant_for_many(grant: AssuranceGained, one: Identifier) -> bool:
    """A grant for a prefix or a location, which counts for all claims of its rightsholder."""
    if grant.prefix is not None:
        scheme, _, start = grant.prefix.partition(":")
        return one.scheme == scheme and one.value.startswith(start)
    return grant_for_place(grant, one)


def grant_for_place(grant: AssuranceGained, one: Identifier) -> bool:
    """A grant for a location under which the URL lies exactly."""
    return grant.location is not None and place(grant.location, grant.subdomains).covers_exactly(
        one
    )


def seen(prefix: Sequence[Sequenced], at: int) -> World:
    """The world of a prefix at a time."""
    return World(tuple(prefix), at)
