"""Histories of events: a small builder for those written by hand, and hypothesis strategies.

Pools are small so that things collide: three rightsholders, three platforms, identifiers of which some
meet only in their wide form. Generated histories are plausible (events refer to what exists, and to the
real holders of claims), times crowd around the borders of 72 hours and 14 days.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from hypothesis import strategies as st

from registry.domain.event_body import AnyEvent, Sequenced
from registry.domain.events import (
    AssuranceGained,
    AssuranceLapsed,
    ClaimBody,
    ClaimMade,
    ClaimObjected,
    Conditions,
    Declared,
    DisputeDecided,
    DisputeOpened,
    IdentifierAdded,
    IdentifierRemovalProposed,
    LinkBody,
    LinkConfirmed,
    LinkMade,
    LinkRemovalProposed,
    LocationRegistered,
    LooseningCancelled,
    LooseningConfirmed,
    ObjectionAnswered,
    RightsholderRegistered,
    Statement,
    StatementEnd,
    Subject,
    Withdrawn,
    WorkRegistered,
)
from registry.domain.identifiers import parse_identifier
from registry.domain.locations import parse_location
from registry.domain.operator_events import (
    PlatformAffiliated,
    PlatformAffiliationEnded,
    PlatformRegistered,
)
from registry.domain.vocabulary import Assurance, LinkKind, Preference, Role, Usage, WorkKind

T0 = 1_800_000_000_000
SECOND = 1000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
WAIT = 72 * HOUR
Inside = Literal["listed", "none", "mine"]


@dataclass
class Log:
    """A log that grows: every method appends one event at `now` and returns the new thing's id."""

    entries: list[Sequenced] = field(default_factory=list)
    now: int = T0

    def add(self, event: AnyEvent) -> None:
        seq = len(self.entries)
        digest = hashlib.sha256(seq.to_bytes(8, "big")).digest()
        self.entries.append(Sequenced(seq=seq, at=self.now, digest=digest, event=event))

    def new(self, letter: str) -> str:
        return f"{letter}{len(self.entries)}"

    def rightsholder(self, name: str) -> str:
        self.add(RightsholderRegistered(rightsholder=name, name=name.upper()))
        return name

    def work(
        self,
        by: str,
        *identifiers: str,
        kind: WorkKind = WorkKind.RECORDING,
        role: Role = Role.RECORDING,
        inside: Inside | None = "mine",
        links: Sequence[tuple[LinkKind, str]] = (),
    ) -> str:
        work = self.new("w")
        bodies = tuple(
            LinkBody(id=f"{work}l{number}", kind=link, to=to)
            for number, (link, to) in enumerate(links)
        )
        self.add(
            WorkRegistered(
                work=work,
                kind=kind,
                title=work,
                identifiers=tuple(str(parse_identifier(text)) for text in identifiers),
                claim=ClaimBody(id=f"{work}c", rightsholder=by, role=role, inside=inside),
                links=bodies,
            )
        )
        return work

    def location(
        self,
        by: str,
        url: str,
        *,
        subdomains: bool = False,
        sole: bool = False,
        role: Role = Role.OTHER,
    ) -> str:
        location = self.new("p")
        self.add(
            LocationRegistered(
                location=location,
                url=parse_location(url, subdomains=subdomains).url,
                subdomains=subdomains,
                claim=ClaimBody(id=f"{location}c", rightsholder=by, role=role, sole=sole),
            )
        )
        return location

    def claim(
        self,
        by: str,
        subject: Subject,
        *,
        role: Role = Role.RECORDING,
        inside: Inside | None = "mine",
        sole: bool = False,
    ) -> str:
        claim = self.new("c")
        body = ClaimBody(id=claim, rightsholder=by, role=role, inside=inside, sole=sole)
        self.add(ClaimMade(subject=subject, claim=body))
        return claim

    def grant(
        self,
        by: str,
        claim: str,
        subject: Subject,
        *,
        level: Assurance = Assurance.CONTROLLED,
        identifier: str | None = None,
        prefix: str | None = None,
        location: str | None = None,
        subdomains: bool = False,
    ) -> str:
        grant = self.new("g")
        self.add(
            AssuranceGained(
                grant=grant,
                claim=claim,
                subject=subject,
                rightsholder=by,
                level=level,
                reason="shown",
                identifier=None if identifier is None else str(parse_identifier(identifier)),
                prefix=prefix,
                location=location,
                subdomains=subdomains,
            )
        )
        return grant

    def link(self, by: str, work: str, kind: LinkKind, to: str) -> str:
        link = self.new("l")
        self.add(LinkMade(link=link, work=work, kind=kind, to=to, rightsholder=by))
        return link

    def declare(
        self,
        by: str,
        subject: Subject,
        preferences: dict[Usage, Preference],
        *,
        grantee: str | None = None,
        valid_from: int | None = None,
        valid_until: int | None = None,
        takes_effect_at: int | None = None,
        confirmed: bool = True,
        reach: int | None = None,
    ) -> str:
        """`reach` is that of the conditional ones, which may take an allow's place at once."""
        declaration = self.new("d")
        statements = tuple(
            Statement(
                usage=usage,
                preference=preference,
                valid_from=self.now if valid_from is None else max(valid_from, self.now),
                valid_until=valid_until,
                takes_effect_at=None if preference is Preference.DENY else takes_effect_at,
                conditions=Conditions(contact="mailto:a@artist.com")
                if preference is Preference.CONDITIONAL
                else None,
                reach=reach if preference is Preference.CONDITIONAL else None,
            )
            for usage, preference in preferences.items()
        )
        self.add(
            Declared(
                declaration=declaration,
                rightsholder=by,
                subject=subject,
                statements=statements,
                grantee=grantee,
                confirmed=confirmed,
            )
        )
        return declaration


