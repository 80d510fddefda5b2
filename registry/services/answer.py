"""Answering a platform: many items in one transaction, each by the pure rules, in the order asked."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain
from typing import Final

import msgspec

from registry.domain.glance import tell_of_nobodys
from registry.domain.identifiers import Identifier, parse_identifier
from registry.domain.resolution import Answer, resolve_in
from registry.domain.sitting import Sitting
from registry.domain.urls import plain_site
from registry.domain.vocabulary import SERVICE_USAGES, Decision, Usage
from registry.errors import InvalidIdentifier, InvalidInput, NotFound, Unavailable
from registry.instants import SECOND_MS, SETTLED_MS, rfc3339
from registry.storage.empty_sites import empty_sites
from registry.storage.glances import tell_at_a_glance
from registry.storage.log_store import SignedHead
from registry.storage.lookups import Lookups, LookupTransaction

MANY: Final = 16
"""From so many items on it pays to look for sites on which nobody registered anything."""


class Item(msgspec.Struct, frozen=True, gc=False):
    """One asset: its identifiers as the platform wrote them, and the platform's own reference."""

    identifiers: Sequence[str]
    ref: str | None = None


class Inquiry(msgspec.Struct, frozen=True, gc=False):
    """What a platform asks. `as_of` in ms, or None for now."""

    usage: Usage
    items: Sequence[Item]
    asker: str | None
    as_of: int | None = None
    with_evidence: bool = True


class ItemAnswer(msgspec.Struct, frozen=True, gc=False):
    """An answer, an error, or both: what could be read is answered, what could not is named.

    Beside an error an answer is at best `unstated` (`unreadable-identifier`): nobody knows what the
    broken identifier would have met.
    """

    answer: Answer | None
    error: InvalidInput | None

    @property
    def permitted(self) -> bool:
        return self.answer is not None and self.answer.permitted

    @property
    def opted_out(self) -> bool:
        return self.answer is None or self.answer.opted_out


class Answers(msgspec.Struct, frozen=True, gc=False):
    """All answers, of one log prefix (`size` events) and one time. `valid_until` None: about the past."""

    answered_at: int
    size: int
    head: SignedHead
    results: tuple[ItemAnswer, ...]
    valid_until: int | None


def answer(lookups: Lookups, inquiry: Inquiry, *, now: int, max_validity: int) -> Answers:
    """Answers every item, each in its place.

    Raises: Unavailable where the store is away (never an absence), InvalidInput for a future `as_of`,
    NotFound for an asker that is no registered platform.
    """
    with lookups.transaction() as transaction:
        return answer_within(transaction, inquiry, now=now, max_validity=max_validity)


def answer_within(
    transaction: LookupTransaction, inquiry: Inquiry, *, now: int, max_validity: int
) -> Answers:
    """The same within a transaction that is open already."""
    head = transaction.head()
    if head is None:
        raise Unavailable("this registry has no log yet; the operator has to start it once")
    now = max(now, head.head.at)
    if inquiry.as_of is not None:
        _check_settled(inquiry.as_of, now, newest=head.head.at)
    lying = _on_empty_sites(transaction, inquiry)
    places = [index for index, empty in enumerate(lying) if not empty]
    read = [_read(inquiry.items[index], index) for index in places]
    size = None if inquiry.as_of is None else transaction.size_at(inquiry.as_of)
    t = now if inquiry.as_of is None else inquiry.as_of
    told = _at_a_glance(transaction, inquiry, read, now, max_validity)
    left = [found for (found, _), known in zip(read, told, strict=True) if known is None and found]
    sitting = None
    if left or not transaction.is_asked_by(inquiry.asker):
        facts = transaction.facts(chain.from_iterable(left), inquiry.asker, size=size)
        if inquiry.asker is not None and not facts.has(inquiry.asker):
            _check_platform(transaction, inquiry.asker)  # registered since, or never
        sitting = Sitting(facts, inquiry.usage, inquiry.asker, t)
    results = []
    for (found, error), known in zip(read, told, strict=True):
        if not found:
            results.append(ItemAnswer(None, error))
            continue
        resolved = known
        if resolved is None:
            assert sitting is not None
            resolved = resolve_in(
                sitting, found, max_validity_ms=max_validity, with_evidence=inquiry.with_evidence
            )
        results.append(ItemAnswer(_guarded(resolved) if error else resolved, error))
    if len(results) < len(lying):
        others, results = results, [_nobodys(now + max_validity)] * len(lying)
        for index, result in zip(places, others, strict=True):
            results[index] = result
    until = [result.answer.valid_until for result in results if result.answer is not None]
    return Answers(
        answered_at=now,
        size=head.head.size if size is None else size,
        head=head,
        results=tuple(results),
        valid_until=None if inquiry.as_of is not None else min([now + max_validity, *until]),
    )


