"""A question with all that it reached, and who holds what of it: what the rules of listening work on.

Source: docs/answering.md, sections 4 to 6.
"""

from collections.abc import Sequence

import msgspec

from registry.domain.dossiers import HeldClaim, Location, Rightsholder, Work
from registry.domain.identifiers import Identifier
from registry.domain.matching import Facts, MatchedWork, Matches, Question, match
from registry.domain.sitting import Sitting


class Case(msgspec.Struct, gc=False):
    """A question with all that it reached: what the rules of listening work on."""

    identifiers: Sequence[Identifier]
    sitting: Sitting
    matches: Matches
    set_aside: frozenset[str] = frozenset()

    def claims(self, claimed: Work | Location, rightsholder: str) -> list[HeldClaim]:
        """The claims of one rightsholder that have not ended and are not set aside."""
        if len(claimed.claims) == 1 and not self.set_aside:
            (only,) = claimed.claims
            return claimed.claims if only.rightsholder == rightsholder and not only.ended else []
        return [
            claim
            for claim in claimed.claims
            if claim.rightsholder == rightsholder
            and not claim.ended
            and claim.id not in self.set_aside
        ]

    def holders(self, claimed: Work | Location) -> list[str]:
        """Who holds this work or location, in order of id."""
        return sorted(
            {
                claim.rightsholder
                for claim in claimed.claims
                if not claim.ended and claim.id not in self.set_aside
            }
        )

    def rightsholder(self, id: str) -> Rightsholder:
        return self.sitting.rightsholder(id)

    def met_directly(self, found: MatchedWork) -> list[Identifier]:
        """The question's identifiers that met this work by themselves."""
        asked = self.identifiers
        return [asked[index] for index in sorted(found.met_by)] if found.direct else []

    def somebody_spoke_at_locations(self) -> bool:
        """Did the holder of a location that was found ever declare anything there, or for their catalogue?"""
        return any(
            held.rightsholder == id
            for found in self.matches.locations.values()
            for id in self.holders(found.location)
            for held in (*found.location.declarations, *self.rightsholder(id).declarations)
        )


def open_case(question: Question, facts: Facts) -> Case:
    """Matches a question: steps 2 to 4. Raises: LookupError."""
    sitting = Sitting(facts, question.usage, question.asker, question.at)
    return open_in(sitting, question.identifiers)


def open_in(sitting: Sitting, identifiers: Sequence[Identifier]) -> Case:
    """The same for one asset of several. Raises: LookupError."""
    return Case(identifiers, sitting, match(identifiers, sitting.at, sitting.facts))
