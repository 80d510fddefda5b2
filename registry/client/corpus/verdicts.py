"""Where each row of a chunk belongs: first by a snapshot, where there is one, then by the registry's signed answers.

A snapshot only ever spares a question about what is not registered at all; whatever else it says is asked. So a row is
permitted, or opted out, by nothing but a verified answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

from registry.client.answers import Receipt, Result
from registry.client.corpus.columns import Named, Unreadable
from registry.client.policy import Policy
from registry.client.question import Asset
from registry.client.registry import Registry
from registry.domain.vocabulary import Usage


class Pile(StrEnum):
    """Where a row goes."""

    PERMITTED = "permitted"
    OPTED_OUT = "opted-out"
    UNREGISTERED = "unregistered"
    UNREADABLE = "unreadable"


USABLE: Final = {
    Policy.PERMISSION: (Pile.PERMITTED,),
    Policy.NO_OBJECTION: (Pile.PERMITTED, Pile.UNREGISTERED),
}
"""The piles that may be used under a policy."""


class Sieve(Protocol):
    """What can say of rows that nothing they name is registered."""

    def unregistered(self, rows: Sequence[Sequence[str]]) -> Sequence[bool]:
        """For each row: is it certain? Raises: VerificationFailed once the snapshot behind it no longer counts."""
        ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where one row belongs, and why. `receipt` is the number of the receipt whose answer it is, `index` its place in
    there; both None where nothing was asked. `by`: "answer", "snapshot", or "row" for one that names nothing."""

    pile: Pile
    by: str
    decision: str | None = None
    reasons: tuple[str, ...] = ()
    receipt: int | None = None
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """The verdicts on a chunk, one a row in order; the receipts they rest on; and what the answers said of themselves:
    the log's head (JSON members), the platform, and the earliest end of their validity (ms), None where nothing was
    asked."""

    verdicts: Sequence[Verdict]
    receipts: Sequence[Receipt]
    head: dict[str, Any] | None
    platform: str | None
    valid_until: int | None = None


_BY_SNAPSHOT: Final = Verdict(Pile.UNREGISTERED, "snapshot", "unregistered")


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides about chunks of one corpus."""

    registry: Registry
    usage: Usage
    sieve: Sieve | None = None
    run: str | None = None

    def decide(self, named: Sequence[Named], receipts_before: int) -> Decided:
        """The verdicts on these rows, where so many receipts were kept already.

        Raises: whatever `Registry.ask` raises, VerificationFailed for a snapshot that no longer counts.
        """
        verdicts: list[Verdict | None] = [
            Verdict(Pile.UNREADABLE, "row", None, (each.why,))
            if isinstance(each, Unreadable)
            else None
            for each in named
        ]
        if self.sieve is not None:
            rows = [row for row, verdict in enumerate(verdicts) if verdict is None]
            readable = [each for each in named if not isinstance(each, Unreadable)]
            for row, certain in zip(rows, self.sieve.unregistered(readable), strict=True):
                verdicts[row] = _BY_SNAPSHOT if certain else None
        rows = [row for row, verdict in enumerate(verdicts) if verdict is None]
        items = [Asset(each) for row in rows if not isinstance(each := named[row], Unreadable)]
        receipts: list[Receipt] = []
        head, platform = None, None
        ends: list[int] = []
        if items:
            for part in self.registry.ask_in_parts(
                items, usage=self.usage, run=self.run, evidence=False, receipts=True
            ):
                number = receipts_before + len(receipts)
                for place, result in enumerate(part):
                    verdicts[rows[result.index]] = _verdict(result, number, place)
                receipts += part.receipts
                head, platform = part.head.members(), part.platform
                ends += [] if part.valid_until is None else [part.valid_until]
        decided = [each for each in verdicts if each is not None]
        return Decided(decided, receipts, head, platform, min(ends, default=None))


def _verdict(result: Result, receipt: int, index: int) -> Verdict:
    """By the answer's own booleans; where something could not be read and nobody said no to the rest, by that."""
    reasons = result.reasons
    if result.error is not None:
        reasons += (str(result.error.get("detail") or result.error.get("code") or "unreadable"),)
    if result.decision is None or (result.error is not None and result.decision == "unstated"):
        pile = Pile.UNREADABLE
    elif result.permitted and result.error is None:
        pile = Pile.PERMITTED
    elif result.opted_out:
        pile = Pile.OPTED_OUT
    else:
        pile = Pile.UNREGISTERED
    return Verdict(pile, "answer", result.decision, reasons, receipt, index)
