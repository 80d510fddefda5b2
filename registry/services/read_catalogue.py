"""Reading a catalogue: every row once, into the works that they name (storage.staged_works), or the reason why not.

The file says the same whenever it is read, so whoever was killed while reading begins anew.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from registry.catalogues.columns import check_readable
from registry.catalogues.options import Options
from registry.catalogues.rejected_rows import Rejected, rejected_csv
from registry.catalogues.works_named import RowRefusedError, read_row
from registry.services.look_at_catalogue import opened
from registry.storage.import_files import ImportFiles
from registry.storage.staged_works import StagedWorks, staging

TICK_ROWS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows read, of which so many were rejected, and the works that the others name."""

    rows: int
    rejected: int
    works: int


class CancelledError(Exception):
    """Nobody wants it any more."""


def read_catalogue(
    files: ImportFiles, id: str, options: Options, goes_on: Callable[[Counted], bool]
) -> Counted:
    """Reads an import's file. `goes_on` is told how far it is every few thousand rows, and says whether to go on.

    Raises: CancelledError, InvalidInput for a file that is broken or names no works, TooLarge, NotFound, Unavailable.
    """
    table, columns = opened(files.source(id), options)
    check_readable(columns)
    own_compositions = options.compositions == "mine"
    rows = 0
    with files.staging(id) as path, staging(path, own_compositions=own_compositions) as stage:
        for row in table.rows():
            rows += 1
            try:
                stage.add(read_row(row, columns, options.kind))
            except RowRefusedError as refused:
                stage.reject(row.number, refused.fault)
            if rows % TICK_ROWS == 0 and not goes_on(Counted(rows, stage.rejected, 0)):
                raise CancelledError
        works = stage.finish()
    return Counted(rows, stage.rejected, works)


def rejected_file(source: Path, staged: StagedWorks, options: Options) -> Iterator[bytes]:
    """The rows that were not taken, as CSV, piece by piece."""
    table, _ = opened(source, options)

    def found() -> Iterator[Rejected]:
        faults = staged.rejected()
        number, fault = next(faults, (None, None))
        for row in table.rows():
            if fault is None:
                return
            if row.number == number:
                yield Rejected(row.number, fault, row.cells)
                number, fault = next(faults, (None, None))

    return rejected_csv(table.names, found())
