"""What clients of a registry were told, and whether all of it was true.

A history holds every acknowledged write, every answer and every refusal, with the moments (seconds of one monotonic
clock) at which the request left and the reply was there. `broken` holds it against the store as it is afterwards: by
the rules of docs/answering.md, once as the registry has them and once, for a sample, as the slow model has them.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Final

from registry.bootstrap import Registry
from registry.domain.event_body import Sequenced
from registry.domain.identifiers import parse_identifier
from registry.domain.matching import Question
from registry.domain.resolution import resolve
from registry.domain.state import State
from registry.domain.vocabulary import Usage
from registry.errors import VerificationFailed
from registry.services.fsck import fsck
from registry.services.replay import sequenced
from registry.signing.keys import KeyPurpose
from registry.signing.note import verify_note, vkey
from registry.storage.log_store import StoredEvent
from registry.storage.unit_of_work import UnitOfWork
from registry.tlog.checkpoint import Checkpoint
from registry.tlog.entry import LogEntry
from registry.tlog.merkle import leaf_hash
from registry.tlog.proof import TlogProof, verify_inclusion
from registry.tlog.tiles import root_hash
from tests.model import oracle

BY_THE_SLOW_MODEL: Final = 3
"""Answers of a history that are worked out a second time; each takes longer with the square of the log's size."""
_SHORT_LOG: Final = 250
LOGGED_AS: Final = {
    "work": "work.registered",
    "declaration": "declaration.issued",
    "withdrawal": "withdrawal.issued",
}


@dataclass(frozen=True, slots=True)
class Written:
    """A write that was acknowledged. `says`: what no answer may say of its identifier any more once it was asked
    after `told`."""

    who: str
    kind: str
    identifier: str
    forbids: frozenset[str]
    sent: float
    told: float
    reply: dict[str, Any]

    @property
    def index(self) -> int:
        return int(self.reply["receipt"]["index"])


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer about now. `at` in ms; one identifier an item."""

    who: str
    asker: str | None
    identifiers: tuple[str, ...]
    usage: Usage
    sent: float
    told: float
    size: int
    root: bytes
    at: int
    results: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that got no answer: `status` None where the connection broke or there was none."""

    who: str
    sent: float
    status: int | None
    code: str


@dataclass
class History:
    """What happened, in no order. `began`: the log's size before."""

    began: int
    writes: list[Written] = field(default_factory=list)
    answers: list[Answered] = field(default_factory=list)
    refusals: list[Refused] = field(default_factory=list)

    def summary(self) -> str:
        refused = Counter(f"{each.status or ''} {each.code}".strip() for each in self.refusals)
        decided = Counter(one["decision"] for each in self.answers for one in each.results)
        return (
            f"{len(self.writes)} writes acknowledged, {len(self.answers)} answers {dict(decided)}, "
            f"refused {dict(refused)}"
        )


def broken(
    history: History, registry: Registry, *, by_the_slow_model: int = BY_THE_SLOW_MODEL
) -> list[str]:
    """Every promise that was not kept, in words; empty where all were."""
    signers, place = registry.signers(), registry.place
    with registry.reading() as uow:
        report = fsck(uow, signers, place, registry.head_file.read())
        log_key = vkey(place.origin, signers[KeyPurpose.LOG].public.raw)
        stored = list(uow.log.events())
        found = [f"fsck: {report.wrong}"] if report.wrong else []
        found += _not_in_the_log(history, stored, uow, log_key)
        found += _another_log(history, uow, len(stored))
    found += _not_counted_once(history, stored)
    found += _against_the_order(history)
    entries = [sequenced(each) for each in stored]
    found += _against_the_rules(history, entries)
    found += _against_the_model(history, entries, by_the_slow_model)
    found += _refused_for_no_fault(history)
    return found


def _not_in_the_log(
    history: History, stored: Sequence[StoredEvent], uow: UnitOfWork, log_key: str
) -> Iterator[str]:
    """Every acknowledged write lies at its index, with its bytes, under the checkpoint of its receipt."""
    for written in history.writes:
        receipt, index = written.reply["receipt"], written.index
        if index >= len(stored):
            yield f"lost: entry {index} was acknowledged, the log has {len(stored)}"
            continue
        event = stored[index]
        given = receipt["event"] or written.reply["record"]["jws"]
        if event.body != given.encode():
            yield f"other bytes: entry {index} is not what was acknowledged"
        proof = TlogProof.parse(receipt["tlog_proof"])
        checkpoint = Checkpoint.parse(verify_note(proof.checkpoint, [log_key]).text)
        if root_hash(checkpoint.size, uow.log) != checkpoint.root:
            yield f"fork: the receipt of entry {index} is of another log"
        if LogEntry.decode(receipt["entry"].encode()).at != event.at:
            yield f"other time: entry {index} was acknowledged with another"
        try:
            leaf = leaf_hash(receipt["entry"].encode())
            verify_inclusion(leaf, index, checkpoint.size, proof.hashes, checkpoint.root)
        except VerificationFailed as error:
            yield f"no proof: the receipt of entry {index}: {error.message}"


