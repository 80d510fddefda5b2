"""Which keys a snapshot leaves out of the set of a usage category: those of what everybody may use, at any time at
which the snapshot counts. Everything else that is registered is in the set.

It runs the registry's own rules, and leaves out only what stays allowed whatever else a question adds to it; in doubt
a key is in. Why these conditions suffice: docs/adr/0011-offline-screening.md.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from registry.domain.dossiers import HeldDeclaration, Location, Rightsholder, Work
from registry.domain.identifiers import Identifier
from registry.domain.matching import Facts, Question, match
from registry.domain.resolution import resolve
from registry.domain.vocabulary import Decision, Preference, Usage


def allowed_in(declarations: Iterable[HeldDeclaration]) -> set[Usage]:
    """The categories to which any of these ever said yes."""
    return {
        statement.usage
        for declaration in declarations
        for statement in declaration.statements
        if statement.preference is Preference.ALLOW
    }


def may_stand_open(work: Work, catalogues: Mapping[str, set[Usage]]) -> set[Usage]:
    """The categories worth the question for this work: somebody said yes to it, or to the catalogue (rightsholder →
    `allowed_in`) of somebody who claims it. Where only a release or a location has a yes, the work is in the set."""
    found = allowed_in(work.declarations)
    for claim in work.claims:
        found |= catalogues.get(claim.rightsholder, set())
    return found


def stands_open(identifier: Identifier, usage: Usage, facts: Facts, at: int, until: int) -> bool:
    """Is every question that names this identifier, and else only what meets nothing, answered with a yes, whoever
    asks, from `at` to before `until` (ms), if nothing more is logged?

    1. no URL: a restriction meets every spelling of one, a permission only the exact one;
    2. the answer to nobody is yes;
    3. nothing that it rests on changes by itself until then;
    4. nothing that it rests on was ever said to somebody by name in this category, so that it is the same for all.
    Raises: LookupError where `facts` lacks a dossier.
    """
    if identifier.scheme == "url":
        return False
    question = Question((identifier,), usage, None, at)
    answer = resolve(question, facts, max_validity_ms=until - at, with_evidence=False)
    if answer.decision is not Decision.ALLOW or answer.valid_until < until:
        return False
    return not any(
        declaration.grantee is not None
        and any(statement.usage is usage for statement in declaration.statements)
        for declaration in _everything_said(question, facts)
    )


def _everything_said(question: Question, facts: Facts) -> Iterator[HeldDeclaration]:
    """Every declaration on what the question reached, or on the catalogue of somebody who ever claimed it."""
    matches = match(question.identifiers, question.at, facts)
    everything: list[Work | Location] = [found.work for found in matches.reached()]
    everything += [found.location for found in matches.locations.values()]
    for claimed in everything:
        yield from claimed.declarations
        for claim in claimed.claims:
            holder = cast(Rightsholder, facts.dossier("rightsholder", claim.rightsholder))
            yield from holder.declarations
