"""Generated histories in which something is added, gone or lapsed after somebody has said yes.

Everything that a permission can rest on (`docs/answering.md`, *Places* and *Reach*) comes before some
statement and after another: claims, identifiers, links and their confirmations, locations.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from registry.domain.event_body import AnyEvent, Sequenced
from registry.domain.events import (
    ClaimMade,
    Conditions,
    Declared,
    IdentifierAdded,
    IdentifierRemovalProposed,
    LinkConfirmed,
    LinkMade,
    LinkRemovalProposed,
    LooseningCancelled,
    LooseningConfirmed,
    Statement,
    StatementEnd,
    Subject,
    Withdrawn,
    WorkRegistered,
)
from registry.domain.identifiers import parse_identifier
from registry.domain.vocabulary import Assurance, LinkKind, Preference, Role, WorkKind
from tests.model.histories import (
    DAY,
    HOUR,
    PLACES,
    POOL,
    RIGHTSHOLDERS,
    USAGES,
    WAIT,
    Asked,
    Log,
    Maker,
    any_histories,
    catalogue,
    of_location,
    of_work,
    parties,
    questions,
)
from tests.model.world import NEVER, Said, World, seen

TRACK, NEXT_TRACK, RELEASE, SONG = POOL[5], POOL[9], POOL[3], POOL[7]
UPC = str(parse_identifier("upc:036000291452"))
ON_THE_SITE = (POOL[0], POOL[2])
MADE = ("link", "grant", "dispute", "loosening")
"""Members that name what an event makes, or what it refers to."""
MOSTLY = (True, True, True, False)


class LaterMaker(Maker):
    """Acts of adding that would do for an allow, were it not for their place in the log."""

    def added_claim(self) -> None:
        """One more claim, mostly of somebody who claims that subject already."""
        body, subject = self.pick(self.claims(of_all=True))
        self.log.claim(
            body.rightsholder
            if body.rightsholder in self.actors and self.pick(MOSTLY)
            else self.pick(self.actors),
            subject,
            role=self.pick((Role.PERFORMANCE, Role.PERFORMANCE, Role.RECORDING)),
            sole=self.pick(MOSTLY),
        )

    def added_work(self) -> None:
        """A track or release, often linked both ways to what there is."""
        kind = self.pick((WorkKind.RECORDING, WorkKind.RECORDING, WorkKind.RELEASE))
        to = self.pick(self.works())
        work = self.log.work(
            self.pick(self.actors),
            self.pick(POOL),
            kind=kind,
            role=self.pick((Role.RECORDING, Role.PERFORMANCE)),
            links=[(self.link_kind(to), to)] if self.pick(MOSTLY) else [],
        )
        if kind is WorkKind.RELEASE and self.pick((True, False)):
            self.log.link(self.pick(self.actors), self.pick(self.works()), LinkKind.PART_OF, work)

    def added_identifier(self) -> None:
        """Proved already by a prefix or a location, or one that the work had once."""
        held = self.held_works()
        if held:
            by, work = self.pick(held)
            one = self.pick((TRACK, NEXT_TRACK, *ON_THE_SITE, *self.identifiers(work)))
            self.log.add(IdentifierAdded(work=work, identifier=one, rightsholder=by))

    def added_link(self) -> None:
        """Between two works of anybody's."""
        works = self.works()
        using = self.pick(works)
        others = [work for work in works if work != using]
        if others:
            to = self.pick(others)
            self.log.link(self.pick(self.actors), using, self.link_kind(to), to)

    def added_location(self) -> None:
        """A place registered once more, all of it theirs."""
        url, subdomains = self.pick(PLACES)
        self.log.location(
            self.pick(self.actors), url, subdomains=subdomains, sole=True, role=Role.PERFORMANCE
        )

    def same_again(self) -> None:
        """Somebody says once more, of the same, what reaches further by now."""
        mine = [e for e in self.events(Declared) if e.rightsholder in self.actors]
        if mine:
            one = self.pick(mine)
            said = {statement.usage: statement.preference for statement in one.statements}
            self.log.declare(one.rightsholder, one.subject, said, grantee=one.grantee)

    def gone(self) -> None:
        """Everybody who claims a work takes one of its identifiers away; it may come again."""
        work = self.pick(self.works())
        one = self.pick(self.identifiers(work))
        claimants = {b.rightsholder for b, s in self.claims(of_all=True) if s == of_work(work)}
        for by in sorted(claimants):
            act = self.log.new("z")
            self.log.add(
                IdentifierRemovalProposed(
                    loosening=act,
                    work=work,
                    identifier=one,
                    rightsholder=by,
                    takes_effect_at=self.log.now,
                )
            )
            self.log.add(LooseningConfirmed(loosening=act, subject=of_work(work), authority="a"))
        if self.pick((True, False)):
            by = sorted(claimants)[0]
            self.log.add(IdentifierAdded(work=work, identifier=one, rightsholder=by))

    def withdrawn_allow(self) -> None:
        """The allows of a declaration end, at once."""
        given = [
            (e, ends)
            for e in self.events(Declared)
            if e.rightsholder in self.actors
            for ends in [
                tuple(
                    StatementEnd(usage=one.usage)
                    for one in e.statements
                    if one.preference is Preference.ALLOW
                )
            ]
            if ends
        ]
        if given:
            declared, ends = self.pick(given)
            self.log.add(
                Withdrawn(
                    withdrawal=self.log.new("x"),
                    declaration=declared.declaration,
                    rightsholder=declared.rightsholder,
                    subject=declared.subject,
                    ends=ends,
                    confirmed=self.pick((True, False)),
                )
            )

    def denied(self) -> None:
        """A denial, in the slot of anything that was declared before."""
        given = self.events(Declared)
        if given:
            before = self.pick(given)
            self.log.add(
                Declared(
                    declaration=self.log.new("d"),
                    rightsholder=before.rightsholder,
                    subject=before.subject,
                    statements=tuple(
                        Statement(
                            usage=one.usage, preference=Preference.DENY, valid_from=self.log.now
                        )
                        for one in before.statements
                    ),
                    grantee=self.pick((before.grantee, None)),
                )
            )

    def conditions_instead(self) -> None:
        """A conditional takes an allow's place at once, with the reach that the page asks for."""
        slots = _standing_allows(self.log)
        if slots:
            last, until, reach = self.pick(slots)
            said = Statement(
                usage=last.usage,
                preference=Preference.CONDITIONAL,
                valid_from=self.log.now,
                valid_until=None if until == NEVER else until,
                conditions=Conditions(contact="mailto:a@artist.com"),
                reach=reach,
            )
            self.log.add(
                Declared(
                    declaration=self.log.new("d"),
                    rightsholder=last.by,
                    subject=last.subject,
                    statements=(said,),
                    grantee=last.grantee,
                    confirmed=self.pick((True, False)),
                )
            )

    ADDING = (
        "added_claim", "added_claim", "added_work", "added_identifier", "added_link", "added_link",
        "added_location", "claim", "work", "identifier", "link", "confirm_link", "confirm_link",
        "location",
    )  # fmt: skip
    LATER = (
        *ADDING, "same_again", "same_again", "gone", "withdrawn_allow", "conditions_instead",
        "lapse", "proof", "declaration", "removal_of_a_link", "confirmation",
    )  # fmt: skip


