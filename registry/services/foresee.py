"""What a platform is told about one asset now, and what it will be told later if nobody says anything more.

The answers are those of the rules (`domain.resolution`) at the newest state of the log, first now and then at each
moment at which what they rest on changes by itself: a waiting time that ends, a date until which something was said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from registry.domain.answer import Answer
from registry.domain.identifiers import Identifier
from registry.domain.matching import Facts
from registry.domain.resolution import resolve_in
from registry.domain.sitting import Sitting
from registry.domain.vocabulary import Usage
from registry.instants import DAY_MS
from registry.storage.lookups import LookupTransaction

FAR_MS: Final = 3_660 * DAY_MS
"""How far it looks ahead."""

MOST_MOMENTS: Final = 40
"""At so many moments it looks; nothing that a person says has more ends than that."""


@dataclass(frozen=True, slots=True)
class Change:
    """From `at` (ms) on these uses are answered so, without what the answers rest on."""

    at: int
    answers: Mapping[Usage, Answer]


def foresee(
    transaction: LookupTransaction,
    identifiers: Sequence[Identifier],
    asker: str | None,
    now: int,
) -> list[Change]:
    """The changes to come, soonest first, each with the uses that it changes. `now` in ms.

    Raises: LookupError where the store lacks a dossier that is referred to, TooLarge.
    """
    head = transaction.head()
    now = now if head is None else max(now, head.head.at)  # as an answer's time is
    facts = transaction.facts(identifiers, asker)
    at, told, found = now, _answers(facts, identifiers, asker, now), list[Change]()
    for _ in range(MOST_MOMENTS):
        at = min(answer.valid_until for answer in told.values())
        if at >= now + FAR_MS:
            break
        then = _answers(facts, identifiers, asker, at)
        changed = {
            usage: answer
            for usage, answer in then.items()
            if answer.decision is not told[usage].decision
        }
        if changed:
            found.append(Change(at, changed))
        told = then
    return found


def _answers(
    facts: Facts, identifiers: Sequence[Identifier], asker: str | None, at: int
) -> dict[Usage, Answer]:
    return {
        usage: resolve_in(
            Sitting(facts, usage, asker, at),
            identifiers,
            max_validity_ms=FAR_MS,
            with_evidence=False,
        )
        for usage in Usage
    }
