"""The rows that were not taken, as CSV: number, column, what would be right, and the row as it came, so that it can be
mended in place and sent again.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from registry.catalogues.rows import Fault
from registry.csv_text import shielded

ADDED: Final = (
    "rejected: row",
    "rejected: column",
    "rejected: code",
    "rejected: what would be right",
)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken, with its cells in the order of the columns."""

    number: int
    fault: Fault
    cells: tuple[str, ...]


def rejected_csv(names: Sequence[str], rows: Iterable[Rejected]) -> Iterator[bytes]:
    """The file, piece by piece: UTF-8 with a BOM, by which Excel knows it. Columns that an earlier such file added are
    left out."""
    kept = [place for place, name in enumerate(names) if not name.startswith("rejected: ")]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*ADDED, *(shielded(names[place]) for place in kept)])
    yield b"\xef\xbb\xbf" + _taken(text)
    for row in rows:
        cells = [row.cells[place] if place < len(row.cells) else "" for place in kept]
        cells += row.cells[len(names) :]
        fault = row.fault
        writer.writerow(
            [row.number, *map(shielded, (fault.field, fault.code, fault.words, *cells))]
        )
        if text.tell() > 64 * 1024:
            yield _taken(text)
    yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    piece = text.getvalue().encode("utf-8", "replace")
    text.seek(0)
    text.truncate()
    return piece