def of_work(work: str) -> Subject:
    return Subject("work", work)


def of_location(location: str) -> Subject:
    return Subject("location", location)


def catalogue(by: str) -> Subject:
    return Subject("catalogue", by)


# --- Pools -------------------------------------------------------------------------------------------

RIGHTSHOLDERS = ("r1", "r2", "r3")
STRANGER = "s1"
PLATFORMS = ("p1", "p2", "p3")
DIGEST = "sha256:" + "9f" * 32

#: Every identifier of the pool with other spellings of the same exact form.
SAME_EXACT: dict[str, tuple[str, ...]] = {
    "https://artist.com/x": (
        "http://artist.com/x",
        "HTTPS://ARTIST.com:443/x?utm_source=a",
        "https://artist.com/b/../%78#top",
    ),
    "https://www.artist.com/X": ("http://www.artist.com:80/X", "https://www.artist.com/%58"),
    "https://artist.com/a/y": ("http://artist.com/a/./y", "https://artist.com/a/y?fbclid=1"),
    "https://music.label.net/r/1": ("http://music.label.net/r/1#a",),
    "https://www.youtube.com/@artist/song": ("http://youtube.com/@artist/song",),
    "isrc:GBAYE0601498": ("isrc:gb-aye-06-01498", "ISRC:GBAYE0601498"),
    "isrc:USRC17607839": ("isrc:US-RC1-76-07839",),
    "iswc:T0345246801": ("iswc:T-034.524.680-1",),
    DIGEST: (DIGEST.upper().replace("SHA256", "sha256"),),
    "isrc:GBAYE0601477": ("isrc:GB-AYE-06-01477",),
}
POOL = tuple(str(parse_identifier(text)) for text in SAME_EXACT)

