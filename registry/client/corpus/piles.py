"""The files that rows are sorted into, and the state that says how far they are whole.

Everything is appended, chunk by chunk; a chunk counts when the state that names the files' lengths is durable. Whoever
goes on after a crash first cuts each file back to its length in the state, so a chunk is there once or not at all;
and holds what is left against its SHA-256 there, so that nothing was changed meanwhile.
"""

import fcntl
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from registry.client.answers import Receipt
from registry.client.corpus.source import Chunk, Fingerprint, Position, fingerprint
from registry.client.corpus.verdicts import Pile, Run
from registry.client.packed_question import receipt_members
from registry.errors import ConfigurationError, Conflict, InvalidInput, VerificationFailed

FORMAT: Final = "consent-registry-screening/2"
STATE: Final = "progress.json"
RECEIPTS: Final = "receipts.jsonl"


@dataclass(slots=True)
class State:
    """How far a corpus is screened. `what` names corpus and question, and stays; `next` is where reading goes on, None
    at the beginning; `sizes` are the files' lengths, `digests` their SHA-256 so far (hex), `files` those that are
    finished (the members of a `Fingerprint`). `valid_until`: the earliest end of what the rows rest on. Times are RFC
    3339."""

    what: dict[str, Any]
    started_at: str
    next: Position = None
    rows: int = 0
    receipts: int = 0
    read: bool = False
    finished: bool = False
    runs: int = 0
    sizes: dict[str, int] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    valid_until: str | None = None
    piles: Counter[str] = field(default_factory=Counter)
    decisions: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    by: Counter[str] = field(default_factory=Counter)
    snapshots: list[dict[str, Any]] = field(default_factory=list)
    checkpoint: dict[str, Any] | None = None
    platform: str | None = None


