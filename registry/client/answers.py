"""Verified answers as values: what each asset may be used for under the asker's policy, and until when.

`Result.proceed` is the one thing to act on. Everything else says why.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.client.heads import Head
from registry.client.policy import Policy
from registry.client.question import Asset
from registry.errors import VerificationFailed
from registry.instants import Clock, rfc3339


@dataclass(frozen=True, slots=True)
class Validity:
    """How long an answer counts: to `until` and no longer, also by a clock that is slow.

    `answered_at` and `until` are ms of the registry's clock, `asked_at` is when the question was sent, in seconds of
    `elapsed`; `clock` is the asker's.
    """

    answered_at: int
    until: int
    asked_at: float
    clock: Clock
    elapsed: Callable[[], float] = time.monotonic

    def counts(self) -> bool:
        """Does it still count? No, once either the clock or the time that has gone by says that it ended."""
        gone_by = int((self.elapsed() - self.asked_at) * 1000)
        return max(self.clock(), self.answered_at + gone_by) < self.until

    def check(self) -> None:
        """Raises: VerificationFailed for an answer that has ended."""
        if not self.counts():
            raise VerificationFailed(
                f"the answer was good until {rfc3339(self.until)}: that has passed; ask again"
            )


@dataclass(frozen=True, slots=True)
class Result:
    """What was answered about one asset. `accepted`: the policy accepts what was said. `members` as the registry gave
    them. `validity` is None for a question about the past, and nothing proceeds by that."""

    index: int
    asset: Asset
    accepted: bool
    members: Mapping[str, Any]
    validity: Validity | None = field(repr=False, compare=False)

    @property
    def proceed(self) -> bool:
        """May it be used now? The policy accepts it, and the answer still counts."""
        return self.accepted and self.validity is not None and self.validity.counts()

    @property
    def decision(self) -> str | None:
        """`allow`, `conditional`, `deny`, `unstated`, `unregistered`; None where nothing could be read."""
        return self.members.get("decision")

    @property
    def permitted(self) -> bool:
        return self.members.get("permitted") is True

    @property
    def opted_out(self) -> bool:
        return self.members.get("opted_out") is not False

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(self.members.get("reasons", ()))

    @property
    def error(self) -> Mapping[str, Any] | None:
        """The problem of an identifier that could not be read."""
        return self.members.get("error")


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of having asked: the question's bytes, and the answer as a JWS that the registry signed.

    It answers `count` items from number `first` on.
    """

    first: int
    count: int
    question: bytes
    jws: str


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered about all items, in their order. Times in ms; `valid_until` is the earliest of all, and None
    for a question about the past, of which nothing may proceed today."""

    usage: str
    policy: Policy
    results: Sequence[Result]
    answered_at: int
    valid_until: int | None
    platform: str
    head: Head
    receipts: Sequence[Receipt] = ()
    validities: Sequence[Validity] = field(default=(), repr=False, compare=False)

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    def counts(self) -> bool:
        """Does every part of it still count?"""
        return self.valid_until is not None and all(each.counts() for each in self.validities)

    @property
    def proceeding(self) -> list[Result]:
        """Those that the policy accepts."""
        return [each for each in self.results if each.proceed]

    def all_proceed(self) -> bool:
        """Does the policy accept every one? Of no items at all, it does not."""
        return bool(self.results) and all(each.proceed for each in self.results)


def joined(parts: Sequence[Answers]) -> Answers:
    """Answers to the parts of one list of items, as one. `parts` has at least one."""
    ends = [part.valid_until for part in parts if part.valid_until is not None]
    last = max(parts, key=lambda part: part.head.size)
    return Answers(
        parts[0].usage,
        parts[0].policy,
        [result for part in parts for result in part.results],
        min(part.answered_at for part in parts),
        min(ends) if len(ends) == len(parts) else None,
        parts[0].platform,
        last.head,
        [receipt for part in parts for receipt in part.receipts],
        [validity for part in parts for validity in part.validities],
    )