def _at_a_glance(
    transaction: LookupTransaction,
    inquiry: Inquiry,
    read: Sequence[tuple[tuple[Identifier, ...], InvalidInput | None]],
    now: int,
    max_validity: int,
) -> Sequence[Answer | None]:
    """What of it can be told from cards: of the present alone."""
    if inquiry.as_of is not None:
        return [None] * len(read)
    return tell_at_a_glance(
        transaction,
        inquiry.usage,
        [found for found, _ in read],
        now,
        max_validity_ms=max_validity,
        with_evidence=inquiry.with_evidence,
    )


def _on_empty_sites(transaction: LookupTransaction, inquiry: Inquiry) -> Sequence[bool]:
    """Which items lie where nobody registered anything, so that nothing else has to be found out about them: of many
    items, about the present, those that are one plain URL each."""
    items = inquiry.items
    if len(items) < MANY or inquiry.as_of is not None or inquiry.usage in SERVICE_USAGES:
        return [False] * len(items)
    sites = [
        plain_site(each.identifiers[0]) if len(each.identifiers) == 1 else None for each in items
    ]
    empty = empty_sites(transaction, {site for site in sites if site is not None})
    return [site in empty for site in sites]


def _nobodys(until: int) -> ItemAnswer:
    return ItemAnswer(tell_of_nobodys(until), None)


def decided(answers: Answers) -> dict[str, int]:
    """How many items got each decision; `error` for those that could not be read."""
    found = ["error" if each.answer is None else each.answer.decision for each in answers.results]
    if len(found) == 1:
        return {str(found[0]): 1}
    return {str(decision): number for decision, number in Counter(found).items()}


def works_met(answers: Answers) -> dict[str, list[str]]:
    """Decision → the works about which it was told, as often as it was."""
    found: dict[Decision, list[str]] = {}
    for each in answers.results:
        if each.answer is not None and each.answer.met:
            found.setdefault(each.answer.decision, []).extend(each.answer.met)
    return {str(decision): works for decision, works in found.items()}


def met_later(answers: Answers) -> Callable[[], dict[str, list[str]]]:
    """`works_met`, for whoever asks when the answers are long sent. Of a batch it is found out now, since until then
    all its answers would stay in memory."""
    if len(answers.results) == 1:
        return partial(works_met, answers)
    found = works_met(answers)
    return lambda: found


def _check_settled(as_of: int, now: int, *, newest: int) -> None:
    """A moment into which no event can fall any more: up to the newest one, or longer ago than a write
    may take. So the answer about it never changes. Raises: InvalidInput."""
    if as_of > now:
        raise InvalidInput(
            f"as_of lies in the future; the registry's time is {rfc3339(now)}", field="as_of"
        )
    settled = max(newest, now - SETTLED_MS)
    if as_of > settled:
        raise InvalidInput(
            f"the past is settled up to {rfc3339(settled)}: what is written just now may still fall before "
            f"{rfc3339(as_of)}. Ask about now, or again in {SETTLED_MS // SECOND_MS} seconds",
            field="as_of",
            code="not-settled",
        )


def _check_platform(transaction: LookupTransaction, asker: str) -> None:
    if not transaction.facts((), asker).has(asker):
        raise NotFound(f"there is no platform {asker!r}", field="asker")


def _guarded(answer: Answer) -> Answer:
    if answer.decision in (Decision.DENY, Decision.UNSTATED):
        return answer
    return msgspec.structs.replace(
        answer, decision=Decision.UNSTATED, reasons=("unreadable-identifier",)
    )


def _read(item: Item, index: int) -> tuple[tuple[Identifier, ...], InvalidInput | None]:
    """Step 1: canonical forms, each once; the first that cannot be read is the item's error."""
    found: list[Identifier] = []
    error: InvalidInput | None = None
    for place, text in enumerate(item.identifiers):
        try:
            identifier = parse_identifier(text)
        except InvalidIdentifier as unreadable:
            error = error or unreadable.at(f"items[{index}].identifiers[{place}]")  # type: ignore[assignment]
        else:
            found.append(identifier)
    if not item.identifiers and error is None:
        error = InvalidInput(
            "an item needs at least one identifier", field=f"items[{index}].identifiers"
        )
    if len(found) > 1:
        found = list({(each.scheme, each.value): each for each in found}.values())
    return tuple(found), error


def question_digest(body: bytes) -> bytes:
    """SHA-256 of the question as it was asked: the body's bytes, or the target URI of a GET."""
    return hashlib.sha256(body).digest()