#: Spellings that meet the pool's only widely, and that no history registers or proves by itself.
ONLY_WIDE: dict[str, tuple[str, ...]] = {
    "https://artist.com/x": ("https://www.artist.com/x/", "http://m.artist.com/x/index.html"),
    "https://artist.com/a/y": ("https://www.artist.com/A/Y/",),
    "https://music.label.net/r/1": ("https://www.music.label.net/R/1/index.html",),
}
PLACES = (
    ("https://artist.com/", False),
    ("https://artist.com/", True),
    ("https://artist.com/a/", False),
    ("https://label.net/", True),
    ("https://music.label.net/", False),
    ("https://music.label.net/r/", False),
    ("https://www.youtube.com/@artist/", False),
)
PREFIXES = ("isrc:GBAYE", "isrc:US", "iswc:T034")
#: Few categories, so that statements meet: one plain, one that needs a role, one that needs proof.
USAGES = (
    Usage.GENERATIVE_TRAINING,
    Usage.GENERATIVE_TRAINING,
    Usage.GENERATIVE_TRAINING,
    Usage.VOICE_LIKENESS,
    Usage.SEARCH,
)
STEPS = (0, 0, 0, 1, HOUR, WAIT - HOUR, WAIT - 1, WAIT, WAIT + 1, 14 * DAY - WAIT, 14 * DAY)


