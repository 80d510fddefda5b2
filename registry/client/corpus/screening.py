"""Screening a corpus from its first row to a report that can be filed; resumable wherever it was killed.

1. the corpus is fingerprinted;  2. state and files are made, or cut back to the last whole chunk;  3. chunk by chunk:
decided, sorted, made durable;  4. the files of rows are finished, and fingerprinted;  5. the report. Running it again
goes on where it stopped; what was killed and resumed has the same rows in the same files as what ran through. Whoever
goes on is the one who began, by key and platform, and asks the same log, which did not go back.
"""

import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from registry.client.corpus.columns import Column
from registry.client.corpus.piles import RECEIPTS, Piles, State
from registry.client.corpus.report import (
    REPORT_HTML,
    REPORT_JSON,
    read_report,
    report_members,
    write_report,
)
from registry.client.corpus.source import Chunk, Fingerprint, Source, fingerprint, open_source
from registry.client.corpus.verdicts import Begun, Judge, Pile, Sieve
from registry.client.heads import Head
from registry.client.registry import Registry
from registry.domain.vocabulary import Usage
from registry.errors import ConfigurationError, InvalidInput, RegistryError
from registry.instants import parse_rfc3339, rfc3339

CHUNK_ROWS: Final = 10_000
CHUNK_ROWS_WITH_SNAPSHOT: Final = 65_536
AT_ONCE: Final = 4
"""So many questions are on their way at once."""
CHUNKS_AHEAD: Final = 3
"""So many chunks are held at most while an earlier one waits for its answers."""
MOST_ROWS_ASKED: Final = AT_ONCE * CHUNK_ROWS
"""Where so many rows of chunks that were begun are asked about, no further one is begun."""
Progress = Callable[[int, dict[str, int]], None]
"""Told how many rows are done, and how many lie in each pile."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be screened, for which use. `snapshot` describes the sieve for the report (JSON members)."""

    corpus: Path
    out: Path
    columns: Sequence[Column]
    usage: Usage
    run: str | None = None
    sieve: Sieve | None = None
    snapshot: dict[str, Any] | None = None
    chunk_rows: int = CHUNK_ROWS


def screen(
    order: Order,
    registry: Registry,
    progress: Progress = lambda rows, piles: None,
    warn: Callable[[str], None] = warnings.warn,
) -> dict[str, Any]:
    """The report (JSON members), when every row is in its pile. `warn` is told, in words, where what was sorted before
    is over already.

    Raises: whatever stops it (InvalidInput for a broken corpus, ConfigurationError for another folder, Unavailable,
    VerificationFailed …); what was sorted until then is kept, and the same call goes on from there.
    """
    corpus = fingerprint(order.corpus)
    source = open_source(order.corpus, order.columns, order.chunk_rows)
    piles = Piles(order.out)
    with piles.locked():
        now = rfc3339(registry.clock())
        state = piles.begin(_what(order, registry, corpus), now, source.beginning())
        _check_asker(state, order, registry)
        if not state.finished:
            if state.checkpoint is not None:
                registry.go_on_from(Head.of_answer(state.checkpoint))
            if (
                state.valid_until is not None
                and parse_rfc3339(state.valid_until) <= registry.clock()
            ):
                warn(
                    f"of the {state.rows:,} rows that were sorted before, some were right until {state.valid_until} "
                    "only: that has passed. They are kept as they are; ask again before you use any, or screen into a "
                    "new folder"
                )
            state.runs += 1
            if order.snapshot is not None and order.snapshot not in state.snapshots:
                state.snapshots.append(order.snapshot)
            _sort(order, source, registry, piles, state, progress)
            if fingerprint(order.corpus) != corpus:
                raise InvalidInput(
                    f"{order.corpus} was changed while it was screened; screen it anew, into a new folder",
                    field="input",
                )
            outputs = _finish(source, piles, state)
            write_report(piles.folder, report_members(state, outputs, rfc3339(registry.clock())))
            reports = [fingerprint(piles.folder / name) for name in (REPORT_JSON, REPORT_HTML)]
            state.files |= {each.name: asdict(each) for each in (*outputs.values(), *reports)}
            state.finished = True
            piles.save(state)
        progress(state.rows, dict(state.piles))
        return read_report(piles.folder)


