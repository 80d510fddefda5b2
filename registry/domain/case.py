"""A question with all that it reached, and who holds what of it: what the rules of listening work on.

Source: docs/answering.md, sections 4 to 6.
"""

from typing import cast

import msgspec

from registry.domain.dossiers import HeldClaim, Location, Platform, Rightsholder, Work
from registry.domain.identifiers import Identifier
from registry.domain.matching import Facts, MatchedWork, Matches, Question, match


class Case(msgspec.Struct, gc=False):
    """A question with all that it reached: what the rules of listening work on."""

    question: Question
    facts: Facts
    matches: Matches
    asker: Platform | None
    set_aside: frozenset[str] = frozenset()

    def claims(self, claimed: Work | Location, rightsholder: str) -> list[HeldClaim]:
        """The claims of one rightsholder that have not ended and are not set aside."""
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
        return cast(Rightsholder, self.facts.dossier("rightsholder", id))

    def met_directly(self, found: MatchedWork) -> list[Identifier]:
        """The question's identifiers that met this work by themselves."""
        asked = self.question.identifiers
        return [asked[index] for index in sorted(found.met_by)] if found.direct else []


def open_case(question: Question, facts: Facts) -> Case:
    """Matches a question: steps 1 to 4. An asker that was not registered yet is named by nobody."""
    asker = None
    if question.asker is not None:
        try:
            asker = cast(Platform, facts.dossier("platform", question.asker))
        except LookupError:
            asker = Platform(id=question.asker, name="", legal_entity="")
    return Case(question, facts, match(question.identifiers, question.at, facts), asker)