class Maker:
    """Draws one act after another onto a log; each act looks at what the log already holds."""

    def __init__(self, draw: Any, log: Log, actors: Sequence[str]) -> None:
        self.draw = draw
        self.log = log
        self.actors = tuple(actors)

    def pick(self, options: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(tuple(options)))

    def events(self, *kinds: type) -> list[Any]:
        return [entry.event for entry in self.log.entries if isinstance(entry.event, kinds)]

    def works(self, *kinds: WorkKind) -> list[str]:
        return [e.work for e in self.events(WorkRegistered) if not kinds or e.kind in kinds]

    def claims(self, *, of_all: bool = False) -> list[tuple[ClaimBody, Subject]]:
        found = []
        for event in self.events(WorkRegistered, LocationRegistered, ClaimMade):
            if isinstance(event, WorkRegistered):
                subject = of_work(event.work)
            elif isinstance(event, LocationRegistered):
                subject = of_location(event.location)
            else:
                subject = event.subject
            if of_all or event.claim.rightsholder in self.actors:
                found.append((event.claim, subject))
        return found

    def identifiers(self, work: str) -> list[str]:
        first = [e.identifiers for e in self.events(WorkRegistered) if e.work == work]
        later = [e.identifier for e in self.events(IdentifierAdded) if e.work == work]
        return [*first[0], *later]

    def held_works(self) -> list[tuple[str, str]]:
        return [(b.rightsholder, s.id) for b, s in self.claims() if s.kind == "work"]

    # --- Acts open to anybody ---

    def work(self) -> None:
        kind = self.pick(
            (WorkKind.RECORDING, WorkKind.RECORDING, WorkKind.COMPOSITION, WorkKind.RELEASE)
        )
        links = []
        others = self.works()
        if others and self.pick((True, False)):
            to = self.pick(others)
            links.append((self.link_kind(to), to))
        identifiers = self.draw(
            st.lists(st.sampled_from(POOL), min_size=1, max_size=2, unique=True)
        )
        self.log.work(
            self.pick(self.actors),
            *identifiers,
            kind=kind,
            role=self.pick((Role.RECORDING, Role.PERFORMANCE, Role.COMPOSITION)),
            inside=self.pick((None, "mine", "none", "listed")),
            links=links,
        )

    def link_kind(self, to: str) -> LinkKind:
        if to in self.works(WorkKind.RELEASE):
            return self.pick((LinkKind.PART_OF, LinkKind.PART_OF, LinkKind.CONTAINS))  # type: ignore[no-any-return]
        return self.pick((LinkKind.EMBODIES, LinkKind.CONTAINS))  # type: ignore[no-any-return]

    def location(self) -> None:
        url, subdomains = self.pick(PLACES)
        self.log.location(
            self.pick(self.actors),
            url,
            subdomains=subdomains,
            sole=self.pick((True, False)),
            role=self.pick((Role.OTHER, Role.PERFORMANCE)),
        )

    def claim(self) -> None:
        subjects = [subject for _, subject in self.claims(of_all=True)]
        if subjects:
            self.log.claim(
                self.pick(self.actors),
                self.pick(subjects),
                role=self.pick((Role.RECORDING, Role.PERFORMANCE, Role.COMPOSITION)),
                inside=self.pick((None, "mine")),
                sole=self.pick((True, False)),
            )

    def link(self) -> None:
        works = self.works()
        to = self.pick(works)
        self.log.link(self.pick(self.actors), self.pick(works), self.link_kind(to), to)

    def confirm_link(self) -> None:
        links = [(e.work, b.id) for e in self.events(WorkRegistered) for b in e.links]
        links += [(e.work, e.link) for e in self.events(LinkMade)]
        if links:
            work, link = self.pick(links)
            self.log.add(LinkConfirmed(link=link, work=work, rightsholder=self.pick(self.actors)))

    def identifier(self) -> None:
        held = self.held_works()
        if held:
            by, work = self.pick(held)
            one = self.pick((*POOL, *self.identifiers(work), *self.identifiers(work)))
            self.log.add(IdentifierAdded(work=work, identifier=one, rightsholder=by))

    def declaration(self, preferences: Sequence[Preference] = tuple(Preference)) -> None:
        subjects = [(b.rightsholder, subject) for b, subject in self.claims()]
        subjects += [(by, catalogue(by)) for by in self.actors]
        by, subject = self.pick(subjects)
        now = self.log.now
        usages = self.pick((set(USAGES), {USAGES[0]}, {self.pick(USAGES)}))
        self.log.declare(
            by,
            subject,
            {usage: self.pick(preferences) for usage in sorted(usages)},
            grantee=self.pick((None, None, None, *PLATFORMS)),
            valid_from=self.pick((None, None, None, now + HOUR, now + WAIT)),
            valid_until=self.pick((None, None, None, now + DAY, now + WAIT + HOUR, now + 15 * DAY)),
            takes_effect_at=self.pick((None, now, now + WAIT)),
            confirmed=self.pick((True, True, False)),
            reach=self.pick((None, None, None, self.pick(range(len(self.log.entries))))),
        )

    def withdrawal(self) -> None:
        mine = [d for d in self.events(Declared) if d.rightsholder in self.actors]
        if mine:
            declared = self.pick(mine)
            ends = tuple(
                StatementEnd(
                    usage=one.usage,
                    takes_effect_at=None
                    if one.preference is Preference.ALLOW
                    else self.log.now + self.pick((0, WAIT)),
                )
                for one in declared.statements
            )
            self.log.add(
                Withdrawn(
                    withdrawal=self.log.new("x"),
                    declaration=declared.declaration,
                    rightsholder=declared.rightsholder,
                    subject=declared.subject,
                    ends=ends if self.pick((True, False)) else ends[:1],
                    confirmed=self.pick((True, False)),
                )
            )

    def loosening(self) -> list[tuple[str, Subject]]:
        waiting = [
            (getattr(e, "withdrawal", None) or e.declaration, e.subject)
            for e in self.events(Declared, Withdrawn)
            if e.rightsholder in self.actors
        ]
        waiting += [
            (e.loosening, of_work(e.work))
            for e in self.events(IdentifierRemovalProposed, LinkRemovalProposed)
            if e.rightsholder in self.actors
        ]
        return waiting

    def confirmation(self) -> None:
        if self.loosening():
            loosening, subject = self.pick(self.loosening())
            self.log.add(LooseningConfirmed(loosening=loosening, subject=subject, authority="a"))

    def cancellation(self) -> None:
        if self.loosening():
            loosening, subject = self.pick(self.loosening())
            self.log.add(LooseningCancelled(loosening=loosening, subject=subject, authority="a"))

    def dispute(self) -> None:
        claims = self.claims(of_all=True)
        if claims:
            body, subject = self.pick(claims)
            self.log.add(
                DisputeOpened(
                    dispute=self.log.new("q"),
                    claim=body.id,
                    subject=subject,
                    rightsholder=body.rightsholder,
                    reason="mine",
                )
            )

    def objection(self) -> None:
        mine = [(b, s) for b, s in self.claims() if s.kind == "work"]
        others = [(b, s) for b, s in self.claims(of_all=True) if s.kind == "work"]
        if mine:
            by, _ = self.pick(mine)
            against = [(b, s) for b, s in others if b.rightsholder != by.rightsholder]
            if against:
                body, subject = self.pick(against)
                self.log.add(
                    ClaimObjected(
                        claim=body.id, subject=subject, by=by.id, objector=by.rightsholder
                    )
                )

    def affiliation(self) -> None:
        platform, parent = self.pick((("p1", "p2"), ("p2", "p3"), ("p1", "p3")))
        self.log.add(PlatformAffiliated(platform=platform, parent=parent))

    # --- Acts of those who may loosen, of stewards, and of provers ---

    def end_of_affiliation(self) -> None:
        affiliations = self.events(PlatformAffiliated)
        if affiliations:
            one = self.pick(affiliations)
            self.log.add(PlatformAffiliationEnded(platform=one.platform, parent=one.parent))

    def proof(self) -> None:
        claims = self.claims()
        if not claims:
            return
        body, subject = self.pick(claims)
        level = self.pick((Assurance.CONTROLLED, Assurance.ATTESTED, Assurance.ATTESTED))
        how = self.pick(("identifier", "identifier", "prefix", "location"))
        by, claim = body.rightsholder, body.id
        if how == "prefix":
            self.log.grant(by, claim, subject, level=level, prefix=self.pick(PREFIXES))
        elif how == "location" or subject.kind == "location":
            places = [
                (e.url, e.subdomains)
                for e in self.events(LocationRegistered)
                if e.location == subject.id
            ] or PLACES
            url, subdomains = self.pick(places)
            self.log.grant(by, claim, subject, level=level, location=url, subdomains=subdomains)
        else:
            one = self.pick(self.identifiers(subject.id))
            self.log.grant(by, claim, subject, level=level, identifier=one)

    def lapse(self) -> None:
        grants = self.events(AssuranceGained)
        if grants:
            gone = self.pick(grants)
            self.log.add(
                AssuranceLapsed(
                    grant=gone.grant,
                    claim=gone.claim,
                    subject=gone.subject,
                    rightsholder=gone.rightsholder,
                    reason="gone",
                )
            )

    def removal_of_an_identifier(self) -> None:
        held = self.held_works()
        if held:
            by, work = self.pick(held)
            self.log.add(
                IdentifierRemovalProposed(
                    loosening=self.log.new("z"),
                    work=work,
                    identifier=self.pick(self.identifiers(work)),
                    rightsholder=by,
                    takes_effect_at=self.log.now + self.pick((0, WAIT)),
                )
            )

    def removal_of_a_link(self) -> None:
        links = [
            (e.work, b.id, e.claim.rightsholder)
            for e in self.events(WorkRegistered)
            for b in e.links
        ]
        links += [(e.work, e.link, e.rightsholder) for e in self.events(LinkMade)]
        links += [(e.work, e.link, e.rightsholder) for e in self.events(LinkConfirmed)]
        if links:
            work, link, by = self.pick(links)
            self.log.add(
                LinkRemovalProposed(
                    loosening=self.log.new("z"),
                    link=link,
                    work=work,
                    rightsholder=by,
                    takes_effect_at=self.log.now + self.pick((0, WAIT)),
                )
            )

    def decision(self) -> None:
        disputes = self.events(DisputeOpened)
        if disputes:
            one = self.pick(disputes)
            self.log.add(
                DisputeDecided(
                    dispute=one.dispute,
                    claim=one.claim,
                    subject=one.subject,
                    rightsholder=one.rightsholder,
                    upheld=self.pick((False, True)),
                    stewards=("a", "b"),
                    reason="seen",
                )
            )

    def answer_to_an_objection(self) -> None:
        objections = self.events(ClaimObjected)
        if objections:
            one = self.pick(objections)
            self.log.add(
                ObjectionAnswered(
                    claim=one.claim, subject=one.subject, stewards=("a", "b"), reason="seen"
                )
            )

    # --- Sequences ---

    STRANGE = (
        "work", "location", "claim", "claim", "link", "link", "confirm_link", "identifier",
        "declaration", "declaration", "withdrawal", "confirmation", "cancellation", "dispute",
        "objection", "affiliation", "end_of_affiliation",
    )  # fmt: skip
    ANY = (
        *STRANGE, "declaration", "declaration", "declaration", "declaration", "proof", "proof",
        "proof", "proof", "proof", "lapse", "confirmation",
        "removal_of_an_identifier", "removal_of_a_link", "decision", "objection",
        "answer_to_an_objection",
    )  # fmt: skip

    def act(self, names: Sequence[str]) -> None:
        self.log.now += self.pick(STEPS)
        getattr(self, self.pick(names))()