def _what(order: Order, registry: Registry, corpus: Fingerprint) -> dict[str, Any]:
    """What makes a screening this one and no other; the state adds platform and log, from the first answer on."""
    return {
        "input": asdict(corpus),
        "columns": [[each.name, each.scheme] for each in order.columns],
        "usage": order.usage.value,
        "policy": registry.policy.value,
        "registry": registry.url,
        "keyid": registry.keyid,
        "run": order.run,
        "chunk_rows": order.chunk_rows,
        "with_snapshot": order.sieve is not None,
    }


def _check_asker(state: State, order: Order, registry: Registry) -> None:
    """That whoever goes on is the platform, and asks the log, of the answers before; from then on no other counts.

    Raises: ConfigurationError.
    """
    known = registry.trust.platform
    if state.platform is not None and known not in (None, state.platform):
        raise ConfigurationError(
            f"{order.out} holds a screening for the platform {state.platform}, and you are {known}: what one may use "
            "another may not; name a new folder",
            field="platform",
        )
    registry.trust.platform = state.platform or known
    named = [*state.snapshots, state.checkpoint or {}, order.snapshot or {}]
    logs = sorted({each["origin"] for each in named if "origin" in each})
    if len(logs) > 1:
        raise ConfigurationError(
            f"{order.out} would hold a screening on several logs ({', '.join(logs)}): name a new folder",
            field="registry",
        )


def _earliest(*ends: str | None) -> str | None:
    """The first of some moments (RFC 3339); None where there is none."""
    return min((end for end in ends if end is not None), key=parse_rfc3339, default=None)


def _sort(
    order: Order,
    source: Source,
    registry: Registry,
    piles: Piles,
    state: State,
    progress: Progress,
) -> None:
    """Step 3."""
    progress(state.rows, dict(state.piles))
    if state.read:
        return
    threads = ThreadPoolExecutor(AT_ONCE)
    judge = Judge(registry, order.usage, threads, order.sieve, order.run)
    try:
        for begun in _in_order(source.chunks(state.next, state.rows), judge):
            decided = begun.decided(state.receipts)
            if (
                decided.head is not None
                and decided.head.size >= (state.checkpoint or _NONE)["size"]
            ):
                state.checkpoint = decided.head.members()
            state.platform = decided.platform or state.platform
            answered = None if decided.valid_until is None else rfc3339(decided.valid_until)
            by_snapshot = decided.rests_on_snapshot()
            sieved = (order.snapshot or {}).get("valid_until") if by_snapshot else None
            state.valid_until = _earliest(state.valid_until, answered, sieved)
            piles.add(state, begun.chunk, decided.runs, decided.receipts)
            progress(state.rows, dict(state.piles))
    finally:
        threads.shutdown(cancel_futures=True)
    state.read = True
    piles.save(state)


_NONE: Final = {"size": 0}


def _in_order(chunks: Iterable[Chunk], judge: Judge) -> Iterator[Begun]:
    """Chunks as they were read, a few of them ahead of the answers that the first one waits for."""
    waiting: deque[Begun] = deque()
    try:
        for chunk in chunks:
            waiting.append(judge.begin(chunk))
            while waiting and (_are_enough(waiting) or waiting[0].is_answered()):
                yield waiting.popleft()
    except RegistryError:
        yield from waiting  # what was asked before counts
        raise
    yield from waiting


def _are_enough(waiting: Sequence[Begun]) -> bool:
    """Is that as much as may be in memory at once?"""
    asked = sum(len(each.asked) for each in waiting)
    return len(waiting) > CHUNKS_AHEAD or asked > MOST_ROWS_ASKED


def _finish(source: Source, piles: Piles, state: State) -> dict[str, Fingerprint]:
    """Step 4, wherever it was broken off: what is made already is not made again.

    Raises: VerificationFailed where a file is not what was made.
    """
    made: dict[str, Fingerprint] = {}
    for pile in Pile:
        rows, path = piles.unfinished(pile), piles.rows_of(pile, source.suffix)
        if path.name not in state.files:
            if rows.exists():
                source.finish(rows, path)
            else:  # it was renamed, and nothing was noted any more
                piles.check(path, state.digests[rows.name])
            state.files[path.name] = asdict(fingerprint(path))
            piles.save(state)
        made[pile.value] = Fingerprint(**state.files[path.name])
        rows.unlink(missing_ok=True)
    for path in (*(piles.why(pile) for pile in Pile), piles.folder / RECEIPTS):
        made[path.name] = fingerprint(path)
    return made
