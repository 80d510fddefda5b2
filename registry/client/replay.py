"""Replaying a gate's journal, offline, with nothing but the registry's public keys: what an auditor does.

1. every line follows the one before it;  2. every receipt is the registry's, and answers the question beside it;
3. every step that began had answers to all that it asked, given before and still good, and its own policy accepts
them; what the step says of them is what they say. (Two steps may rest on one answer while it is good.)
What does not hold is reported with its line, and the reading goes on. Format: docs/formats.md, "Journal of a gate".
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

from registry.client.journal import FORMAT, GENESIS
from registry.client.packed_question import opened, question_in
from registry.client.policy import parse_policy
from registry.client.published import PublishedKeys
from registry.client.verify import check_answers, verify_receipt_token
from registry.errors import InvalidInput, RegistryError, VerificationFailed
from registry.instants import parse_rfc3339
from registry.signing.content_digest import content_digest
from registry.signing.jws import parse_json_object

LONGEST_LINE: Final = 32 * 1024 * 1024
_SKEW_MS: Final = 30_000


@dataclass(frozen=True, slots=True)
class Problem:
    """What does not hold, and in which line (from 1)."""

    line: int
    words: str


@dataclass(slots=True)
class Replay:
    """What a journal shows. `acts` counts (team, purpose, event); `open` are the gates that began and never ended."""

    lines: int = 0
    questions: int = 0
    items: int = 0
    recovered: int = 0
    acts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    open: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    torn: int = 0
    """How many lines at the end a crash left torn; nothing was done on them, and the next writer will say so."""
    head: str = GENESIS
    """The SHA-256 of the last line: whoever keeps it can tell later that the journal was not rewritten."""

    @property
    def holds(self) -> bool:
        return not self.problems


@dataclass(slots=True)
class _Gate:
    """What one gate asked since it last decided."""

    results: list[Mapping[str, Any]] = field(default_factory=list)
    usages: set[str] = field(default_factory=set)
    ends: list[int] = field(default_factory=list)
    platforms: set[str] = field(default_factory=set)
    answered: list[int] = field(default_factory=list)
    checkpoint: Any = None
    began: bool = False
    ended: bool = False
    who: tuple[str, str] = ("?", "?")


def replay(path: Path, keys: PublishedKeys) -> Replay:
    """Reads a journal from its first line to its last. Raises: InvalidInput where it cannot be read at all."""
    reading = _Reading(keys)
    try:
        with path.open("rb") as file:
            for line in _lines(file):
                reading.take(line)
    except OSError as error:
        raise InvalidInput(f"the journal {path} cannot be read ({error.strerror})") from error
    return reading.done()


def _lines(file: BinaryIO) -> Iterator[bytes]:
    while line := file.readline(LONGEST_LINE):
        yield line


class _Reading:
    def __init__(self, keys: PublishedKeys) -> None:
        self._keys = keys
        self._found = Replay()
        self._gates: dict[str, _Gate] = {}
        self._seq = -1
        self._torn = 0
        self._at = 0

    def take(self, line: bytes) -> None:
        self._found.lines += 1
        text = line.removesuffix(b"\n")
        try:
            self._follow(text)
        except RegistryError as error:
            self._found.problems.append(Problem(self._found.lines, error.message))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            words = f"the entry lacks or misuses a member ({error})"
            self._found.problems.append(Problem(self._found.lines, words))
        self._found.head = hashlib.sha256(text).hexdigest()

    def done(self) -> Replay:
        self._found.torn = self._torn
        self._found.open = {
            name: len(gate.results)
            for name, gate in self._gates.items()
            if gate.began and not gate.ended
        }
        return self._found

    def _follow(self, text: bytes) -> None:
        """Step 1, then the event's own."""
        try:
            entry = parse_json_object(text, "line")
        except VerificationFailed:
            self._torn += 1
            return
        torn, self._torn = self._torn, 0
        recovered = entry.get("event") == "recovered"
        if torn != (entry["lines"] if recovered else 0):
            self._problem("the lines before this one are no entries, and nobody recovered them")
        if entry["seq"] != self._seq + 1:
            self._problem(f"the entry is number {entry['seq']} where {self._seq + 1} was due")
        if entry["previous"] != self._found.head:
            self._problem("the entry does not follow the line before it: one of them was changed")
        self._seq = entry["seq"]
        at = parse_rfc3339(entry["at"])
        if at + _SKEW_MS < self._at:
            self._problem("the entry is older than the one before it")
        self._at = at
        if self._seq == 0 and not recovered and entry.get("format") != FORMAT:
            self._problem("the first entry does not say that this is a journal")
        event = _EVENTS.get(entry["event"])
        if event is None:
            raise VerificationFailed(f"the event {str(entry['event'])[:40]!r} is unknown")
        event(self, entry)

    def _problem(self, words: str) -> None:
        self._found.problems.append(Problem(self._found.lines, words))

    def _gate(self, entry: Mapping[str, Any]) -> _Gate:
        return self._gates.setdefault(entry["gate"], _Gate())

    def _opened(self, entry: Mapping[str, Any]) -> None:
        if entry["seq"] != 0:
            raise VerificationFailed("a journal is opened once")

    def _recovered(self, entry: Mapping[str, Any]) -> None:
        self._found.recovered += entry["lines"]

    def _asked(self, entry: Mapping[str, Any]) -> None:
        """Step 2."""
        question, receipt = question_in(entry), entry["receipt"].encode("ascii")
        if content_digest(question) != entry["question_digest"]:
            raise VerificationFailed("the question is not that of its digest")
        if content_digest(receipt) != entry["answer_digest"]:
            raise VerificationFailed("the receipt is not that of its digest")
        asked = parse_json_object(opened(question), "question")
        answer = parse_json_object(verify_receipt_token(receipt, self._keys), "answer")
        check_answers(asked, question, answer)
        if asked.get("as_of") is not None or answer.get("as_of") is not None:
            raise VerificationFailed("a question about the past opens no gate")
        if entry["count"] != len(answer["results"]):
            raise VerificationFailed("the answer has not as many results as the entry says")
        gate = self._gate(entry)
        gate.results += answer["results"]
        gate.usages.add(answer["usage"])
        gate.ends.append(parse_rfc3339(answer["valid_until"]))
        gate.answered.append(parse_rfc3339(answer["answered_at"]))
        gate.checkpoint = answer["checkpoint"]
        gate.platforms.add(answer["platform"])
        self._found.questions += 1
        self._found.items += len(answer["results"])

    def _decided(self, entry: Mapping[str, Any]) -> None:
        """Step 3: began, renewed or refused."""
        gate, event = self._gate(entry), entry["event"]
        self._count(gate, entry)
        policy = parse_policy(entry["policy"])
        accepted = sum(policy.accepts(result) for result in gate.results)
        decisions = Counter(result.get("decision") or "error" for result in gate.results)
        asked, gate.results = len(gate.results), []
        ends, gate.ends = gate.ends, []
        answered, gate.answered = gate.answered, []
        usages, gate.usages = gate.usages, set()
        if (entry["asked"], entry["accepted"]) != (asked, accepted):
            raise VerificationFailed(
                f"the entry says {entry['accepted']} of {entry['asked']} were accepted; by its receipts it is "
                f"{accepted} of {asked}"
            )
        enough = accepted > 0 and (entry["only_accepted"] is True or accepted == asked)
        if enough is not (event != "refused"):
            raise VerificationFailed(
                f"by its receipts the gate was to be {'open' if enough else 'shut'}, and it {event}"
            )
        said = entry["decisions"], parse_rfc3339(entry["valid_until"]), entry["checkpoint"]
        if said != (decisions, min(ends), gate.checkpoint) or {entry["platform"]} != gate.platforms:
            raise VerificationFailed("the entry says of its answers what they do not say")
        if parse_rfc3339(entry["at"]) + _SKEW_MS < max(answered):
            raise VerificationFailed(f"the step {event} before its answers were given")
        if event == "refused":
            return
        gate.began = True
        if usages != {entry["usage"]} or len(gate.platforms) != 1:
            raise VerificationFailed("the receipts are about another usage, or several platforms")
        if min(ends) < parse_rfc3339(entry["at"]):
            raise VerificationFailed(f"the step {event} on answers that no longer counted")

    def _unanswered(self, entry: Mapping[str, Any]) -> None:
        gate = self._gate(entry)
        self._count(gate, entry)
        gate.results, gate.ends, gate.usages, gate.answered = [], [], set(), []

    def _over(self, entry: Mapping[str, Any]) -> None:
        gate = self._gate(entry)
        if not gate.began or gate.ended:
            raise VerificationFailed("a step is over that had not begun, or was over already")
        gate.ended = True
        self._found.acts[*gate.who, entry["event"]] += 1

    def _count(self, gate: _Gate, entry: Mapping[str, Any]) -> None:
        gate.who = entry["team"], entry["purpose"]
        self._found.acts[*gate.who, entry["event"]] += 1


_EVENTS: Final[Mapping[str, Callable[[_Reading, Mapping[str, Any]], None]]] = {
    "opened": _Reading._opened,
    "recovered": _Reading._recovered,
    "asked": _Reading._asked,
    "began": _Reading._decided,
    "renewed": _Reading._decided,
    "refused": _Reading._decided,
    "unanswered": _Reading._unanswered,
    "ended": _Reading._over,
    "failed": _Reading._over,
}
