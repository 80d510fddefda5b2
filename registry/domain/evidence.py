"""What an answer rests on: what a person reads and a court files.

Source: answers.md, "Every answer names its evidence".
"""

from collections.abc import Iterator, Sequence

import msgspec

from registry.domain.case import Case
from registry.domain.dossiers import HeldClaim, Location, Rightsholder
from registry.domain.events import Conditions
from registry.domain.identifiers import Identifier
from registry.domain.judging import Said
from registry.domain.listening import Voice
from registry.domain.matching import MatchedWork
from registry.domain.proof import Proofs
from registry.domain.vocabulary import Assurance, Preference

_STRENGTH = {Assurance.DECLARED: 0, Assurance.CONTROLLED: 1, Assurance.ATTESTED: 2}


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """One thing that the answer rests on: which identifier matched and how, whose it is, what they said.

    `how`: exact, wide, location or link. `record` is the declaration's id (None where nothing was said),
    `digest` its `sha-256=:…:`, `reason` why it counts for less than it says, or was passed over (`speaks`
    False).
    """

    matched: str
    how: str
    rightsholder: str
    name: str
    assurance: Assurance
    scope: str | None = None
    preference: Preference | None = None
    record: str | None = None
    digest: str | None = None
    grantee: str | None = None
    conditions: Conditions | None = None
    reason: str | None = None
    speaks: bool = True


class Met(msgspec.Struct, frozen=True, gc=False):
    """How the question met a rightsholder: the first five members of all evidence about them."""

    matched: str
    how: str
    rightsholder: str
    name: str
    assurance: Assurance

    def said(self, said: Said, reason: str | None, *, speaks: bool) -> Evidence:
        standing = said.standing
        return Evidence(
            self.matched,
            self.how,
            self.rightsholder,
            self.name,
            self.assurance,
            said.scope,
            standing.statement.preference,
            standing.declaration.id,
            standing.declaration.digest,
            standing.grantee,
            standing.statement.conditions,
            reason,
            speaks,
        )

    def nothing_said(self, reason: str, *, speaks: bool) -> Evidence:
        return Evidence(
            self.matched,
            self.how,
            self.rightsholder,
            self.name,
            self.assurance,
            reason=reason,
            speaks=speaks,
        )


def evidence(case: Case, voices: Sequence[Voice]) -> Iterator[Evidence]:
    """The word of every voice, what of it was passed over, and the claims that were set aside."""
    for voice in voices:
        if voice.decision is None and not voice.passed_over:
            continue
        holder, match = voice.to.holding.dossier, voice.to.match
        met = (
            met_at(case, voice.to.locations[0], holder)
            if match is None
            else met_on(case, match, holder)
        )
        if voice.word is not None:
            reason = voice.reasons[0] if voice.reasons else None
            yield met.said(voice.word.said, reason, speaks=True)
        elif not voice.passed_over:
            yield met.nothing_said("not-stated", speaks=True)
        for passed in voice.passed_over:
            yield met.said(passed.said, passed.reason, speaks=False)
    if case.set_aside:
        yield from _objected(case)


def _objected(case: Case) -> Iterator[Evidence]:
    for found in case.matches.works.values():
        for claim in found.work.claims:
            if claim.id in case.set_aside:
                holder = case.rightsholder(claim.rightsholder)
                matched, how = _matched_work(case, found)
                met = Met(matched, how, holder.id, holder.name, Assurance.DECLARED)
                yield met.nothing_said("objected", speaks=False)


def met_on(case: Case, found: MatchedWork, holder: Rightsholder) -> Met:
    """How the question met a rightsholder on a work or release."""
    matched, how = _matched_work(case, found)
    return Met(matched, how, holder.id, holder.name, _assurance(case, found, holder))


def met_at(case: Case, location: Location, holder: Rightsholder) -> Met:
    """How the question met a rightsholder at locations of theirs, of which this is the most specific."""
    found = case.matches.locations[location.id]
    matched = str(case.identifiers[min(found.met_by)]) if found.met_by else min(found.urls)
    return Met(matched, "location", holder.id, holder.name, assurance_at(location, holder))


def assurance_at(location: Location, holder: Rightsholder) -> Assurance:
    """Whether a location grant of the holder is for this very location."""
    proved = any(grant.location == location.url and not grant.lapsed for grant in holder.grants)
    return Assurance.CONTROLLED if proved else Assurance.DECLARED


def _matched_work(case: Case, found: MatchedWork) -> tuple[str, str]:
    asked = case.identifiers
    if not found.direct:
        return str(asked[min(found.met_by)]), "link"
    if found.exactly:
        return str(asked[min(found.exactly)]), "exact"
    return str(asked[min(found.met_by)]), "wide"


def _assurance(case: Case, found: MatchedWork, holder: Rightsholder) -> Assurance:
    if not holder.grants and not [claim for claim in found.work.claims if claim.grants]:
        return Assurance.DECLARED
    return assurance_of(holder, case.claims(found.work, holder.id), case.met_directly(found))


def assurance_of(
    holder: Rightsholder, claims: Sequence[HeldClaim], met: Sequence[Identifier]
) -> Assurance:
    """The weakest assurance among the question's identifiers that met a work, each by its best of these claims."""
    proofs = Proofs(holder)
    weakest = None
    for identifier in met:
        best = Assurance.DECLARED
        for claim in claims:
            best = max(best, proofs.assurance(claim, identifier), key=_STRENGTH.__getitem__)
        if weakest is None or _STRENGTH[best] < _STRENGTH[weakest]:
            weakest = best
    return weakest or Assurance.DECLARED
