"""A gate before a training or inference step: it opens on a fresh answer that the policy accepts, and keeps a journal.

1. ask about every item, signed, with receipts; each question and its receipt go into the journal;  2. decide by the
policy: all items, or, where the caller says so, those that it accepts;  3. write `began` (or `refused`, `unanswered`)
and wait until that is durable;  4. only then run the step;  5. write `ended` or `failed`. Whatever goes wrong before 4
keeps the step from running. `replay` lets an auditor repeat 2.
"""

import functools
import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from registry.client.answers import Answers, Result, Validity
from registry.client.journal import Journal
from registry.client.packed_question import receipt_members
from registry.client.question import Asset, Item, asset_of
from registry.client.registry import Registry
from registry.domain.ids import new_id
from registry.errors import Forbidden, InvalidInput, RegistryError, Unavailable
from registry.instants import rfc3339
from registry.signing.content_digest import content_digest
from registry.signing.jws import parse_json_object

LONGEST_WORDS = 200
_MOST_REFUSED_SHOWN = 1_000
Items = Iterable[Item] | Path
P = ParamSpec("P")
R = TypeVar("R")


class GateClosed(Forbidden):
    """The policy does not accept every item. `refused` are the results (at most 1,000) that it does not accept."""

    code = "gate-closed"

    def __init__(self, message: str, refused: Sequence[Result]) -> None:
        super().__init__(message, field="items")
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Wish:
    """What a gate is asked for: which use, for which purpose, by which team; of all items or of those accepted."""

    usage: str
    purpose: str
    team: str
    only_accepted: bool = False
    run: str | None = None

    def __post_init__(self) -> None:
        """Raises: InvalidInput for a purpose or team that says nothing."""
        for name in ("purpose", "team"):
            words = getattr(self, name)
            if not isinstance(words, str) or not 0 < len(words.strip()) <= LONGEST_WORDS:
                raise InvalidInput(
                    f"a {name} is named in 1 to {LONGEST_WORDS} characters", field=name
                )

    def members(self, policy: str) -> dict[str, Any]:
        """As it stands in the journal."""
        return {
            "usage": self.usage,
            "policy": policy,
            "purpose": self.purpose,
            "team": self.team,
            "only_accepted": self.only_accepted,
        }


@dataclass(slots=True)
class Passed:
    """An open gate: `items` may be used until `valid_until` (ms). For a step that lasts longer, call `refresh`."""

    items: Sequence[Asset]
    valid_until: int
    gate: str
    _refresh: Callable[["Passed"], None] = field(repr=False)

    def __iter__(self) -> Iterator[Asset]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def refresh(self) -> None:
        """Asks again if the answer no longer counts; else does nothing.

        Raises: GateClosed where an item is no longer accepted, and whatever else keeps a gate shut: then stop.
        """
        self._refresh(self)


@dataclass(slots=True)
class _Tally:
    """What the answers to one gate's questions come to."""

    accepted: list[Asset] = field(default_factory=list)
    refused: list[Result] = field(default_factory=list)
    decisions: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    valid_until: int | None = None
    validities: list[Validity] = field(default_factory=list)
    last: Answers | None = None

    def add(self, part: Answers) -> None:
        self.asked += len(part)
        self.last = part
        self.validities += part.validities
        ends = [end for end in (self.valid_until, part.valid_until) if end is not None]
        self.valid_until = min(ends) if ends else None
        for result in part:
            self.decisions[result.decision or "error"] += 1
            if result.accepted:
                self.accepted.append(result.asset)
            elif len(self.refused) < _MOST_REFUSED_SHOWN:
                self.refused.append(result)

    def check_counts(self) -> None:
        """Raises: Unavailable where one of the answers has ended."""
        if not self.counts():
            raise Unavailable("an answer ended before the step; ask about fewer items at once")

    def counts(self) -> bool:
        return bool(self.validities) and all(each.counts() for each in self.validities)

    def members(self) -> dict[str, Any]:
        return {
            "asked": self.asked,
            "accepted": len(self.accepted),
            "decisions": dict(sorted(self.decisions.items())),
            "valid_until": None if self.valid_until is None else rfc3339(self.valid_until),
            "platform": None if self.last is None else self.last.platform,
            "checkpoint": None if self.last is None else self.last.head.members(),
        }