def parties() -> Log:
    """A log in which everybody is registered and nothing has happened."""
    log = Log()
    for name in (*RIGHTSHOLDERS, STRANGER):
        log.rightsholder(name)
    for name in PLATFORMS:
        log.add(PlatformRegistered(platform=name, name=name, legal_entity=name))
    return log


@st.composite
def histories(draw: Any, *, most: int = 14) -> list[Sequenced]:
    """A log of some parties and works and up to `most` further acts."""
    log = parties()
    maker = Maker(draw, log, RIGHTSHOLDERS)
    maker.work()
    for name in draw(st.lists(st.sampled_from(Maker.ANY), max_size=most)):
        maker.act((name,))
    return log.entries


@st.composite
def allowed_histories(draw: Any, *, most: int = 8) -> list[Sequenced]:
    """A log in which something proven is allowed, before anything else happens to it."""
    log = parties()
    maker = Maker(draw, log, RIGHTSHOLDERS)
    by = maker.pick(RIGHTSHOLDERS)
    first = maker.pick(POOL)
    inner = log.work(
        maker.pick(RIGHTSHOLDERS), maker.pick(POOL), kind=WorkKind.COMPOSITION,
        role=Role.COMPOSITION,
    )  # fmt: skip
    work = log.work(
        by,
        first,
        role=maker.pick((Role.RECORDING, Role.PERFORMANCE)),
        links=[(LinkKind.EMBODIES, inner)] if maker.pick((True, False)) else [],
    )
    for event in maker.events(WorkRegistered):
        holder, mine = event.claim.rightsholder, of_work(event.work)
        if event.work == work or maker.pick((True, True, False)):
            for one in event.identifiers:
                log.grant(holder, event.claim.id, mine, identifier=one, level=Assurance.ATTESTED)
            said = dict.fromkeys(
                USAGES, maker.pick((Preference.ALLOW, Preference.ALLOW, Preference.CONDITIONAL))
            )
            log.declare(holder, maker.pick((mine, catalogue(holder))), said)
            for other in maker.events(WorkRegistered):
                for link in other.links:
                    log.add(LinkConfirmed(link=link.id, work=other.work, rightsholder=holder))
    for name in draw(st.lists(st.sampled_from(Maker.ANY), max_size=most)):
        maker.act((name,))
    return log.entries


