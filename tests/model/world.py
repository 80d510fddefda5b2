"""What holds at a time, read off the list of events: sections 2 and 3 of `docs/answering.md`.

Half of the slow model. Every question scans the whole list again; nothing is indexed or kept, so that
what stands here can be read beside the page. It shares only canonical forms with the registry.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

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

    def identifiers_of(self, work: str) -> list[Identifier]:
        additions: list[tuple[int, str]] = []
        for entry, registered in self.every(WorkRegistered):
            if registered.work == work:
                additions += [(entry.seq, text) for text in registered.identifiers]
        for entry, added in self.every(IdentifierAdded):
            if added.work == work:
                additions.append((entry.seq, added.identifier))
        standing: list[Identifier] = []
        for seq, text in additions:
            one = identifier(text)
            if any(exact(one, other) for other in standing):
                continue
            removers = {
                removal.rightsholder
                for entry, removal in self.every(IdentifierRemovalProposed)
                if removal.work == work
                and exact(identifier(removal.identifier), one)
                and entry.seq > seq
                and self.effect_of_removal(entry, removal) <= self.at
            }
            claimants = {
                claim.by
                for claim in self.standing_claims()
                if claim.subject == Subject("work", work)
            }
            if not removers or not claimants <= removers:
                standing.append(one)
        return standing

    def urls_of(self, work: str) -> list[Identifier]:
        return [one for one in self.identifiers_of(work) if one.scheme == "url"]

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
        """A link is gone when a removal by everyone who stands by it counts."""
        removers = {
            removal.rightsholder
            for entry, removal in self.every(LinkRemovalProposed)
            if removal.link == link.id and self.effect_of_removal(entry, removal) <= self.at
        }
        standers = {who for who in self.parties() if self.stands_by(who, link)}
        return standers <= removers

    def parties(self) -> set[str]:
        """Everybody who ever made or confirmed anything that a link may rest on."""
        found = {claim.by for claim in self.claims()}
        for _, event in self.every(LinkMade):
            found.add(event.rightsholder)
        for _, confirmed in self.every(LinkConfirmed):
            found.add(confirmed.rightsholder)
        return found

    def stands_by(self, rightsholder: str, link: Link) -> bool:
        """Whoever made or confirmed a link stands by it."""
        with_the_work = any(
            body.id == link.id and event.claim.rightsholder == rightsholder
            for _, event in self.every(WorkRegistered)
            for body in event.links
        )
        made = any(
            event.link == link.id and event.rightsholder == rightsholder
            for _, event in self.every(LinkMade)
        )
        confirmed = any(
            event.link == link.id and event.rightsholder == rightsholder
            for _, event in self.every(LinkConfirmed)
        )
        return with_the_work or made or confirmed

    # --- Section 2: locations and claims ---------------------------------------------------------

    def locations(self) -> dict[str, Location]:
        return {e.location: place(e.url, e.subdomains) for _, e in self.every(LocationRegistered)}

    def claims(self) -> list[Claim]:
        found: list[Claim] = []
        for entry in self.prefix:
            event = entry.event
            if isinstance(event, WorkRegistered):
                found.append(Claim(event.claim, Subject("work", event.work)))
            elif isinstance(event, LocationRegistered):
                found.append(Claim(event.claim, Subject("location", event.location)))
            elif isinstance(event, ClaimMade):
                found.append(Claim(event.claim, event.subject))
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

    def grants(self, *, for_permission: bool) -> list[AssuranceGained]:
        """Those that count: not lapsed, of a claim that has not ended (for permissions: undisputed)."""
        lapsed = [event.grant for _, event in self.every(AssuranceLapsed)]
        return [
            grant
            for _, grant in self.every(AssuranceGained)
            if grant.grant not in lapsed
            and not self.has_ended(grant.claim)
            and not (for_permission and self.is_disputed(grant.claim))
        ]

    def assurance(self, claim: Claim, one: Identifier, *, for_permission: bool) -> Assurance:
        """`proves(r, c, i)`: the strongest level among the grants that count."""
        levels = [
            grant.level
            for grant in self.grants(for_permission=for_permission)
            if (grant.claim == claim.body.id and grant_for_one(grant, one))
            or (grant.rightsholder == claim.by and grant_for_many(grant, one))
        ]
        for level in (Assurance.ATTESTED, Assurance.CONTROLLED):
            if level in levels:
                return level
        return Assurance.DECLARED

    def proves(self, claim: Claim, one: Identifier, *, for_permission: bool) -> bool:
        level = self.assurance(claim, one, for_permission=for_permission)
        return level is not Assurance.DECLARED

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

    def effect_of_removal(
        self, entry: Sequenced, removal: IdentifierRemovalProposed | LinkRemovalProposed
    ) -> int:
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
            open_now = [said for said in slot if said.start <= self.at < said.end]
            if open_now:
                found.append(max(open_now, key=lambda said: said.seq))
            elif any(self.waits(said) for said in slot):
                last = max(filter(self.waits, slot), key=lambda said: said.seq)
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
        return any(seq < said.seq and not any(end > seq for end in left) for seq in joined)

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
