"""What one rightsholder says about one match: from the most specific scope outwards, the first
statement that speaks (docs/answering.md, section 5)."""

from collections.abc import Sequence

import msgspec

from registry.domain.dossiers import Location, Work
from registry.domain.holding import Holding, Scope
from registry.domain.judging import Listening, PassedOver, Said, Word, judge, judge_unverified
from registry.domain.matching import MatchedWork
from registry.domain.proof import EVERYTHING
from registry.domain.standing import Standing, names
from registry.domain.vocabulary import Decision, Preference

_DECISIONS = {preference: Decision(preference) for preference in Preference}
_MOST_RESTRICTIVE_FIRST = {Preference.DENY: 0, Preference.CONDITIONAL: 1, Preference.ALLOW: 2}


class Voice(msgspec.Struct, gc=False):
    """What a rightsholder says. `decision` None: the voice adds nothing (but why it was passed over).
    `least_reach`: the smallest reach of what permits at its scopes."""

    to: Listening
    decision: Decision | None = None
    reasons: list[str] = []
    word: Word | None = None
    passed_over: list[PassedOver] = []
    disputed: bool = False
    least_reach: int = EVERYTHING

    @property
    def rightsholder(self) -> str:
        """Whose voice it is."""
        return self.to.holding.id


class _Heard(msgspec.Struct, gc=False):
    """What was heard at one scope: the strictest word of each place, and the denials that name the asker."""

    words: list[Word] = []
    denials: list[Word] = []
    to_restrict: list[Word] = []
    for_others: list[Word] = []
    more_than_allows: bool = False


def listen_to_holder_of(holding: Holding, found: MatchedWork) -> list[Voice]:
    """The voice of a rightsholder who holds a matched or used work, or a release that was reached; and, where
    it permits, the further ones for those of its scopes that the permission does not know of."""
    only_a_scope = found.work.id not in holding.case.matches.works
    scopes = holding.scopes_of(found)
    voice = _hear(_voice_on(holding, found), scopes, silent=only_a_scope)
    if voice.word is None or voice.word.counts_as is Preference.DENY:
        return [voice]
    further = [
        _hear(_voice_on(holding, found), scopes, silent=True, about=each)
        for each in holding.beyond(found, voice.least_reach)
    ]
    return [voice, *(each for each in further if not _says_the_same(each, voice))]


def _says_the_same(one: Voice, other: Voice) -> bool:
    return one.word is not None and one.word == other.word


def _voice_on(holding: Holding, found: MatchedWork) -> Voice:
    disputed = [claim for claim in holding.claims(found.work) if claim.disputes]
    return Voice(Listening(holding, found), disputed=bool(disputed))


def listen_at_locations(holding: Holding, locations: list[Location]) -> Voice:
    """The voice of a rightsholder at those of their locations that are no scope of another voice."""
    voice = Voice(Listening(holding, None, tuple(locations)))
    voice.disputed = any(
        claim.disputes for location in locations for claim in holding.claims(location)
    )
    return _hear(voice, holding.outwards_from(locations), silent=True)


def _hear(
    voice: Voice, scopes: list[Scope], *, silent: bool, about: Work | Location | None = None
) -> Voice:
    """Asks the scopes in turn. `silent`: a voice that has nothing in force, or nothing but allows that are
    passed over, adds nothing. `about`: the release or location for which a further voice is heard."""
    must_answer, depends_on_asker = not silent, False
    nobody_asks = voice.to.holding.case.sitting.asker is None
    to_restrict: list[Word] = []
    outwards = about is None
    for scope in scopes:
        outwards = outwards or True in [place is about for place, _ in scope.places]
        spoken = _in_force_at(voice, scope)
        if not spoken:
            continue
        heard = _hear_at(voice, scope, spoken, about, outwards=outwards)
        must_answer = must_answer or (outwards and heard.more_than_allows)
        depends_on_asker = depends_on_asker or (
            nobody_asks and any(w.counts_as is not Preference.ALLOW for w in heard.for_others)
        )
        if voice.word is None:
            to_restrict += heard.to_restrict
            voice.word = _strictest(heard.words)
        elif voice.word.naming != "asker":
            # a deny that names the asker yields only to a statement that names the asker too
            voice.word = _strictest(heard.denials) or voice.word
    if voice.word is not None and voice.word.counts_as is Preference.ALLOW:
        voice.word = _strictest(to_restrict) or voice.word
    _conclude(voice, must_answer, depends_on_asker)
    return voice