@st.composite
def layered_histories(draw: Any, *, most: int = 6) -> list[Sequenced]:
    """A track with its song, its release and a location, mostly proven; then words at every scope."""
    log = parties()
    maker = Maker(draw, log, RIGHTSHOLDERS)
    mostly = (True, True, True, True, True, False)
    owners = maker.pick((("r1",) * 4, ("r1", "r2", "r1", "r1"), ("r1", "r1", "r2", "r3")))
    track_by, song_by, release_by, place_by = owners
    song = log.work(song_by, POOL[7], kind=WorkKind.COMPOSITION, role=Role.COMPOSITION)
    release = log.work(release_by, POOL[3], kind=WorkKind.RELEASE)
    track = log.work(
        track_by,
        POOL[2],
        *maker.pick(((), (POOL[5],))),
        role=maker.pick((Role.RECORDING, Role.PERFORMANCE)),
        inside=maker.pick(("mine", "mine", "mine", "listed", None)),
        links=[
            stated
            for stated in ((LinkKind.EMBODIES, song), (LinkKind.PART_OF, release))
            if maker.pick((True, False))
        ],
    )
    maker.affiliation()
    url, subdomains = maker.pick(PLACES[:3])
    place = log.location(place_by, url, subdomains=subdomains, sole=maker.pick(mostly))
    for body, subject in maker.claims():
        if subject.kind == "work":
            for one in maker.identifiers(subject.id):
                if maker.pick(mostly):
                    log.grant(body.rightsholder, body.id, subject, identifier=one)
        elif maker.pick(mostly):
            log.grant(place_by, body.id, subject, location=url, subdomains=subdomains)
    owner = {track: track_by, song: song_by, release: release_by}
    for event in maker.events(WorkRegistered):
        for link in event.links:
            if maker.pick(mostly):
                log.add(LinkConfirmed(link=link.id, work=track, rightsholder=owner[link.to]))
    subjects = [(who, of_work(work)) for work, who in owner.items()]
    subjects += [(place_by, of_location(place)), *((who, catalogue(who)) for who in owners)]
    for _ in range(maker.pick((1, 2, 3, 4, 5))):
        by, subject = maker.pick(subjects)
        said = maker.pick(
            (Preference.ALLOW, Preference.ALLOW, Preference.CONDITIONAL, Preference.DENY)
        )
        log.declare(
            by,
            subject,
            dict.fromkeys(sorted(set(USAGES)), said),
            grantee=maker.pick((None, None, "p1", "p2", "p3")),
        )
    for name in draw(st.lists(st.sampled_from(Maker.ANY), max_size=most)):
        maker.act((name,))
    return log.entries


