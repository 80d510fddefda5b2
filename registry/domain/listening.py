"""What one rightsholder says about one match: from the most specific scope outwards, the first
statement that speaks (docs/answering.md, section 5)."""

from collections.abc import Sequence

import msgspec

from registry.domain.dossiers import Location, Work
from registry.domain.holding import Holding, Scope
from registry.domain.judging import Listening, PassedOver, Said, Word, judge
from registry.domain.matching import MatchedWork
from registry.domain.standing import Standing, in_force, names
from registry.domain.vocabulary import Decision, Preference

_MOST_RESTRICTIVE_FIRST = {Preference.DENY: 0, Preference.CONDITIONAL: 1, Preference.ALLOW: 2}


class Voice(msgspec.Struct, gc=False):
    """What a rightsholder says. `decision` None: the voice adds nothing (but why it was passed over)."""

    to: Listening
    decision: Decision | None = None
    reasons: list[str] = []
    word: Word | None = None
    passed_over: list[PassedOver] = []
    disputed: bool = False

    @property
    def rightsholder(self) -> str:
        """Whose voice it is."""
        return self.to.holding.id

    @property
    def _permits_up_to(self) -> int | None:
        """The reach of the word, where it permits."""
        if self.word is None or self.word.counts_as is Preference.DENY:
            return None
        return self.word.said.standing.reach

    def covers_release(self, id: str) -> bool:
        """Is the release among its scopes, and does what it permits take in the way there?"""
        match, reach = self.to.match, self._permits_up_to
        if match is None or id not in self.to.holding.case.matches.distances.get(match.work.id, ()):
            return False
        return reach is None or id in self.to.holding.leads_to(match, reach)

    def covers_location(self, location: Location) -> bool:
        """Is the location among its scopes, and does what it permits take in how it lies there?"""
        match, reach = self.to.match, self._permits_up_to
        if match is None:
            return False
        if not any(each.id == location.id for each in self.to.holding.locations_around(match)):
            return False
        return reach is None or self.to.holding.lies_under(match, location, reach)


class _Heard(msgspec.Struct, gc=False):
    """What was heard at one scope: the strictest word of each place, and the denials that name the asker."""

    words: list[Word] = []
    denials: list[Word] = []
    to_restrict: list[Word] = []
    for_others: list[Word] = []
    anything: bool = False
    more_than_allows: bool = False


def listen_to_holder_of(holding: Holding, found: MatchedWork) -> Voice:
    """The voice of a rightsholder who holds a matched or used work, or a release that was reached."""
    voice = Voice(Listening(holding, found))
    voice.disputed = any(claim.disputes for claim in holding.claims(found.work))
    only_a_scope = found.work.id not in holding.case.matches.works
    return _hear(voice, holding.scopes_of(found), silent=only_a_scope)


def listen_at_locations(holding: Holding, locations: list[Location]) -> Voice:
    """The voice of a rightsholder at those of their locations that are no scope of another voice."""
    voice = Voice(Listening(holding, None, tuple(locations)))
    voice.disputed = any(
        claim.disputes for location in locations for claim in holding.claims(location)
    )
    return _hear(voice, holding.outwards_from(locations), silent=True)


def _hear(voice: Voice, scopes: list[Scope], *, silent: bool) -> Voice:
    """Asks the scopes in turn. `silent`: a voice that has nothing in force, or nothing but allows that are
    passed over, adds nothing."""
    must_answer, depends_on_asker = not silent, False
    nobody_asks = voice.to.holding.case.asker is None
    to_restrict: list[Word] = []
    for scope in scopes:
        if not any(declarations for _, declarations in scope.places):
            continue  # where nothing was ever declared, nothing is in force
        heard = _hear_at(voice, scope)
        if not heard.anything:
            continue
        must_answer = must_answer or heard.more_than_allows
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


def _hear_at(voice: Voice, scope: Scope) -> _Heard:
    """Asks every place of a scope by itself: what names the asker before what is for everybody."""
    case, heard = voice.to.holding.case, _Heard()
    for place, declarations in scope.places:
        named: list[Word] = []
        general: list[Word] = []
        standing = in_force(declarations, voice.rightsholder, case.question.usage, case.question.at)
        for each in standing:
            heard.anything = True
            if each.preference is not Preference.ALLOW:
                heard.more_than_allows = True
            if not _is_heard_at(voice, scope, place, each):
                continue
            judged = judge(voice.to, Said(scope.name, place, each))
            if isinstance(judged, PassedOver):
                if each.grantee is None or names(each, case.asker):
                    voice.passed_over.append(judged)
            elif judged.naming == "everybody":
                general.append(judged)
            elif judged.naming == "asker":
                named.append(judged)
            elif judged.naming == "somebody":
                heard.for_others.append(judged)
            else:
                heard.to_restrict.append(judged)
        first = _strictest(named) or _strictest(general)
        if first is not None:
            heard.words.append(first)
            if first.naming == "asker" and first.counts_as is Preference.DENY:
                heard.denials.append(first)
    return heard


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
    voice.decision = Decision(voice.word.counts_as)
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