_Spoken = tuple[Work | Location | None, Sequence[Standing]]
"""A place (None: the catalogue) and what is in force there."""


def _in_force_at(voice: Voice, scope: Scope) -> list[_Spoken]:
    """The places of a scope where something is in force."""
    sitting, by = voice.to.holding.case.sitting, voice.rightsholder
    return [
        (place, standing)
        for place, declarations in scope.places
        if declarations and (standing := sitting.in_force(place, declarations, by))
    ]


def _hear_at(
    voice: Voice,
    scope: Scope,
    spoken: Sequence[_Spoken],
    about: Work | Location | None,
    *,
    outwards: bool,
) -> _Heard:
    """Asks every place of a scope by itself: what names the asker before what is for everybody. `outwards`: is
    it from what a further voice is about, or from further out?"""
    asker, heard = voice.to.holding.case.sitting.asker, _Heard()
    for place, standing in spoken:
        named: list[Word] = []
        general: list[Word] = []
        for each in standing:
            if each.preference is not Preference.ALLOW:
                heard.more_than_allows = True
            if each.preference is not Preference.DENY:
                voice.least_reach = min(voice.least_reach, each.reach)
            if not _is_heard_at(voice, scope, place, each):
                continue
            said = Said(scope.name, place, each)
            if not _takes_in(voice, about, each):
                if each.preference is Preference.ALLOW or not outwards:
                    continue
                judged = judge_unverified(voice.to, said)
            else:
                judged = judge(voice.to, said)
            if not isinstance(judged, PassedOver):
                heard_for = {
                    "everybody": general,
                    "asker": named,
                    "somebody": heard.for_others,
                    "asker, to restrict": heard.to_restrict,
                }
                heard_for[judged.naming].append(judged)
            elif each.grantee is None or names(each, asker):
                voice.passed_over.append(judged)
        first = _strictest(named) or _strictest(general)
        if first is not None:
            heard.words.append(first)
            if first.naming == "asker" and first.counts_as is Preference.DENY:
                heard.denials.append(first)
    return heard


def _takes_in(voice: Voice, about: Work | Location | None, standing: Standing) -> bool:
    """In a further voice: if it permits, does it know of the release or location that this is about?"""
    if about is None or voice.to.match is None or standing.preference is Preference.DENY:
        return True
    return voice.to.holding.takes_in(voice.to.match, about, standing.reach)


def _is_heard_at(voice: Voice, scope: Scope, place: object, standing: Standing) -> bool:
    """A release may stand at several distances: an allow is heard where the work leads to it within the
    allow's reach, all else where it was found."""
    match, matches = voice.to.match, voice.to.holding.case.matches
    if scope.steps is None or match is None or not isinstance(place, Work):
        return True
    if standing.preference is Preference.ALLOW:
        return voice.to.holding.steps_to(match, place, standing.reach) == scope.steps
    return matches.distances[match.work.id][place.id] == scope.steps


def _conclude(voice: Voice, must_answer: bool, depends_on_asker: bool) -> None:
    if voice.word is None:
        if must_answer:
            voice.decision = Decision.UNSTATED
            voice.reasons = sorted({each.reason for each in voice.passed_over}) or ["not-stated"]
        return
    voice.decision = _DECISIONS[voice.word.counts_as]
    voice.reasons = [voice.word.reason] if voice.word.reason else []
    if voice.decision is not Decision.DENY and depends_on_asker:
        voice.decision, voice.reasons = Decision.UNSTATED, ["depends-on-asker"]


def _strictest(words: Sequence[Word]) -> Word | None:
    """The most restrictive word; of equals, the plain one, and of these the one issued last."""
    if len(words) < 2:
        return words[0] if words else None
    return min(
        words,
        key=lambda word: (
            _MOST_RESTRICTIVE_FIRST[word.counts_as],
            word.reason or "",
            -word.said.standing.declaration.seq,
        ),
    )