def _standing_allows(log: Log) -> list[tuple[Said, int, int]]:
    """Each allow in force, how long one surely is in its slot, and the smallest reach of those until then.

    Surely: also if everything that waits were cancelled.
    """
    cancelled = Log(list(log.entries), log.now)
    for loosening, subject in _all_that_may_wait(log):
        cancelled.add(LooseningCancelled(loosening=loosening, subject=subject, authority="a"))
    found = []
    worlds = [seen(log.entries, log.now), seen(cancelled.entries, log.now)]
    for said in worlds[0].statements():
        if said.preference is not Preference.ALLOW or not said.start <= log.now < said.end:
            continue
        slot = [s for world in worlds for s in world.statements() if _slot(s) == _slot(said)]
        edges = {log.now, *(edge for s in slot for edge in (s.start, s.end) if edge > log.now)}
        reaches: list[int] = []
        until = NEVER
        for moment in sorted(edges - {NEVER}):
            heard = [_heard(World(world.prefix, moment), said) for world in worlds]
            if any(s is None or s.preference is not Preference.ALLOW for s in heard):
                until = moment
                break
            reaches += [s.reach for s in heard if s is not None]
        if reaches:
            found.append((said, until, min(reaches)))
    return found


def _slot(said: Said) -> tuple[Any, ...]:
    return said.by, said.subject, said.usage, said.grantee