@contextmanager
def gate(
    registry: Registry,
    items: Items,
    *,
    usage: str,
    purpose: str,
    team: str,
    journal: Journal | Path | str,
    only_accepted: bool = False,
    run: str | None = None,
) -> Iterator[Passed]:
    """Runs the block only if the policy accepts every item, or with `only_accepted` for those that it accepts, of which
    there has to be one.

    `items` may be a manifest: the path of a JSON Lines file of {"identifiers": […], "ref": …}; its digest goes into the
    journal. Raises: GateClosed, InvalidInput, Unavailable, Unauthenticated, Forbidden, VerificationFailed; in each case
    before the block has run.
    """
    wish = Wish(usage, purpose, team, only_accepted, run)
    book = journal if isinstance(journal, Journal) else Journal(Path(journal), registry.clock)
    name = new_id(registry.clock())

    tally = _admit(registry, items, wish, book, name, "began")

    def refresh(passed: Passed) -> None:
        nonlocal tally
        if not tally.counts():
            every = replace(wish, only_accepted=False)
            tally = _admit(registry, passed.items, every, book, name, "renewed")
            passed.valid_until = tally.valid_until or 0

    passed = Passed(tally.accepted, tally.valid_until or 0, name, refresh)
    try:
        tally.check_counts()  # the journal may have been waited for
        yield passed
    except BaseException as error:
        book.append("failed", {"gate": name, "error": type(error).__name__})
        raise
    book.append("ended", {"gate": name})


def gated(
    registry: Registry,
    items: str,
    *,
    usage: str,
    purpose: str,
    team: str,
    journal: Journal | Path | str,
    only_accepted: bool = False,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator: each call of the function goes through a gate about the argument named `items`. With `only_accepted`
    the function gets the accepted ones (as `Asset`s) in its place.

    Raises: TypeError for a coroutine or generator function, which would run after the gate has closed again, and for
    one without such a parameter.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        if _runs_later(function):
            raise TypeError(
                "a coroutine or generator runs after its call has returned: put `with gate(…)` inside it"
            )
        signature = inspect.signature(function)
        if items not in signature.parameters:
            raise TypeError(
                f"{getattr(function, '__qualname__', function)} has no parameter named {items!r}"
            )

        @functools.wraps(function)
        def through(*arguments: P.args, **named: P.kwargs) -> R:
            call = signature.bind(*arguments, **named)
            call.apply_defaults()
            asked = call.arguments[items]
            if not isinstance(asked, Path):
                asked = call.arguments[items] = list(asked)
            with gate(
                registry,
                asked,
                usage=usage,
                purpose=purpose,
                team=team,
                journal=journal,
                only_accepted=only_accepted,
            ) as passed:
                if only_accepted:
                    call.arguments[items] = passed.items
                return function(*call.args, **call.kwargs)

        return through

    return decorate


def _runs_later(function: Callable[..., Any]) -> bool:
    """Does a call return before the work is done? Asked of a function, and of an object that is called like one."""
    while isinstance(function, functools.partial):
        function = function.func
    kinds = (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction)
    return any(kind(each) for kind in kinds for each in (function, type(function).__call__))


def _admit(
    registry: Registry, items: Items, wish: Wish, book: Journal, name: str, event: str
) -> _Tally:
    """Steps 1 to 3. Raises: as `gate`."""
    tally = _Tally()
    said = {"gate": name, **wish.members(registry.policy.value)}
    try:
        assets, source = _assets(items)
        said["source"] = source
        for part in registry.ask_in_parts(
            assets, usage=wish.usage, run=wish.run, evidence=False, receipts=True
        ):
            tally.add(part)
            for receipt in part.receipts:
                book.append("asked", {"gate": name, **receipt_members(receipt)})
        if not tally.asked:
            raise InvalidInput("nothing was asked: there are no items", field="items")
        tally.check_counts()
    except RegistryError as error:
        if error.field != "journal":
            book.append("unanswered", {**said, "error": error.code, "words": error.message[:500]})
        raise
    said |= tally.members()
    enough = bool(tally.accepted) and (wish.only_accepted or len(tally.accepted) == tally.asked)
    book.append(event if enough else "refused", said)
    if not enough:
        number = tally.asked - len(tally.accepted)
        raise GateClosed(
            f"under the policy {registry.policy.value}, {number} of {tally.asked} items may not be used for "
            f"{wish.usage}; " + ("stop the step" if event == "renewed" else "the step was not run"),
            tally.refused,
        )
    return tally


def _assets(items: Items) -> tuple[Iterable[Item], str | None]:
    """The items, and the digest of the manifest that they stand in. Raises: InvalidInput naming the line."""
    if not isinstance(items, Path):
        return items, None
    try:
        text = items.read_bytes()
    except OSError as error:
        raise InvalidInput(
            f"the manifest {items} cannot be read ({error.strerror})", field="items"
        ) from error
    assets = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            members = parse_json_object(line, "item")
            identifiers = members["identifiers"]
            if not isinstance(identifiers, list):
                raise InvalidInput("identifiers are a list", field="identifiers")
            assets.append(asset_of(Asset(tuple(identifiers), members.get("ref")), number - 1))
        except (KeyError, RegistryError) as error:
            raise InvalidInput(
                f'line {number} of {items} is not like {{"identifiers": ["isrc:…"], "ref": "…"}}, each member once',
                field="items",
            ) from error
    return assets, content_digest(text)