class Piles:
    """The folder of one screening."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._digests: dict[str, Any] = {}

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Makes the folder, and keeps everybody else out. Raises: Conflict where somebody is in."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise Conflict(f"somebody else is screening into {self.folder}", field="out") from error
        finally:
            os.close(handle)

    def begin(self, what: dict[str, Any], now: str, beginning: bytes) -> State:
        """A new state, or the one that is there, with every file cut back to what it names.

        Raises: ConfigurationError where the folder holds something else, or another screening; VerificationFailed where
        a file is not what was written.
        """
        path = self.folder / STATE
        if not path.exists():
            if any(self.folder.iterdir()):
                raise ConfigurationError(
                    f"{self.folder} is not empty, and holds no screening: name a new folder",
                    field="out",
                )
            self.save(State(what, now))
        state = self._read(path)
        for name in differing(state.what, what):
            raise ConfigurationError(
                f"{self.folder} holds a screening with another {name}{_WHY_NOT.get(name, '')}: name a new folder",
                field=name,
            )
        for made in state.files.values():
            self.check(self.folder / made["name"], made["sha256"])
        if not state.finished:
            for pile in Pile:
                if not state.read or self._rows(pile).exists():
                    self._cut(self._rows(pile), state, beginning)
                self._cut(self.why(pile), state, b"")
            self._cut(self.folder / RECEIPTS, state, b"")
        return state

    def check(self, path: Path, sha256: str) -> Fingerprint:
        """A file that was written whole, as it is. Raises: VerificationFailed where it was changed or taken away."""
        try:
            there = fingerprint(path)
        except InvalidInput as error:
            raise VerificationFailed(f"{error.message}; screen into a new folder") from error
        if there.sha256 != sha256:
            raise _changed(path)
        return there

    def add(
        self, state: State, chunk: Chunk, runs: Sequence[Run], receipts: Sequence[Receipt]
    ) -> None:
        """Sorts a chunk's rows; whole and durable when this returns, with the state."""
        for pile in Pile:
            ours = [run for run in runs if run.verdict.pile is pile]
            if ours:
                rows = chunk.some([(run.first, run.count) for run in ours])
                self._append(self._rows(pile), rows, state)
                self._append(self.why(pile), _why(ours, chunk.first), state)
                state.piles[pile.value] += sum(run.count for run in ours)
        if receipts:
            lines = [
                json.dumps({"number": state.receipts + number, **receipt_members(each)})
                for number, each in enumerate(receipts)
            ]
            self._append(self.folder / RECEIPTS, ("\n".join(lines) + "\n").encode(), state)
        for run in runs:
            state.by[run.verdict.by] += run.count
            state.decisions[run.verdict.decision or "none"] += run.count
            for reason in run.verdict.reasons:
                if reason in state.reasons or len(state.reasons) < 200:
                    state.reasons[reason] += run.count
        state.receipts += len(receipts)
        state.rows += len(chunk)
        state.next = chunk.position
        self.save(state)

    def save(self, state: State) -> None:
        """Makes the state durable, whole or not at all."""
        members = {name: getattr(state, name) for name in State.__slots__}
        write_whole(self.folder / STATE, json.dumps({"format": FORMAT, **members}).encode())

    def rows_of(self, pile: Pile, suffix: str) -> Path:
        """The file of a pile's rows when all is done."""
        return self.folder / f"{pile.value}{suffix}"

    def unfinished(self, pile: Pile) -> Path:
        """Where a pile's rows are until then."""
        return self._rows(pile)

    def why(self, pile: Pile) -> Path:
        """The reasons beside a pile's rows."""
        return self.folder / f"{pile.value}.reasons.jsonl"

    def _rows(self, pile: Pile) -> Path:
        return self.folder / f"{pile.value}.part"

    def _read(self, path: Path) -> State:
        try:
            members = json.loads(path.read_bytes())
            if members.pop("format") != FORMAT:
                raise ConfigurationError(
                    f"{path} is of another version of this program", field="out"
                )
            for name in ("piles", "decisions", "reasons", "by"):
                members[name] = Counter(members[name])
            return State(**members)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigurationError(
                f"{path} holds no state of a screening", field="out"
            ) from error

    def _cut(self, path: Path, state: State, beginning: bytes) -> None:
        size = state.sizes.get(path.name)
        with path.open("a+b") as file:
            there = file.seek(0, os.SEEK_END)
            if size is None:
                file.truncate(0)
                file.write(beginning)
                file.flush()
                os.fsync(file.fileno())
                digest = hashlib.sha256(beginning)
            elif there < size:
                raise VerificationFailed(
                    f"{path} has {there:,} bytes where {size:,} were written: it was changed; screen into a new folder"
                )
            else:
                file.truncate(size)
                file.seek(0)
                digest = hashlib.file_digest(file, "sha256")
                if digest.hexdigest() != state.digests.get(path.name):
                    raise _changed(path)
        self._digests[path.name] = digest
        state.sizes.setdefault(path.name, len(beginning))
        state.digests[path.name] = digest.hexdigest()

    def _append(self, path: Path, data: bytes, state: State) -> None:
        with path.open("ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        state.sizes[path.name] += len(data)
        self._digests[path.name].update(data)
        state.digests[path.name] = self._digests[path.name].hexdigest()


_WHY_NOT: Final = {
    "keyid": ", and what one platform may use another may not",
}


def _changed(path: Path) -> VerificationFailed:
    return VerificationFailed(
        f"{path} is not what was written: it was changed; screen into a new folder"
    )


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """The names under which two descriptions differ."""
    return [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file anew; whoever reads it sees the old one or the new one, also after a crash."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _why(runs: Sequence[Run], chunk_first: int) -> bytes:
    """A line a verdict: decision, reasons, receipt, and the rows that it is about, as [first, how many], from 1."""
    lines = []
    for verdict, group in groupby(runs, key=lambda run: run.verdict):
        members: dict[str, Any] = {
            "rows": [[chunk_first + run.first + 1, run.count] for run in group],
            "decision": verdict.decision,
            "by": verdict.by,
        }
        if verdict.reasons:
            members["reasons"] = verdict.reasons
        if verdict.receipt is not None:
            members |= {"receipt": verdict.receipt, "index": verdict.index}
        lines.append(json.dumps(members, separators=(",", ":")))
    return ("\n".join(lines) + "\n").encode()