def _heard(world: World, of: Said) -> Said | None:
    in_force = world.in_force(of.by, of.subject, of.usage)
    return next((s for s in in_force if s.grantee == of.grantee and not s.pending), None)


def _all_that_may_wait(log: Log) -> list[tuple[str, Subject]]:
    found: list[tuple[str, Subject]] = []
    for entry in log.entries:
        event = entry.event
        if isinstance(event, Declared):
            found.append((event.declaration, event.subject))
        elif isinstance(event, Withdrawn):
            found.append((event.withdrawal, event.subject))
        elif isinstance(event, IdentifierRemovalProposed | LinkRemovalProposed):
            found.append((event.loosening, of_work(event.work)))
    return found


@st.composite
def later_histories(draw: Any, *, most: int = 6) -> list[Sequenced]:
    """A track, its song, its release and a site, mostly proven and allowed at some scope; then more."""
    log = parties()
    maker = LaterMaker(draw, log, RIGHTSHOLDERS)
    song_by, release_by = maker.pick((("r1", "r1"), ("r2", "r1"), ("r1", "r3")))
    by = {
        log.work(song_by, SONG, kind=WorkKind.COMPOSITION, role=Role.COMPOSITION): song_by,
        log.work(release_by, RELEASE, kind=WorkKind.RELEASE, role=Role.PERFORMANCE): release_by,
    }
    song, release = by
    if maker.pick((True, False)):
        box = log.work("r1", UPC, kind=WorkKind.RELEASE, role=Role.PERFORMANCE)
        by[box] = "r1"
        log.link("r1", release, LinkKind.PART_OF, box)
    stated = maker.pick((True, False))
    track = log.work(
        "r1",
        maker.pick((TRACK, TRACK, ON_THE_SITE[0])),
        role=maker.pick((Role.RECORDING, Role.PERFORMANCE)),
        inside="mine" if stated else None,
    )
    by[track] = "r1"
    if not stated:
        log.claim("r1", of_work(track), role=Role.PERFORMANCE)
    if maker.pick((True, False)):
        log.add(IdentifierAdded(work=track, identifier=NEXT_TRACK, rightsholder="r1"))
    for kind, to in ((LinkKind.EMBODIES, song), (LinkKind.PART_OF, release)):
        if maker.pick((True, False)):
            log.link("r1", track, kind, to)
    if maker.pick((True, False, False)):
        theirs = log.work("r2", *maker.identifiers(track), links=[(LinkKind.PART_OF, release)])
        by[theirs] = "r2"
    url, subdomains = maker.pick(PLACES[:3])
    place = log.location("r1", url, subdomains=subdomains, sole=maker.pick((True, False)))
    if maker.pick(MOSTLY):
        log.claim("r1", of_location(place), role=Role.PERFORMANCE, sole=True)
    mostly = maker.pick(((True,), (True,), MOSTLY))
    _proofs(maker, by, place, track, mostly)
    for link in maker.events(LinkMade):
        if by[link.to] != link.rightsholder and maker.pick(mostly):
            log.add(LinkConfirmed(link=link.link, work=link.work, rightsholder=by[link.to]))
    subjects = [(who, of_work(work)) for work, who in by.items()]
    subjects += [("r1", of_location(place)), *((who, catalogue(who)) for who in by.values())]
    if maker.pick((True, False)):
        for who in sorted(set(by.values())):
            log.declare(who, catalogue(who), dict.fromkeys(sorted(set(USAGES)), Preference.ALLOW))
    for _ in range(maker.pick((1, 2, 3))):
        who, subject = maker.pick(subjects)
        preference = maker.pick((Preference.ALLOW,) * 4 + (Preference.CONDITIONAL, Preference.DENY))
        log.declare(
            who,
            subject,
            dict.fromkeys(sorted(set(USAGES)), preference),
            grantee=maker.pick((None, None, None, "p1", "p2")),
            valid_until=maker.pick((None, None, log.now + WAIT + DAY)),
        )
    for name in draw(st.lists(st.sampled_from(LaterMaker.LATER), min_size=1, max_size=most)):
        log.now += maker.pick((0, 0, 1, HOUR, WAIT))
        getattr(maker, name)()
    return log.entries


