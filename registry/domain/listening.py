"""What one rightsholder says about one match: from the most specific scope outwards, the first
statement that speaks (docs/answering.md, section 5)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from registry.domain.dossiers import Location
from registry.domain.holding import Holding, Scope
from registry.domain.judging import Listening, PassedOver, Said, Word, judge
from registry.domain.matching import MatchedWork
from registry.domain.standing import in_force, names
from registry.domain.vocabulary import Decision, Preference

_MOST_RESTRICTIVE_FIRST = {Preference.DENY: 0, Preference.CONDITIONAL: 1, Preference.ALLOW: 2}


@dataclass(slots=True)
class Voice:
    """What a rightsholder says. `decision` None: the voice adds nothing."""

    to: Listening
    decision: Decision | None = None
    reasons: list[str] = field(default_factory=list)
    word: Word | None = None
    passed_over: list[PassedOver] = field(default_factory=list)
    disputed: bool = False

    @property
    def rightsholder(self) -> str:
        """Whose voice it is."""
        return self.to.holding.id


@dataclass(slots=True)
class _Heard:
    """What was heard at one scope: the strictest word of each place, and the denials that name the asker."""

    words: list[Word] = field(default_factory=list)
    denials: list[Word] = field(default_factory=list)
    to_restrict: list[Word] = field(default_factory=list)
    for_others: list[Word] = field(default_factory=list)
    anything: bool = False


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
    """Asks the scopes in turn. `silent`: a voice that has nothing in force adds nothing."""
    anything_said = depends_on_asker = False
    nobody_asks = voice.to.holding.case.asker is None
    to_restrict: list[Word] = []
    for scope in scopes:
        heard = _hear_at(voice, scope)
        if not heard.anything:
            continue
        anything_said = True
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
    _conclude(voice, anything_said or not silent, depends_on_asker)
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


def _conclude(voice: Voice, must_answer: bool, depends_on_asker: bool) -> None:
    if voice.word is None:
        if must_answer:
            voice.decision = Decision.UNSTATED
            voice.reasons = sorted({each.reason for each in voice.passed_over}) or ["not-stated"]
        return
    voice.decision = Decision(voice.word.counts_as)
    voice.reasons = [voice.word.reason] if voice.word.reason else []
    if voice.decision is Decision.ALLOW and depends_on_asker:
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
