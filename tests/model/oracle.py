"""The slow model of the rules: the answer to a question, worked out from the bare list of events.

Written from `docs/answering.md` alone, without sight of `registry/domain/resolution.py`; each part
carries the number of its section. No speed is wanted here, only that it can be checked by reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from registry.domain.event_body import Sequenced
from registry.domain.events import (
    ClaimObjected,
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


@dataclass(frozen=True)
class Word:
    """What one statement, scope or voice says, and why."""

    decision: str
    reasons: frozenset[str] = frozenset()
    names_the_asker: bool = False


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

    def releases_of(self, work: str) -> dict[str, int]:
        """Releases reached from a work over `part_of`, each with the fewest steps to it."""
        distances: dict[str, int] = {}
        edge, steps = {work}, 0
        while edge:
            steps += 1
            edge = {
                link.to
                for link in self.world.links()
                if link.kind is LinkKind.PART_OF and link.work in edge
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
        if any(self.world.proves(claim, q, for_permission=False) for q in met):
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
                    and by.subject.id in self.matched
                    and all(
                        self.world.assurance(by, q, for_permission=True) is Assurance.ATTESTED
                        for q in met
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

    def undisputed(self, by: str, kind: str, subject: str) -> list[Claim]:
        return [
            claim
            for claim in self.claims_on(by, kind, subject)
            if not self.world.is_disputed(claim.body.id)
        ]

    def holds(self, by: str, kind: str, subject: str) -> bool:
        return bool(self.claims_on(by, kind, subject))

    def rightsholders(self) -> list[str]:
        return sorted({claim.by for claim in self.world.claims()})

    # --- Section 5: voices and their scopes ------------------------------------------------------

    def voices(self) -> list[Voice]:
        found: list[Voice] = []
        for by in self.rightsholders():
            works = [w for w in sorted(self.heard_works) if self.holds(by, "work", w)]
            found += [Voice(by, "matched" if w in self.matched else "used", w) for w in works]
            scoped = {release for work in works for release in self.releases_of(work)}
            releases = [r for r in sorted(self.releases) if self.holds(by, "work", r)]
            own = scoped | self.heard_works
            found += [Voice(by, "release", r) for r in releases if r not in own]
            around = {
                name
                for voice in found
                if voice.by == by
                for rung in self.scopes(voice)
                for scope in rung
                if scope.kind == "location"
                for name in [scope.id]
            }
            rest = tuple(name for name in self.locations_held(by) if name not in around)
            if rest:
                found.append(Voice(by, "locations", locations=rest))
        return found

    def locations_held(self, by: str) -> list[str]:
        return [name for name in sorted(self.found) if self.holds(by, "location", name)]

    def scopes(self, voice: Voice) -> list[list[Subject]]:
        """From the most specific outwards; what is equally specific is one scope."""
        ladder: list[list[Subject]] = []
        locations = list(voice.locations) if voice.work is None else self.locations_held(voice.by)
        if voice.work is not None:
            ladder.append([Subject("work", voice.work)])
            releases = self.releases_of(voice.work)
            held = {r: n for r, n in releases.items() if self.holds(voice.by, "work", r)}
            for distance in sorted(set(held.values())):
                ladder.append([Subject("work", r) for r in held if held[r] == distance])
            urls = [q for q in self.question if q.scheme == "url"]
            for work in (voice.work, *releases):
                urls += self.world.urls_of(work)
            locations = [
                name for name in locations if any(covers_widely(self.found[name], u) for u in urls)
            ]
        for depth in sorted({self.found[name].depth for name in locations}, reverse=True):
            ladder.append(
                [Subject("location", n) for n in locations if self.found[n].depth == depth]
            )
        ladder.append([Subject("catalogue", voice.by)])
        return ladder

    def said(self, voice: Voice, scope: Subject) -> list[Said]:
        return self.world.in_force(voice.by, scope, self.usage)

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
                    if met and self.world.proves(claim, own, for_permission=False):
                        return True
        for grant in self.world.grants(for_permission=False):
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
        return False

    # --- Section 5: allow ------------------------------------------------------------------------

    def why_no_allow(self, voice: Voice, scope: Subject) -> str | None:
        """None where an allow speaks; else the first reason that applies."""
        if (
            self.every_identifier_is_proved(voice.by)
            and self.some_claim_will_do(voice)
            and self.reached_by_own_will(voice, scope)
            and self.location_is_theirs(voice, scope)
        ):
            return None
        if any(
            self.holds(voice.by, kind, subject) and not self.undisputed(voice.by, kind, subject)
            for kind, subject in self.subjects_that_count(voice, scope)
        ):
            return "disputed"
        if voice.work is not None and self.inside_is_unknown(voice.by, voice.work):
            return "composition-unknown"
        return "unproven"

    def every_identifier_is_proved(self, by: str) -> bool:
        world = self.world
        for q in self.question:
            works = [w for w, met in self.matched.items() if q in met and self.holds(by, "work", w)]
            for work in works:
                if not any(exact(q, own) for own in world.identifiers_of(work)):
                    return False
                if not any(
                    world.proves(claim, q, for_permission=True)
                    for claim in self.undisputed(by, "work", work)
                ):
                    return False
            if not works and self.met_a_location(by, q):
                many = [
                    grant
                    for grant in world.grants(for_permission=True)
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

    def some_claim_will_do(self, voice: Voice) -> bool:
        """One and the same undisputed claim on the voice's work does all that is asked of one."""
        if voice.work is None:
            return True
        kind = self.world.kind_of(voice.work)
        for claim in self.undisputed(voice.by, "work", voice.work):
            if kind in CARRIES_OTHER_RIGHTS and claim.body.inside is None:
                continue
            if self.usage is Usage.VOICE_LIKENESS and claim.body.role is not Role.PERFORMANCE:
                continue
            if voice.kind == "matched":
                proved = all(
                    self.world.proves(claim, q, for_permission=True)
                    for q in self.matched[voice.work]
                )
            else:
                proved = any(
                    self.world.proves(claim, own, for_permission=True)
                    for own in self.world.identifiers_of(voice.work)
                )
            if proved:
                return True
        return False

    def reached_by_own_will(self, voice: Voice, scope: Subject) -> bool:
        """For a used work, a release, and a word from a release: proved, and a link confirmed."""
        works = []
        if voice.kind in {"used", "release"} and voice.work is not None:
            works.append(voice.work)
        if scope.kind == "work" and scope.id != voice.work:
            works.append(scope.id)
        for work in works:
            if not any(
                self.world.proves(claim, own, for_permission=True)
                for claim in self.undisputed(voice.by, "work", work)
                for own in self.world.identifiers_of(work)
            ):
                return False
            if not self.stands_by_a_link_to(voice.by, work):
                return False
        return True

    def stands_by_a_link_to(self, by: str, work: str) -> bool:
        """A link into the work, from a work that is reached without going through it."""
        before = self.works_used(self.matched, without=work)
        on_the_way = set(before)
        edge = before
        while edge:
            edge = {
                link.to
                for link in self.world.links()
                if link.kind is LinkKind.PART_OF and link.work in edge and link.to != work
            } - on_the_way
            on_the_way |= edge
        return any(
            link.to == work
            and self.world.stands_by(by, link)
            and link.work in (on_the_way if link.kind is LinkKind.PART_OF else before)
            for link in self.world.links()
        )

    def location_is_theirs(self, voice: Voice, scope: Subject) -> bool:
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
            for claim in self.undisputed(voice.by, "location", name)
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
        else:
            problem = self.why_no_allow(voice, scope)
            if problem is None:
                word = Word(str(said.preference))
            elif said.preference is Preference.CONDITIONAL:
                word = self.deny(voice, scope, frozenset({"conditions-unverified"}))
            else:
                word = Passed(problem)
        if isinstance(word, Passed):
            return word
        naming = self.world.names_to_restrict if word.decision == "deny" else self.world.names
        return Word(word.decision, word.reasons, naming(said, self.asker))

    def word_of_one(self, voice: Voice, scope: Subject) -> tuple[Word | None, set[str]]:
        """Named statements before those for everybody; and the reasons of what was passed over."""
        passed: set[str] = set()
        named: list[Word] = []
        general: list[Word] = []
        for said in self.said(voice, scope):
            result = self.speak(voice, scope, said)
            if isinstance(result, Passed):
                if said.grantee is None or self.world.names(said, self.asker):
                    passed.add(result.reason)
            elif result.names_the_asker:
                named.append(result)
            elif said.grantee is None:
                general.append(result)
        words = named or general
        return (most_restrictive(words) if words else None), passed

    def named_denials(self, voice: Voice, scope: Subject) -> list[Word]:
        """Denials that speak and name the asker."""
        return [
            word
            for said in self.said(voice, scope)
            if self.world.names_to_restrict(said, self.asker)
            for word in [self.speak(voice, scope, said)]
            if isinstance(word, Word) and word.decision == "deny"
        ]

    def named_to_restrict(self, voice: Voice, scope: Subject) -> list[Word]:
        """Conditionals that speak and name the asker only to restrict."""
        return [
            word
            for said in self.said(voice, scope)
            if self.world.names_to_restrict(said, self.asker)
            and not self.world.names(said, self.asker)
            for word in [self.speak(voice, scope, said)]
            if isinstance(word, Word) and word.decision == "conditional"
        ]

    def somebody_is_restricted(self, voice: Voice, scope: Subject) -> bool:
        """A deny or conditional that speaks and names somebody."""
        return any(
            isinstance(word, Word) and word.decision in {"deny", "conditional"}
            for said in self.said(voice, scope)
            if said.grantee is not None
            for word in [self.speak(voice, scope, said)]
        )

    def word(self, voice: Voice) -> Word | None:
        """What the voice says; None where it adds nothing."""
        ladder = self.scopes(voice)
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
                and word.decision == "allow"
                and any(
                    self.somebody_is_restricted(voice, one) for wider in ladder for one in wider
                )
            ):
                return Word("unstated", frozenset({"depends-on-asker"}))
            return word
        in_force = [s for scope in ladder for one in scope for s in self.said(voice, one)]
        if not in_force and voice.kind in {"release", "locations"}:
            return None
        return Word("unstated", frozenset(passed or {"not-stated"}))

    # --- Section 7 -------------------------------------------------------------------------------

    def outcome(self, max_validity_ms: int) -> OracleAnswer:
        heard = [(v, w) for v in self.voices() for w in [self.word(v)] if w is not None]
        if heard:
            combined = combine([word for _, word in heard])
            decision, reasons = combined.decision, set(combined.reasons)
            if self.a_co_owner_is_silent(heard):
                reasons = {"co-owner-silent" if r == "not-stated" else r for r in reasons}
        elif self.matched or self.somebody_speaks_at_a_location():
            decision, reasons = "unstated", {"not-stated"}
        else:
            decision, reasons = "unregistered", set()
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

    def somebody_speaks_at_a_location(self) -> bool:
        return any(
            self.world.in_force(by, subject, usage)
            for by in self.rightsholders()
            for name in self.locations_held(by)
            for subject in (Subject("location", name), Subject("catalogue", by))
            for usage in Usage
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
    """The most restrictive word of one voice; a plain denial before a condition that counts as one."""
    strictest = combine(words)
    equals = [word for word in words if word.decision == strictest.decision]
    plain = any(not word.reasons for word in equals)
    return Word(
        strictest.decision,
        frozenset() if plain else strictest.reasons,
        all(word.names_the_asker for word in equals),
    )


def combine(words: Sequence[Word]) -> Word:
    """The most restrictive of several voices, with the reasons of all that share the decision."""
    strictest = min((word.decision for word in words), key=RESTRICTIVENESS.index)
    return Word(
        strictest,
        frozenset(r for word in words if word.decision == strictest for r in word.reasons),
    )
