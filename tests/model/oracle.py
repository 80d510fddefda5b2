"""The slow model of the rules: the answer to a question, worked out from the bare list of events.

Written from `docs/answering.md` alone, without sight of `registry/domain/resolution.py`; each part
carries the number of its section. No speed is wanted here, only that it can be checked by reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from registry.domain.event_body import Sequenced
from registry.domain.events import (
    ClaimObjected,
    Declared,
    IdentifierRemovalProposed,
    LinkRemovalProposed,
    ObjectionAnswered,
    Subject,
)
from registry.domain.identifiers import Identifier
from registry.domain.locations import Location
from registry.domain.vocabulary import (
    CARRIES_OTHER_RIGHTS,
    SERVICE_USAGES,
    Assurance,
    LinkKind,
    Preference,
    Role,
    Usage,
)
from registry.errors import InvalidInput
from tests.model.world import (
    NEVER,
    Claim,
    Link,
    Said,
    World,
    covers_widely,
    exact,
    grant_for_many,
    grant_for_place,
    identifier,
    place,
    seen,
    wide,
)

FOURTEEN_DAYS = 14 * 24 * 3_600_000
MOST_WORKS = 256
RESTRICTIVENESS = ("deny", "unstated", "conditional", "allow")


@dataclass(frozen=True)
class OracleAnswer:
    decision: str
    reasons: tuple[str, ...]
    disputed: bool
    permitted: bool
    opted_out: bool
    valid_until: int | None


@dataclass(frozen=True)
class Voice:
    """A rightsholder and a match: a work (matched or used), a release, or all their locations."""

    by: str
    kind: str  # "matched", "used", "release" or "locations"
    work: str | None = None
    locations: tuple[str, ...] = ()
    about: Subject | None = None
    """Of a further voice: the release or location that a permission has to take in."""


@dataclass(frozen=True)
class Place:
    """One place of a rung, with what is heard there."""

    scope: Subject
    said: tuple[Said, ...]


@dataclass(frozen=True)
class Word:
    """What one statement, scope or voice says, and why."""

    decision: str
    reasons: frozenset[str] = frozenset()
    names_the_asker: bool = False
    reach: int = 0
    adds_nothing: bool = False


@dataclass(frozen=True)
class Passed:
    """A statement that did not speak."""

    reason: str


def answer(
    prefix: Sequence[Sequenced],
    identifiers: Sequence[str],
    usage: Usage,
    asker: str | None,
    at: int,
    max_validity_ms: int = 3_600_000,
) -> OracleAnswer:
    """The answer to one question at the end of `prefix`, at the time `at` (ms)."""
    # Section 1
    question: list[Identifier] = []
    unreadable = False
    for text in identifiers:
        try:
            one = identifier(text)
        except InvalidInput:
            unreadable = True
            continue
        if not any(exact(one, other) for other in question):
            question.append(one)
    if not question:
        return OracleAnswer("error", (), False, permitted=False, opted_out=True, valid_until=None)
    found = Hearing(seen(prefix, at), question, usage, asker).outcome(max_validity_ms)
    if unreadable and found.decision in {"allow", "conditional", "unregistered"}:
        return replace(
            found,
            decision="unstated",
            reasons=("unreadable-identifier",),
            permitted=False,
            opted_out=True,
        )
    return found


class Hearing:
    """One question before the rightsholders. The matches of section 4 are found first."""

    def __init__(
        self, world: World, question: list[Identifier], usage: Usage, asker: str | None
    ) -> None:
        self.world = world
        self.question = question
        self.usage = usage
        self.asker = asker
        self.matched: dict[str, list[Identifier]] = {}
        for work in world.works():
            met = [q for q in question if any(wide(q, own) for own in world.identifiers_of(work))]
            if met:
                self.matched[work] = met
        self.used = self.works_used(self.matched) - set(self.matched)
        self.releases = {r for work in self.heard_works for r in self.releases_of(work)}
        self.found = {
            name: location
            for name, location in world.locations().items()
            if any(covers_widely(location, url) for url in self.urls_that_find_locations())
        }

    # --- Section 4 -------------------------------------------------------------------------------

    @property
    def heard_works(self) -> set[str]:
        return set(self.matched) | self.used

    def works_used(
        self, start: dict[str, list[Identifier]], without: str | None = None
    ) -> set[str]:
        """Works reached over `embodies` and `contains`, the start included, never through `without`."""
        reached = set(start) - {without}
        while True:
            further = {
                link.to
                for link in self.world.links()
                if link.kind is not LinkKind.PART_OF and link.work in reached and link.to != without
            }
            if further <= reached:
                return reached
            reached |= further

    def releases_of(self, work: str, links: Sequence[Link] | None = None) -> dict[str, int]:
        """Releases reached from a work over `part_of`, each with the fewest steps to it."""
        links = self.world.links() if links is None else links
        distances: dict[str, int] = {}
        edge, steps = {work}, 0
        while edge:
            steps += 1
            edge = {
                link.to for link in links if link.kind is LinkKind.PART_OF and link.work in edge
            } - {work, *distances}
            distances.update(dict.fromkeys(edge, steps))
        return distances

    def came_from(self, work: str) -> list[Identifier]:
        """The question's identifiers that a match on a work remembers."""
        if work in self.matched:
            return self.matched[work]
        origins: list[Identifier] = []
        for first, met in self.matched.items():
            if work in self.works_used({first: met}):
                origins += met
        if work not in self.used:
            for other in self.heard_works:
                if work in self.releases_of(other):
                    origins += self.came_from(other)
        return origins

    def urls_that_find_locations(self) -> list[Identifier]:
        urls = [q for q in self.question if q.scheme == "url"]
        for work in self.heard_works | self.releases:
            urls += self.world.urls_of(work)
        return urls

    def urls_covered(self, location: Location) -> list[Identifier]:
        return [u for u in self.urls_that_find_locations() if covers_widely(location, u)]

    # --- Section 6 -------------------------------------------------------------------------------

    def is_set_aside(self, claim: Claim) -> bool:
        if claim.subject.kind != "work" or claim.subject.id not in self.matched:
            return False
        met = self.matched[claim.subject.id]
        if any(self.world.proves(claim, q, "denial") for q in met):
            return False
        for entry, objection in self.world.every(ClaimObjected):
            if objection.claim != claim.body.id or self.world.at < entry.at + FOURTEEN_DAYS:
                continue
            if any(
                later.claim == objection.claim and answered.seq > entry.seq
                for answered, later in self.world.every(ObjectionAnswered)
            ):
                continue
            for by in self.world.standing_claims():
                if (
                    by.body.id == objection.by
                    and not self.world.is_disputed(by.body.id)
                    and by.subject.kind == "work"
                    and any(
                        wide(q, own)
                        for q in self.question
                        for own in self.world.identifiers_of(by.subject.id, entry.seq)
                    )
                    and all(
                        self.world.assurance(by, q, "permission") is Assurance.ATTESTED for q in met
                    )
                ):
                    return True
        return False

    # --- Section 2, "holds" ----------------------------------------------------------------------

    def claims_on(self, by: str, kind: str, subject: str) -> list[Claim]:
        """The claims by which a rightsholder holds a subject."""
        return [
            claim
            for claim in self.world.standing_claims()
            if claim.by == by
            and (claim.subject.kind, claim.subject.id) == (kind, subject)
            and not self.is_set_aside(claim)
        ]

    def undisputed(self, by: str, kind: str, subject: str, reach: int = NEVER) -> list[Claim]:
        """Of these, the undisputed that a statement with this reach counts."""
        return [
            claim
            for claim in self.claims_on(by, kind, subject)
            if not self.world.is_disputed(claim.body.id) and claim.place < reach
        ]

    def holds(self, by: str, kind: str, subject: str) -> bool:
        return bool(self.claims_on(by, kind, subject))

    def rightsholders(self) -> list[str]:
        return sorted({claim.by for claim in self.world.claims()})

    # --- Section 5: voices and their scopes ------------------------------------------------------

    def voices(self) -> list[tuple[Voice, Word]]:
        """Every voice with its word: whether there are further ones depends on what it says."""
        found: list[tuple[Voice, Word]] = []
        for by in self.rightsholders():
            heard = [w for w in sorted(self.heard_works) if self.holds(by, "work", w)]
            mine = [Voice(by, "matched" if w in self.matched else "used", w) for w in heard]
            among = {scope.id for voice in mine for scope in self.scopes_around(voice)}
            mine += [
                Voice(by, "release", release)
                for release in sorted(self.releases - self.heard_works - among)
                if self.holds(by, "work", release)
            ]
            among = {scope.id for voice in mine for scope in self.scopes_around(voice)}
            for voice in mine:
                word = self.word(voice)
                found.append((voice, word))
                found += [(one, self.word(one)) for one in self.further(voice, word)]
            rest = tuple(name for name in self.locations_held(by) if name not in among)
            if rest:
                voice = Voice(by, "locations", locations=rest)
                found.append((voice, self.word(voice)))
        return found

    def scopes_around(self, voice: Voice) -> list[Subject]:
        """The releases and locations among its scopes, each once."""
        scopes = [place.scope for rung in self.ladder(voice) for place in rung]
        around = [scope for scope in scopes if scope.id not in {voice.work, voice.by}]
        return list(dict.fromkeys(around))

    def further(self, voice: Voice, word: Word) -> list[Voice]:
        """Where it permits: one for each of its scopes around."""
        permits = word.decision in {"allow", "conditional"}
        if not permits and word.reasons != {"depends-on-asker"}:
            return []
        return [replace(voice, about=scope) for scope in self.scopes_around(voice)]

    def takes_in(self, voice: Voice, scope: Subject, reach: int) -> bool:
        assert voice.work is not None
        if scope.kind == "location":
            return self.lies_under(voice.by, voice.work, scope.id, reach)
        return scope.id in self.leads_to(voice.by, voice.work, reach)

    def leads_to(self, by: str, work: str, reach: int) -> dict[str, int]:
        """Releases over `part_of` links that `by` stands by within the reach, with the fewest steps."""
        return self.releases_of(work, [k for k in self.world.links() if self.stood(by, k, reach)])

    def stood(self, by: str, link: Link, reach: int) -> bool:
        return self.world.stands_by(by, link.id, reach)

    def lies_under(self, by: str, work: str, location: str, reach: int) -> bool:
        urls = [q for q in self.question if q.scheme == "url"]
        for one in (work, *self.leads_to(by, work, reach)):
            urls += self.world.urls_of(one, reach)
        return any(covers_widely(self.found[location], url) for url in urls)

    def locations_held(self, by: str) -> list[str]:
        return [name for name in sorted(self.found) if self.holds(by, "location", name)]

    def ladder(self, voice: Voice) -> list[list[Place]]:
        """From the most specific outwards; what is equally specific is one rung."""
        ladder: list[list[Place]] = []
        locations = list(voice.locations) if voice.work is None else self.locations_held(voice.by)
        if voice.work is not None:
            ladder.append([self.place(voice, Subject("work", voice.work))])
            ladder += self.rungs_of_releases(voice)
            urls = [q for q in self.question if q.scheme == "url"]
            for work in (voice.work, *self.releases_of(voice.work)):
                urls += self.world.urls_of(work)
            locations = [
                name for name in locations if any(covers_widely(self.found[name], u) for u in urls)
            ]
        for depth in sorted({self.found[name].depth for name in locations}, reverse=True):
            ladder.append(
                [
                    self.place(voice, Subject("location", name))
                    for name in locations
                    if self.found[name].depth == depth
                ]
            )
        ladder.append([self.place(voice, Subject("catalogue", voice.by))])
        return ladder

    def place(self, voice: Voice, scope: Subject) -> Place:
        return Place(scope, tuple(self.world.in_force(voice.by, scope, self.usage)))

    def knows_too_little(self, voice: Voice, said: Said) -> bool:
        """In a further voice: what would permit and does not take in what the voice is about."""
        if voice.about is None or said.pending or said.preference is Preference.DENY:
            return False
        return not self.takes_in(voice, voice.about, said.reach)

    def heard_in(self, voice: Voice, ladder: list[list[Place]], first: int) -> list[list[Place]]:
        """The ladder without what a further voice leaves out; `first` is the rung that it is about."""

        def heard(step: int, said: Said) -> bool:
            if not self.knows_too_little(voice, said):
                return True
            return said.preference is Preference.CONDITIONAL and step >= first

        return [
            [Place(one.scope, tuple(s for s in one.said if heard(step, s))) for one in rung]
            for step, rung in enumerate(ladder)
        ]

    def rungs_of_releases(self, voice: Voice) -> list[list[Place]]:
        """Nearest first; an allow at the distance at which the work leads to its release."""
        assert voice.work is not None
        rungs: dict[int, list[Place]] = {}
        for release, distance in self.releases_of(voice.work).items():
            if not self.holds(voice.by, "work", release):
                continue
            whole = self.place(voice, Subject("work", release))
            heard: dict[int, list[Said]] = {distance: []}
            for said in whole.said:
                at = distance
                if said.preference is Preference.ALLOW:
                    led = self.leads_to(voice.by, voice.work, said.reach)
                    at = led.get(release, distance)
                heard.setdefault(at, []).append(said)
            for at, words in heard.items():
                rungs.setdefault(at, []).append(Place(whole.scope, tuple(words)))
        return [rungs[distance] for distance in sorted(rungs)]

    # --- Section 5: deny -------------------------------------------------------------------------

    def deny(self, voice: Voice, scope: Subject, why: frozenset[str]) -> Word | Passed:
        whole_host = (scope.kind == "location" and self.found[scope.id].whole_host) or (
            voice.kind == "locations"
            and all(self.found[name].whole_host for name in voice.locations)
        )
        if (self.usage in SERVICE_USAGES or whole_host) and not self.denial_is_proved(voice.by):
            return Passed("unproven")
        return Word("deny", why)

    def denial_is_proved(self, by: str) -> bool:
        """Wide, and anywhere among the matches that `by` holds."""
        for work in self.heard_works | self.releases:
            for claim in self.claims_on(by, "work", work):
                for own in self.world.identifiers_of(work):
                    met = work not in self.matched or any(wide(own, q) for q in self.question)
                    if met and self.world.proves(claim, own, "denial"):
                        return True
        for grant in self.world.grants("denial"):
            if grant.rightsholder != by or grant.location is None:
                continue
            if grant.level is Assurance.DECLARED:
                continue
            for name in self.locations_held(by):
                location = self.found[name]
                if place(grant.location, grant.subdomains).url == location.url:
                    return True
                if any(grant_for_place(grant, url) for url in self.urls_covered(location)):
                    return True
        return any(
            grant.rightsholder == by
            and grant.level is not Assurance.DECLARED
            and grant_for_many(grant, q)
            for q in self.question
            if self.met_a_location(by, q)
            for grant in self.world.grants("denial")
        )

    # --- Section 5: allow ------------------------------------------------------------------------

    def may_speak(self, voice: Voice, scope: Subject, reach: int, preference: Preference) -> bool:
        """Whether all holds on which an allow rests, as far as a statement reaches."""
        return (
            self.every_identifier_is_proved(voice.by, reach)
            and self.reached_by_own_will(voice, reach)
            and self.comes_from_a_release(voice, scope, reach, preference)
            and self.comes_from_a_location(voice, scope, reach)
            and self.some_claim_will_do(voice, reach)
            and self.location_is_theirs(voice, scope, reach)
        )

    def why_no_allow(self, voice: Voice, scope: Subject, said: Said) -> str | None:
        """None where an allow speaks; else the first reason that applies."""
        if self.may_speak(voice, scope, said.reach, said.preference):
            return None
        if any(
            self.holds(voice.by, kind, subject) and not self.undisputed(voice.by, kind, subject)
            for kind, subject in self.subjects_that_count(voice, scope)
        ):
            return "disputed"
        if voice.work is not None and self.inside_is_unknown(voice.by, voice.work):
            return "composition-unknown"
        if self.may_speak(voice, scope, NEVER, said.preference):
            return "added-later"
        return "unproven"

    def every_identifier_is_proved(self, by: str, reach: int) -> bool:
        """What met `by` counts wherever it stands in the log; what proves it only as far as reached."""
        world = self.world
        for q in self.question:
            works = [w for w, met in self.matched.items() if q in met and self.holds(by, "work", w)]
            for work in works:
                if not any(exact(q, own) for own in world.identifiers_of(work, reach)):
                    return False
                if not any(
                    world.proves(claim, q, "permission", reach)
                    for claim in self.undisputed(by, "work", work, reach)
                ):
                    return False
            if not works and self.met_a_location(by, q):
                many = [
                    grant
                    for grant in world.grants("permission", reach)
                    if grant.rightsholder == by
                    and grant.level is not Assurance.DECLARED
                    and grant_for_many(grant, q)
                ]
                if not many:
                    return False
        return True

    def met_a_location(self, by: str, q: Identifier) -> bool:
        """By itself, or through a URL of a work that `by` does not hold."""
        for name in self.locations_held(by):
            if q.scheme == "url" and covers_widely(self.found[name], q):
                return True
            for work in self.heard_works | self.releases:
                if (
                    not self.holds(by, "work", work)
                    and q in self.came_from(work)
                    and any(covers_widely(self.found[name], u) for u in self.world.urls_of(work))
                ):
                    return True
        return False

    def some_claim_will_do(self, voice: Voice, reach: int) -> bool:
        """One and the same undisputed claim on the voice's work does all that is asked of one."""
        if voice.work is None:
            return True
        kind = self.world.kind_of(voice.work)
        for claim in self.undisputed(voice.by, "work", voice.work, reach):
            if kind in CARRIES_OTHER_RIGHTS and claim.body.inside is None:
                continue
            if self.usage is Usage.VOICE_LIKENESS and claim.body.role is not Role.PERFORMANCE:
                continue
            if voice.kind == "matched":
                proved = all(
                    self.world.proves(claim, q, "permission", reach)
                    for q in self.matched[voice.work]
                )
            else:
                proved = any(
                    self.world.proves(claim, own, "permission", reach)
                    for own in self.world.identifiers_of(voice.work, reach)
                )
            if proved:
                return True
        return False

    def has_a_proved_identifier(self, by: str, work: str, reach: int) -> bool:
        return any(
            self.world.proves(claim, own, "permission", reach)
            for claim in self.undisputed(by, "work", work, reach)
            for own in self.world.identifiers_of(work, reach)
        )

    def reached_by_own_will(self, voice: Voice, reach: int) -> bool:
        """For a voice on a used work or a release: proved, and a link stood by."""
        if voice.work is None or voice.kind == "matched":
            return True
        return self.has_a_proved_identifier(
            voice.by, voice.work, reach
        ) and self.stands_by_a_way_to(voice.by, voice.work, reach)

    def stands_by_a_way_to(self, by: str, work: str, reach: int) -> bool:
        """Every link of a way from a matched work: first `embodies` and `contains`, then `part_of`."""
        stood = [link for link in self.world.links() if self.stood(by, link, reach)]
        on_the_way = set(self.matched)
        for kinds in ({LinkKind.EMBODIES, LinkKind.CONTAINS}, {LinkKind.PART_OF}):
            for _ in stood:  # as many rounds as the longest way has links
                on_the_way |= {k.to for k in stood if k.kind in kinds and k.work in on_the_way}
        return work in on_the_way

    def comes_from_a_release(
        self, voice: Voice, scope: Subject, reach: int, preference: Preference
    ) -> bool:
        """A word from a release that is not the voice's own: proved, and led to."""
        if scope.kind != "work" or voice.work is None or scope.id == voice.work:
            return True
        distance = self.leads_to(voice.by, voice.work, reach).get(scope.id)
        if distance is None or not self.has_a_proved_identifier(voice.by, scope.id, reach):
            return False
        return preference is Preference.ALLOW or distance == self.releases_of(voice.work)[scope.id]

    def comes_from_a_location(self, voice: Voice, scope: Subject, reach: int) -> bool:
        if scope.kind != "location" or voice.work is None:
            return True
        return self.lies_under(voice.by, voice.work, scope.id, reach)

    def location_is_theirs(self, voice: Voice, scope: Subject, reach: int) -> bool:
        """`sole`, for what comes from a location and for what is heard through locations only."""
        if scope.kind == "location":
            names = [scope.id]
        elif voice.kind == "locations":
            names = list(voice.locations)
        else:
            return True
        return any(
            claim.body.sole
            and (self.usage is not Usage.VOICE_LIKENESS or claim.body.role is Role.PERFORMANCE)
            for name in names
            for claim in self.undisputed(voice.by, "location", name, reach)
        )

    def subjects_that_count(self, voice: Voice, scope: Subject) -> list[tuple[str, str]]:
        """What this word needs an undisputed claim on, for the reason `disputed`."""
        subjects = []
        if voice.work is not None:
            subjects.append(("work", voice.work))
        if scope.kind != "catalogue":
            subjects.append((scope.kind, scope.id))
        return subjects

    def inside_is_unknown(self, by: str, work: str) -> bool:
        return self.world.kind_of(work) in CARRIES_OTHER_RIGHTS and all(
            claim.body.inside is None for claim in self.undisputed(by, "work", work)
        )

    # --- Section 5: the word ---------------------------------------------------------------------

    def speak(self, voice: Voice, scope: Subject, said: Said) -> Word | Passed:
        if said.pending:
            word = self.deny(voice, scope, frozenset({"pending"}))
        elif said.preference is Preference.DENY:
            word = self.deny(voice, scope, frozenset())
        elif self.knows_too_little(voice, said):
            word = self.deny(voice, scope, frozenset({"conditions-unverified"}))
        else:
            problem = self.why_no_allow(voice, scope, said)
            if problem is None:
                word = Word(str(said.preference))
            elif said.preference is Preference.CONDITIONAL:
                word = self.deny(voice, scope, frozenset({"conditions-unverified"}))
            else:
                word = Passed(problem)
        if isinstance(word, Passed):
            return word
        naming = self.world.names_to_restrict if word.decision == "deny" else self.world.names
        return Word(word.decision, word.reasons, naming(said, self.asker), said.reach)

    def word_of_one(self, voice: Voice, place: Place) -> tuple[Word | None, set[str]]:
        """Named statements before those for everybody; and the reasons of what was passed over."""
        passed: set[str] = set()
        named: list[Word] = []
        general: list[Word] = []
        for said in place.said:
            result = self.speak(voice, place.scope, said)
            if isinstance(result, Passed):
                if said.grantee is None or self.world.names(said, self.asker):
                    passed.add(result.reason)
            elif result.names_the_asker:
                named.append(result)
            elif said.grantee is None:
                general.append(result)
        words = named or general
        return (most_restrictive(words) if words else None), passed

    def named_denials(self, voice: Voice, place: Place) -> list[Word]:
        """Denials that speak and name the asker."""
        return [
            word
            for said in place.said
            if self.world.names_to_restrict(said, self.asker)
            for word in [self.speak(voice, place.scope, said)]
            if isinstance(word, Word) and word.decision == "deny"
        ]

    def named_to_restrict(self, voice: Voice, place: Place) -> list[Word]:
        """Conditionals that speak and name the asker only to restrict."""
        return [
            word
            for said in place.said
            if self.world.names_to_restrict(said, self.asker)
            and not self.world.names(said, self.asker)
            for word in [self.speak(voice, place.scope, said)]
            if isinstance(word, Word) and word.decision == "conditional"
        ]

    def somebody_is_restricted(self, voice: Voice, place: Place) -> bool:
        """A deny or conditional that speaks and names somebody."""
        return any(
            isinstance(word, Word) and word.decision in {"deny", "conditional"}
            for said in place.said
            if said.grantee is not None
            for word in [self.speak(voice, place.scope, said)]
        )

    def word(self, voice: Voice) -> Word:
        """What the voice says; where nothing speaks, why, and whether that counts."""
        whole = self.ladder(voice)
        first = next(
            (n for n, rung in enumerate(whole) if any(one.scope == voice.about for one in rung)), 0
        )
        ladder = self.heard_in(voice, whole, first)
        passed: set[str] = set()
        for step, scope in enumerate(ladder):
            results = [self.word_of_one(voice, one) for one in scope]
            passed |= {reason for _, reasons in results for reason in reasons}
            words = [word for word, _ in results if word is not None]
            if not words:
                continue
            word = most_restrictive(words)
            if self.asker is not None and not word.names_the_asker:
                for wider in ladder[step + 1 :]:
                    denials = [d for one in wider for d in self.named_denials(voice, one)]
                    if denials:
                        return most_restrictive(denials)
            late = [
                other
                for nearer in ladder[: step + 1]
                for one in nearer
                for other in self.named_to_restrict(voice, one)
            ]
            if word.decision == "allow" and late:
                return most_restrictive(late)
            if (
                self.asker is None
                and word.decision in {"allow", "conditional"}
                and any(
                    self.somebody_is_restricted(voice, one) for wider in ladder for one in wider
                )
            ):
                return Word("unstated", frozenset({"depends-on-asker"}), reach=word.reach)
            return word
        in_force = [said for rung in whole[first:] for one in rung for said in one.said]
        only_allows = all(said.preference is Preference.ALLOW for said in in_force)
        if only_allows and (voice.about is not None or voice.kind in {"release", "locations"}):
            return Word("unstated", frozenset(passed), adds_nothing=True)
        return Word("unstated", frozenset(passed or {"not-stated"}))

    # --- Section 7 -------------------------------------------------------------------------------

    def outcome(self, max_validity_ms: int) -> OracleAnswer:
        words = self.voices()
        heard = [(voice, word) for voice, word in words if not word.adds_nothing]
        if heard:
            combined = combine([word for _, word in heard])
            decision, reasons = combined.decision, set(combined.reasons)
            if self.a_co_owner_is_silent(heard):
                reasons = {"co-owner-silent" if r == "not-stated" else r for r in reasons}
        elif self.matched or self.somebody_spoke_at_a_location():
            passed = {reason for _, word in words for reason in word.reasons}
            decision, reasons = "unstated", passed or {"not-stated"}
        else:
            decision, reasons = "unregistered", set()
        if decision in {"conditional", "allow"} and self.nobody_holds_what_matched():
            decision, reasons = "unstated", {"not-stated"}
        if len(self.heard_works | self.releases) > MOST_WORKS:
            if decision in {"conditional", "allow"}:
                decision, reasons = "unstated", set()
            reasons = reasons | {"too-many-links"}
        return OracleAnswer(
            decision=decision,
            reasons=tuple(sorted(reasons)),
            disputed=any(self.is_behind_a_dispute(voice) for voice, _ in heard),
            permitted=decision == "allow",
            opted_out=decision not in {"allow", "unregistered"},
            valid_until=min([self.world.at + max_validity_ms, *self.moments()]),
        )

    def nobody_holds_what_matched(self) -> bool:
        return bool(self.matched) and not any(
            self.holds(by, "work", work) for by in self.rightsholders() for work in self.matched
        )

    def a_co_owner_is_silent(self, heard: list[tuple[Voice, Word]]) -> bool:
        """A voice that said nothing, while another rightsholder's permits."""
        return any(
            "not-stated" in silent.reasons
            and other.by != voice.by
            and said.decision in {"allow", "conditional"}
            for voice, silent in heard
            for other, said in heard
        )

    def is_behind_a_dispute(self, voice: Voice) -> bool:
        if voice.work is not None:
            claims = self.claims_on(voice.by, "work", voice.work)
        else:
            claims = [
                claim
                for name in voice.locations
                for claim in self.claims_on(voice.by, "location", name)
            ]
        return any(self.world.is_disputed(claim.body.id) for claim in claims)

    def somebody_spoke_at_a_location(self) -> bool:
        """Whether a holder of a matched location ever declared anything there or for their catalogue."""
        return any(
            declared.rightsholder == by
            and declared.subject in (Subject("location", name), Subject("catalogue", by))
            for by in self.rightsholders()
            for name in self.locations_held(by)
            for _, declared in self.world.every(Declared)
        )

    def moments(self) -> list[int]:
        """When, after `at`, something that the answer rests on changes by itself."""
        world = self.world
        works = self.heard_works | self.releases
        rests_on = {("work", work) for work in works} | {("location", name) for name in self.found}
        claims = [c for c in world.claims() if (c.subject.kind, c.subject.id) in rests_on]
        rests_on |= {("catalogue", c.by) for c in claims if not world.has_ended(c.body.id)}
        moments: list[int] = []
        for said in world.statements():
            if (said.subject.kind, said.subject.id) in rests_on:
                moments += [said.start, said.end]
                conditional = said.preference is Preference.CONDITIONAL
                if said.loosens and (
                    conditional or not said.cancelled
                ):  # it may speak as `pending`
                    moments.append(said.valid_from)
        for entry, gone in world.every(IdentifierRemovalProposed):
            stands = world.identifiers_of(gone.work)
            if gone.work in works and any(exact(identifier(gone.identifier), i) for i in stands):
                moments.append(world.effect_of_removal(entry, gone))
        for entry, cut in world.every(LinkRemovalProposed):
            if cut.work in works and cut.link in [link.id for link in world.links()]:
                moments.append(world.effect_of_removal(entry, cut))
        for entry, objection in world.every(ClaimObjected):
            answered = any(
                later.claim == objection.claim and found.seq > entry.seq
                for found, later in world.every(ObjectionAnswered)
            )
            if objection.claim in [c.body.id for c in claims] and not answered:
                moments.append(entry.at + FOURTEEN_DAYS)
        return [moment for moment in moments if world.at < moment < NEVER]


def most_restrictive(words: Sequence[Word]) -> Word:
    """The most restrictive word of one voice: a plain one, else the one whose reason comes first by name."""
    strictest = combine(words)
    equals = [word for word in words if word.decision == strictest.decision]
    plain = any(not word.reasons for word in equals)
    return Word(
        strictest.decision,
        frozenset() if plain else frozenset({min(strictest.reasons)}),
        all(word.names_the_asker for word in equals),
        min(word.reach for word in equals),
    )


def combine(words: Sequence[Word]) -> Word:
    """The most restrictive of several voices, with the reasons of all that share the decision."""
    strictest = min((word.decision for word in words), key=RESTRICTIVENESS.index)
    return Word(
        strictest,
        frozenset(r for word in words if word.decision == strictest for r in word.reasons),
    )