def _another_log(history: History, uow: UnitOfWork, size: int) -> Iterator[str]:
    """The checkpoints that answers rest on are of this log."""
    for named, root in {(each.size, each.root) for each in history.answers}:
        if named > size:
            yield f"lost: an answer rests on {named} entries, the log has {size}"
        elif root_hash(named, uow.log) != root:
            yield f"fork: an answer rests on another log of {named} entries"


def _not_counted_once(history: History, stored: Sequence[StoredEvent]) -> Iterator[str]:
    """As many events as writes, each key its own; for every write was asked again until it was acknowledged."""
    if len({each.index for each in history.writes}) != len(history.writes):
        yield "twice: two acknowledged writes have the same entry"
    logged = Counter(event.type for event in stored[history.began :])
    told = Counter(LOGGED_AS[each.kind] for each in history.writes)
    for kind in LOGGED_AS.values():
        if logged[kind] != told[kind]:
            yield f"count: {logged[kind]} events {kind}, acknowledged were {told[kind]}"


def _against_the_order(history: History) -> Iterator[str]:
    """Whoever asks or writes after a reply was there sees at least what that reply rests on."""
    newest = [(each.told, each.index + 1, each.index) for each in history.writes]
    yield from _gone_back(history.answers, newest, attrgetter("size"), "size behind a write")
    yield from _gone_back(history.writes, newest, attrgetter("index"), "index behind a write")
    sizes = [(each.told, each.size, each.size) for each in history.answers]
    yield from _gone_back(history.answers, sizes, attrgetter("size"), "size behind an answer")
    times = [(each.told, each.at, each.at) for each in history.answers]
    yield from _gone_back(history.answers, times, attrgetter("at"), "time behind an answer")
    forbidden: dict[str, list[Written]] = {}
    for written in history.writes:
        if written.forbids:
            forbidden.setdefault(written.identifier, []).append(written)
    for answer in history.answers:
        for identifier, result in zip(answer.identifiers, answer.results, strict=True):
            for written in forbidden.get(identifier, ()):
                if written.told < answer.sent and result["decision"] in written.forbids:
                    yield (
                        f"against a word: {identifier} is {result['decision']} after its "
                        f"{written.kind} was acknowledged"
                    )


def _gone_back(
    later: Sequence[Any],
    told: Sequence[tuple[float, int, int]],
    value: Callable[[Any], int],
    what: str,
) -> Iterator[str]:
    """Is any `later` one's value less than the least that was told before it was sent?"""
    waiting, least, name = sorted(told), -1, -1
    place = 0
    for each in sorted(later, key=attrgetter("sent")):
        while place < len(waiting) and waiting[place][0] < each.sent:
            if waiting[place][1] > least:
                _, least, name = waiting[place]
            place += 1
        if value(each) < least:
            yield f"gone back: {what}: {value(each)} after {name}"


def _against_the_rules(history: History, entries: Sequence[Sequenced]) -> Iterator[str]:
    """Every answer is what the rules say for the log's prefix that it names."""
    state, size = State(), 0
    for answer in sorted(history.answers, key=attrgetter("size")):
        if answer.size > len(entries):
            continue  # said already
        for entry in entries[size : answer.size]:
            state.apply(entry)
        size = max(size, answer.size)
        for identifier, result in zip(answer.identifiers, answer.results, strict=True):
            item = (parse_identifier(identifier),)
            right = resolve(Question(item, answer.usage, answer.asker, answer.at), state)
            yield from _differs("rules", answer, identifier, result, right)


def _against_the_model(history: History, entries: Sequence[Sequenced], most: int) -> Iterator[str]:
    """A few of them, from all over the history, are what the slow model says too."""
    short = [each for each in history.answers if each.size <= min(len(entries), _SHORT_LOG)]
    for answer in short[:: max(1, len(short) // most)][:most] if most else ():
        identifier, result = answer.identifiers[-1], answer.results[-1]
        prefix = entries[: answer.size]
        right = oracle.answer(prefix, [identifier], answer.usage, answer.asker, answer.at)
        yield from _differs("model", answer, identifier, result, right)


def _differs(
    who: str, answer: Answered, identifier: str, result: dict[str, Any], right: Any
) -> Iterator[str]:
    said = (result["decision"], tuple(result["reasons"]), result["permitted"])
    if said != (right.decision, right.reasons, right.permitted):
        yield f"{who}: {identifier} at {answer.size}: {said}, not {right.decision}"


def _refused_for_no_fault(history: History) -> Iterator[str]:
    """A fault shows as a broken connection or 5xx; or, once, as a signature older than the store of nonces."""
    for each in history.refusals:
        if each.status is not None and each.status < 500 and each.code != "signature-before-nonces":
            yield f"refused: {each.who} got {each.status} {each.code}"