def _proofs(
    maker: LaterMaker, by: dict[str, str], place: str, track: str, mostly: Sequence[bool]
) -> None:
    """Proof for prefixes, a site and single identifiers: it also covers what is added later."""
    log = maker.log
    for work, who in by.items():
        for one in maker.identifiers(work):
            if maker.pick(mostly):
                log.grant(who, f"{work}c", of_work(work), identifier=one, level=Assurance.ATTESTED)
    if maker.pick(mostly):
        log.grant("r1", f"{track}c", of_work(track), prefix="isrc:GBAYE")
    if maker.pick(mostly):
        log.grant("r1", f"{place}c", of_location(place), location="https://artist.com/")


@st.composite
def cases(draw: Any) -> tuple[list[Sequenced], Asked]:
    """A history and a question about it, mostly one in which something comes later."""
    if draw(st.sampled_from((False, True, True, True))):
        history = draw(later_histories())
        if draw(st.sampled_from(MOSTLY)):
            return history, draw(plain_questions(history))
    else:
        history = draw(any_histories())
    return history, draw(questions(history))


@st.composite
def plain_questions(draw: Any, history: Sequence[Sequenced]) -> Asked:
    """One identifier of a work, as it was registered or added; now, or when all has taken effect."""
    works = [e.event for e in history if isinstance(e.event, WorkRegistered)]
    added = [e.event.identifier for e in history if isinstance(e.event, IdentifierAdded)]
    tracks = [e.identifiers[0] for e in works if e.kind is WorkKind.RECORDING]
    others = [e.identifiers[0] for e in works if e.kind is not WorkKind.RECORDING]
    return Asked(
        identifiers=(draw(st.sampled_from((*tracks, *tracks, *others, *added))),),
        usage=draw(st.sampled_from(USAGES)),
        asker=draw(st.sampled_from((None, None, "p1", "p2"))),
        at=history[-1].at + draw(st.sampled_from((0, 0, WAIT + 1))),
    )


def grown_by(
    draw: Any, history: Sequence[Sequenced], act: str, actors: Sequence[str], **how: Any
) -> list[Sequenced]:
    """The history and one more act, at its last time."""
    log = Log(list(history), history[-1].at)
    getattr(LaterMaker(draw, log, actors), act)(**how)
    return log.entries


@st.composite
def put_off(
    draw: Any,
) -> tuple[list[Sequenced], list[Sequenced], list[Sequenced], Asked]:
    """A history, the same without one of its acts of adding, the same with that act at its end; a question.

    What refers to the act is left out with it. Mostly the question is about what the act was about.
    """
    history = draw(st.one_of(later_histories(most=3), later_histories(most=3), any_histories()))
    kinds = (ClaimMade, IdentifierAdded, LinkMade, LinkConfirmed)
    acts = [entry for entry in history if isinstance(entry.event, kinds)]
    act = draw(st.sampled_from(acts)) if acts else None
    log, missing = Log(), set[str]()
    for entry in history:
        log.now, event = entry.at, entry.event
        named = {str(getattr(event, name, None)) for name in ("claim", *MADE)} & missing
        if entry is act or named:
            made = [getattr(event, name, None) for name in MADE]
            made.append(event.claim.id if isinstance(event, ClaimMade) else None)
            missing |= {str(one) for one in made if one} - _not_made_by(event)
        else:
            log.add(event)
    without = list(log.entries)
    if act is not None:
        log.add(act.event)
    asked = draw(plain_questions(history))
    about = None if act is None else _about(history, act.event)
    if about is not None and draw(st.sampled_from(MOSTLY)):
        asked = replace(asked, identifiers=(about,))
    return history, without, log.entries, asked


def _about(history: Sequence[Sequenced], act: AnyEvent) -> str | None:
    """An identifier by which one may ask about what was added."""
    if isinstance(act, IdentifierAdded):
        return act.identifier
    work = act.subject.id if isinstance(act, ClaimMade) else getattr(act, "work", None)
    return next(
        (
            entry.event.identifiers[0]
            for entry in history
            if isinstance(entry.event, WorkRegistered) and entry.event.work == work
        ),
        None,
    )


def _not_made_by(event: AnyEvent) -> set[str]:
    """A confirmation or a removal names a link, and does not make it."""
    return set() if isinstance(event, LinkMade) else {str(getattr(event, "link", None))}
