"""Was that the right answer? Answers on file are worked out anew, by the registry's own rules, from an export.

An answer is a pure function of (log prefix, question, time): the events below the answer's checkpoint, or up to its
`as_of`, are folded in memory, in one pass over the log, and the question is put to them (docs/answering.md).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from registry.client.exports.asked import Asked
from registry.client.exports.comparing import Mismatch, check_results, read_item
from registry.client.exports.contents import Contents
from registry.client.exports.log_events import EVENTS, read_events
from registry.client.exports.log_keys import LogKeys
from registry.client.exports.manifest import Manifest, other_versions
from registry.client.exports.status import Statuses
from registry.domain.event_body import AnyEvent, Sequenced
from registry.domain.events import ClaimMade, IdentifierAdded, WorkRegistered
from registry.domain.identifiers import CANONICAL_FORM_VERSION, parse_identifier
from registry.domain.state import State
from registry.domain.vocabulary import VOCABULARY_VERSION
from registry.errors import RegistryError, VerificationFailed
from registry.instants import SETTLED_MS, rfc3339

_NEVER: Final = 2**62


@dataclass(frozen=True, slots=True)
class Verdict:
    """On one answer. Neither `wrong` nor `unsettled`: it was right."""

    name: str
    wrong: str | None = None
    unsettled: str | None = None


def judge(
    contents: Contents,
    manifest: Manifest,
    keys: LogKeys,
    asked: Sequence[Asked],
    works: set[str],
    statuses: Statuses | None,
) -> Iterator[Verdict]:
    """The verdict on each answer, in the order of what they rest on; at the end the status lists, where given.

    `works`: those that rows name, where the export has a scope. Raises: VerificationFailed for events that cannot be
    folded, and for a status that is wrong.
    """
    if (other := other_versions(manifest)) is not None:
        yield from (Verdict(one.name, unsettled=other) for one in asked)
        return
    scope = None if not manifest.scope else _keys_in_scope(contents, manifest, works)
    waiting = sorted(asked, key=lambda one: (one.size, one.answered_at), reverse=True)
    past = [one for one in waiting if one.as_of is not None]
    past.sort(key=lambda one: one.as_of or 0, reverse=True)
    now = [one for one in waiting if one.as_of is None]
    bench, state, last = _Bench(manifest, keys, scope), State(), -1
    for entry in _entries(contents):
        while now and now[-1].size <= entry.seq:
            yield bench.hear(now.pop(), state, last, following=entry.at)
        while past and (past[-1].as_of or 0) < entry.at:
            yield bench.hear(past.pop(), state, last, following=entry.at)
        try:
            state.apply(entry)
        except LookupError as error:
            raise VerificationFailed(
                f"event {entry.seq} refers to what is not in the export: {error}",
                field=f"event {entry.seq}",
                code="event",
            ) from error
        last = entry.at
    for one in [*reversed(now), *reversed(past)]:
        yield bench.hear(one, state, last, following=_NEVER)
    if statuses is not None:
        statuses.compare(state)


def _entries(contents: Contents) -> Iterator[Sequenced]:
    with contents.opened(EVENTS) as lines:
        for event in read_events(lines):
            yield event.sequenced()


@dataclass(frozen=True, slots=True)
class _Bench:
    """What all answers are judged by. `scope`: the keys by which works in it are met; None: everything is there."""

    manifest: Manifest
    keys: LogKeys
    scope: set[bytes] | None

    def hear(self, one: Asked, state: State, last: int, *, following: int) -> Verdict:
        """`state` holds the events below the answer's own, of which the newest is of `last`; the next is of
        `following` (ms)."""
        if one.answer.get("test") is not None:
            return Verdict(one.name, unsettled="it comes from the sandbox, and promises nothing")
        if one.origin != self.manifest.origin:
            return Verdict(one.name, wrong=f"it is of another log, {one.origin}")
        try:
            one.verify(self.keys)
        except RegistryError as error:
            return Verdict(one.name, wrong=f"it does not hold: {error.message}")
        unsettled = self._why_not(one, following)
        if unsettled is not None:
            return Verdict(one.name, unsettled=unsettled)
        t = one.answered_at if one.as_of is None else one.as_of
        if one.as_of is None and one.answered_at < last:
            return Verdict(one.name, wrong="it was given before the newest event that it rests on")
        if one.as_of is None and following + SETTLED_MS < one.answered_at:
            return Verdict(
                one.name,
                wrong=f"it was out of date: it rests on {one.size} entries, and the log had more since "
                f"{rfc3339(following)}",
            )
        if one.as_of is not None and one.as_of > one.answered_at:
            return Verdict(one.name, wrong="it is about a moment after it was given")
        try:
            check_results(one, state, t)
        except Mismatch as mismatch:
            return Verdict(one.name, wrong=str(mismatch))
        return Verdict(one.name)

    def _why_not(self, one: Asked, following: int) -> str | None:
        """Why it cannot be judged by this export, where it cannot."""
        versions = one.answer.get("vocabulary"), one.answer.get("canonical_form")
        if versions != (VOCABULARY_VERSION, CANONICAL_FORM_VERSION):
            return "it goes by another vocabulary or other canonical forms than this program"
        if one.as_of is None and one.size > self.manifest.size:
            return f"it rests on {one.size} entries, and the export ends at {self.manifest.size}"
        if one.as_of is not None and following == _NEVER and one.as_of > self.manifest.at:
            return f"it is about {rfc3339(one.as_of)}, and the export ends at {self.manifest.time}"
        if self.scope is None:
            return None
        for item in one.question.get("items", ()):
            for identifier in read_item(item)[0]:
                if identifier.wide_key not in self.scope:
                    return f"it asks about {identifier}, which is outside of this export's scope"
        return None


def _keys_in_scope(contents: Contents, manifest: Manifest, works: set[str]) -> set[bytes]:
    """The wide keys of every identifier that a work in the scope ever had."""
    holders = set(manifest.scope.get("rightsholder", ()))
    met: dict[str, set[bytes]] = {}
    chosen = set(works)
    for entry in _entries(contents):
        for work, text in _named(entry.event):
            met.setdefault(work, set()).add(parse_identifier(text).wide_key)
        match entry.event:
            case WorkRegistered() as registered if registered.claim.rightsholder in holders:
                chosen.add(registered.work)
            case ClaimMade() as made if made.claim.rightsholder in holders:
                chosen.add(made.subject.id)
    return {key for work in chosen for key in met.get(work, ())}


def _named(event: AnyEvent) -> Iterator[tuple[str, str]]:
    match event:
        case WorkRegistered():
            yield from ((event.work, text) for text in event.identifiers)
        case IdentifierAdded():
            yield event.work, event.identifier