def any_histories() -> st.SearchStrategy[list[Sequenced]]:
    return st.one_of(histories(), allowed_histories(), layered_histories(), layered_histories())


@dataclass(frozen=True)
class Asked:
    """A question as somebody spells it."""

    identifiers: tuple[str, ...]
    usage: Usage
    asker: str | None
    at: int


def borders(history: Sequence[Sequenced]) -> list[int]:
    """Moments at which something written in the events may change by itself."""
    found: list[int | None] = []
    for entry in history:
        event = entry.event
        found.append(entry.at + 14 * DAY)
        for one in getattr(event, "statements", ()):
            found += [one.valid_from, one.valid_until, one.takes_effect_at]
        for one in getattr(event, "ends", ()):
            found.append(one.takes_effect_at)
        found.append(getattr(event, "takes_effect_at", None))
    return sorted({moment for moment in found if moment is not None})


@st.composite
def questions(draw: Any, history: Sequence[Sequenced]) -> Asked:
    """One to three identifiers, mostly of the history's, in some spelling; at or around a border."""
    known = [
        one
        for entry in history
        for one in (
            *getattr(entry.event, "identifiers", ()),
            *filter(None, (getattr(entry.event, "identifier", None),)),
        )
    ]
    chosen = draw(
        st.lists(
            st.sampled_from((*known, *known, *known, *POOL)), min_size=1, max_size=3, unique=True
        )
    )
    spelled = tuple(draw(st.sampled_from(spellings(one))) for one in chosen)
    last = history[-1].at
    moments = [last] + [
        max(last, moment + step) for moment in borders(history) for step in (-1, 0, 1)
    ]
    return Asked(
        identifiers=spelled,
        usage=draw(st.sampled_from((*USAGES, Usage.AI_INPUT))),
        asker=draw(st.sampled_from((None, *PLATFORMS))),
        at=draw(st.sampled_from([m for m in moments if m >= last])),
    )


def spellings(one: str) -> tuple[str, ...]:
    """Mostly as registered; sometimes another way of writing it, or one that meets it only widely."""
    return (one, one, one, *same_exact(one), *only_wide(one))


def same_exact(one: str) -> tuple[str, ...]:
    return next((s for k, s in SAME_EXACT.items() if str(parse_identifier(k)) == one), ())


def only_wide(one: str) -> tuple[str, ...]:
    return ONLY_WIDE.get(one, ())


@st.composite
def acts_of(
    draw: Any,
    history: Sequence[Sequenced],
    actors: Sequence[str],
    names: Sequence[str] = Maker.STRANGE,
    *,
    most: int = 5,
) -> list[Sequenced]:
    """The history, gone on with by acts that are open to anybody, here of `actors`, at its last time."""
    log = Log(list(history), history[-1].at)
    maker = Maker(draw, log, actors)
    for name in draw(st.lists(st.sampled_from(tuple(names)), min_size=1, max_size=most)):
        getattr(maker, name)()
    return log.entries
