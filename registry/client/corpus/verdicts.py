"""Where each row of a chunk belongs: first by a snapshot, where there is one, then by the registry's signed answers.

A snapshot only ever spares a question about what is not registered at all; whatever else it says is asked. So a row is
permitted, or opted out, by nothing but a verified answer.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Protocol

from registry.client.answers import Receipt, Result
from registry.client.corpus.columns import Unreadable
from registry.client.corpus.source import Chunk
from registry.client.heads import Head
from registry.client.policy import Policy
from registry.client.question import Asset, questions
from registry.client.registry import Registry
from registry.domain.vocabulary import Usage
from registry.errors import VerificationFailed


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

    def doubtful(self, chunk: Chunk) -> Sequence[int]:
        """The rows, ascending, of which that is not certain; also those that name nothing, or cannot be read.

        Raises: VerificationFailed once the snapshot behind it no longer counts.
        """
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
class Run:
    """So many rows after each other with one verdict; `first` within the chunk."""

    verdict: Verdict
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class Decided:
    """The verdicts on a chunk, as runs of rows in order; the receipts they rest on; and what the answers said of
    themselves: the log's newest head, the platform, and the earliest end of their validity (ms), None where nothing was
    asked."""

    runs: Sequence[Run]
    receipts: Sequence[Receipt]
    head: Head | None
    platform: str | None
    valid_until: int | None = None

    def rests_on_snapshot(self) -> bool:
        """Did a snapshot decide about any row?"""
        return any(run.verdict is _BY_SNAPSHOT for run in self.runs)


_BY_SNAPSHOT: Final = Verdict(Pile.UNREGISTERED, "snapshot", "unregistered")


@dataclass(frozen=True, slots=True)
class _Part:
    """What was answered to one question, without all that the answer said besides. `verdicts` are in the order of the
    items; whoever keeps the receipt gives it its number."""

    verdicts: Sequence[Verdict]
    receipts: Sequence[Receipt]
    head: Head
    platform: str
    valid_until: int | None


@dataclass(frozen=True, slots=True)
class Begun:
    """A chunk whose questions are on their way. `asked` are the rows that are asked about, in order; `unreadable` those
    that cannot be."""

    chunk: Chunk
    asked: Sequence[int]
    unreadable: Mapping[int, Unreadable]
    questions: Sequence[Future[list[_Part]]]

    def is_answered(self) -> bool:
        """Would `decided` return, or raise, at once?"""
        return all(each.done() for each in self.questions)

    def decided(self, receipts_before: int) -> Decided:
        """The verdicts, where so many receipts were kept already. Waits for the answers.

        Raises: whatever `Registry.ask` raises, VerificationFailed also where a row is without an answer.
        """
        others = {
            row: Verdict(Pile.UNREADABLE, "row", None, (each.why,))
            for row, each in self.unreadable.items()
        }
        receipts: list[Receipt] = []
        parts = [part for each in self.questions for part in each.result()]
        rows = iter(self.asked)
        for part in parts:
            number = receipts_before + len(receipts)
            for verdict, row in zip(part.verdicts, rows, strict=False):
                others[row] = replace(verdict, receipt=number)
            receipts += part.receipts
        if len(others) != len(self.asked) + len(self.unreadable):
            raise VerificationFailed("a row that was asked about has no answer, or has two")
        ends = [part.valid_until for part in parts if part.valid_until is not None]
        return Decided(
            _runs(others, len(self.chunk)),
            receipts,
            max((part.head for part in parts), key=lambda head: head.size, default=None),
            parts[0].platform if parts else None,
            min(ends, default=None),
        )


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides about chunks of one corpus. Questions are asked by `threads`, as many at once as it has."""

    registry: Registry
    usage: Usage
    threads: Executor
    sieve: Sieve | None = None
    run: str | None = None

    def begin(self, chunk: Chunk) -> Begun:
        """Sieves a chunk and sends what has to be asked.

        Raises: VerificationFailed for a snapshot that no longer counts.
        """
        rows = range(len(chunk)) if self.sieve is None else self.sieve.doubtful(chunk)
        named = chunk.named(rows) if len(rows) else ()
        unreadable, asked, items = {}, [], []
        for row, each in zip(rows, named, strict=True):
            if isinstance(each, Unreadable):
                unreadable[row] = each
            else:
                asked.append(row)
                items.append(Asset(each))
        parts = [each.items for each in questions(items, self.usage.value)]
        sent = [self.threads.submit(self._answered, part) for part in parts]
        return Begun(chunk, asked, unreadable, sent)

    def _answered(self, items: Sequence[Asset]) -> list[_Part]:
        """About as many items as one question has; answered in parts where that turned out too large."""
        parts = self.registry.ask_in_parts(
            items, usage=self.usage, run=self.run, evidence=False, receipts=True
        )
        return [
            _Part(
                [_verdict(result, place) for place, result in enumerate(part)],
                part.receipts,
                part.head,
                part.platform,
                part.valid_until,
            )
            for part in parts
        ]


def _runs(others: Mapping[int, Verdict], count: int) -> list[Run]:
    """All rows of a chunk: those that have a verdict, and between them those that a snapshot ruled out."""
    runs: list[Run] = []

    def add(verdict: Verdict, first: int, many: int) -> None:
        last = runs[-1] if runs else None
        if last is not None and last.verdict == verdict:
            runs[-1] = replace(last, count=last.count + many)
        elif many:
            runs.append(Run(verdict, first, many))

    at = 0
    for row in sorted(others):
        add(_BY_SNAPSHOT, at, row - at)
        add(others[row], row, 1)
        at = row + 1
    add(_BY_SNAPSHOT, at, count - at)
    return runs


def _verdict(result: Result, index: int) -> Verdict:
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
    return Verdict(pile, "answer", result.decision, reasons, 0, index)
