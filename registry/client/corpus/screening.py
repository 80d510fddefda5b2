"""Screening a corpus from its first row to a report that can be filed; resumable wherever it was killed.

1. the corpus is fingerprinted;  2. state and files are made, or cut back to the last whole chunk;  3. chunk by chunk:
decided, sorted, made durable;  4. the files of rows are finished, and fingerprinted;  5. the report. Running it again
goes on where it stopped; what was killed and resumed has the same rows in the same files as what ran through.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from registry.client.corpus.columns import Column
from registry.client.corpus.piles import RECEIPTS, Piles, State
from registry.client.corpus.report import read_report, report_members, write_report
from registry.client.corpus.source import Fingerprint, Source, fingerprint, open_source
from registry.client.corpus.verdicts import Judge, Pile, Sieve
from registry.client.registry import Registry
from registry.domain.vocabulary import Usage
from registry.errors import InvalidInput
from registry.instants import rfc3339

CHUNK_ROWS: Final = 10_000
CHUNK_ROWS_WITH_SNAPSHOT: Final = 65_536
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
    order: Order, registry: Registry, progress: Progress = lambda rows, piles: None
) -> dict[str, Any]:
    """The report (JSON members), when every row is in its pile.

    Raises: whatever stops it (InvalidInput for a broken corpus, ConfigurationError for another folder, Unavailable,
    VerificationFailed …); what was sorted until then is kept, and the same call goes on from there.
    """
    corpus = fingerprint(order.corpus)
    source = open_source(order.corpus, order.columns, order.chunk_rows)
    piles = Piles(order.out)
    with piles.locked():
        now = rfc3339(registry.clock())
        state = piles.begin(_what(order, registry, corpus), now, source.beginning())
        if not state.finished:
            state.runs += 1
            if order.snapshot is not None and order.snapshot not in state.snapshots:
                state.snapshots.append(order.snapshot)
            _sort(order, source, registry, piles, state, progress)
            if fingerprint(order.corpus) != corpus:
                raise InvalidInput(
                    f"{order.corpus} was changed while it was screened; screen it anew, into a new folder",
                    field="input",
                )
            outputs = _finish(source, piles)
            write_report(piles.folder, report_members(state, outputs, rfc3339(registry.clock())))
            state.finished = True
            piles.save(state)
        progress(state.rows, dict(state.piles))
        return read_report(piles.folder)


def _what(order: Order, registry: Registry, corpus: Fingerprint) -> dict[str, Any]:
    """What makes a screening this one and no other."""
    return {
        "input": asdict(corpus),
        "columns": [[each.name, each.scheme] for each in order.columns],
        "usage": order.usage.value,
        "policy": registry.policy.value,
        "registry": registry.url,
        "run": order.run,
        "chunk_rows": order.chunk_rows,
        "with_snapshot": order.sieve is not None,
    }


def _sort(
    order: Order,
    source: Source,
    registry: Registry,
    piles: Piles,
    state: State,
    progress: Progress,
) -> None:
    """Step 3."""
    judge = Judge(registry, order.usage, order.sieve, order.run)
    progress(state.rows, dict(state.piles))
    if not state.read:
        for chunk in source.chunks(state.next, state.rows):
            decided = judge.decide(chunk.named(), state.receipts)
            state.checkpoint = decided.head or state.checkpoint
            state.platform = decided.platform or state.platform
            piles.add(state, chunk, decided.verdicts, decided.receipts)
            progress(state.rows, dict(state.piles))
        state.read = True
        piles.save(state)


def _finish(source: Source, piles: Piles) -> dict[str, Fingerprint]:
    """Step 4, wherever it was broken off: what is made already is not made again."""
    made: dict[str, Fingerprint] = {}
    for pile in Pile:
        rows, path = piles.unfinished(pile), piles.rows_of(pile, source.suffix)
        if rows.exists():
            source.finish(rows, path)
        made[pile.value] = fingerprint(path)
    for path in (*(piles.why(pile) for pile in Pile), piles.folder / RECEIPTS):
        made[path.name] = fingerprint(path)
    return made
