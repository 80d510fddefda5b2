"""Tables that leave as CSV (RFC 4180), in which no cell is what a sheet would calculate (OWASP, CSV injection): such a
cell is shielded with an apostrophe, which is taken off again where a file comes back.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""The last four are the wide forms, which some sheets take for the same."""


def shielded(cell: str) -> str:
    """The cell, with an apostrophe before what a sheet would take for a formula."""
    return f"'{cell}" if cell.startswith(STARTS_A_FORMULA) else cell


def csv_text(header: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    """A table with its header, lines ended by CR LF; None is an empty cell."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([shielded("" if cell is None else str(cell)) for cell in row] for row in rows)
    return text.getvalue()
