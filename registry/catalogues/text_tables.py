"""CSV and TSV as programs write them: any common encoding and separator, with a BOM, with the habits of Excel.

Read so: the encoding by its BOM, else UTF-8, else Windows-1252; the separator by a line `sep=;`, else by which of four
cuts the first rows evenly; cells by RFC 4180. A row whose quotes are wrong is a fault of its own.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from registry.catalogues.rows import (
    LONGEST_ROW,
    Fault,
    Row,
    broken,
    named_once,
    within,
)
from registry.csv_text import STARTS_A_FORMULA
from registry.errors import TooLarge

SEPARATORS: Final = ",;\t|"
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE: Final = 64 * 1024
_SAMPLE_ROWS: Final = 20
_FORMULA_TEXT: Final = re.compile(r'="([^"]*)"')
_SHIELDED: Final = tuple(f"'{start}" for start in STARTS_A_FORMULA)


class TextTable:
    """A file of CSV or TSV. `separator`, `encoding`: as they were found."""

    def __init__(self, path: Path) -> None:
        """Raises: InvalidInput for what is no text, or has no rows."""
        self._path = path
        self.encoding = encoding_of(path)
        with self._open() as text:
            sample = text.read(_SAMPLE)
        self._skip = 1 if re.match(r"sep=.\r?\n", sample, re.IGNORECASE) else 0
        self.separator = sample[4] if self._skip else _separator_of(sample)
        self.form = "tsv" if self.separator == "\t" else "csv"
        first = next((row for row in self._raw() if row.fault is None), None)
        if first is None:
            raise broken("this file has no rows; send a table whose first row names its columns")
        self._headed = first.number
        self.names = named_once([cell.strip() for cell in first.cells])

    def without_header(self) -> None:
        """Takes the first row for a row: the columns are only numbered."""
        self._headed = 0
        self.names = named_once([""] * len(self.names))

    def rows(self) -> Iterator[Row]:
        width = len(self.names)
        for count, row in enumerate(each for each in self._raw() if each.number > self._headed):
            within(count)
            cells = row.cells
            if row.fault is None and len(cells) > width and not any(cells[width:]):
                cells = cells[:width]  # empty cells past the last column, as sheets are often saved
            if row.fault is not None or len(cells) <= width:
                missing = ("",) * (width - len(cells))
                yield Row(row.number, cells + missing, fault=row.fault)
                continue
            words = (
                f"this row has {len(cells)} cells and the header {width}; a cell that holds the separator "
                f"{self.separator!r} has to stand in quotes"
            )
            yield Row(row.number, cells, fault=Fault("", "too-many-cells", words))

    def _open(self) -> io.TextIOWrapper:
        return self._path.open("r", encoding=self.encoding, errors="replace", newline="")

    def _raw(self) -> Iterator[Row]:
        """Every row that is not empty, the header included."""
        with self._open() as text:
            for _ in range(self._skip):
                text.readline()
            lines = _Lines(text)
            reader = csv.reader(lines, delimiter=self.separator, strict=True)
            number = 0
            while True:
                number += 1
                try:
                    fields = next(reader, None)
                    fault = None
                except csv.Error as error:
                    fields, fault = self._mended(lines, error)
                lines.begin()
                if fields is None:
                    return
                if fault is not None or any(fields):
                    yield Row(number, tuple(map(_plain, fields)), fault=fault)

    def _mended(self, lines: "_Lines", error: csv.Error) -> tuple[list[str], Fault | None]:
        """A line of TSV has no quotes by its own standard (IANA, text/tab-separated-values)."""
        if self.separator == "\t" and len(lines.taken) == 1:
            return lines.taken[0].rstrip("\r\n").split("\t"), None
        twice = "a quote within a quoted cell is written twice"
        words = f"the quotes in this row are wrong ({error}); {twice}"
        if len(lines.taken) > 1:
            words = f"a quote is not closed, and so {len(lines.taken):,} lines were taken for one row; {twice}"
        return ["".join(lines.taken)], Fault("", "broken-quotes", words)


class _Lines:
    """Lines of text; of those of one row so many characters at most as a row may have."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.taken: list[str] = []
        self._size = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._text.readline(LONGEST_ROW)
        if not line:
            raise StopIteration
        self._size += len(line)
        if self._size >= LONGEST_ROW:
            raise TooLarge(
                f"a row of this file has more than {LONGEST_ROW:,} characters; is a quote not closed before it?",
                field="file",
            )
        self.taken.append(line)
        return line.replace("\0", "\ufffd")

    def begin(self) -> None:
        """The next row begins."""
        self.taken.clear()
        self._size = 0


def encoding_of(path: Path) -> str:
    """How this file of text is encoded. Raises: InvalidInput for what is no text."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        block = file.read(_SAMPLE)
        for bom, encoding in _BOMS:
            if block.startswith(bom):
                return encoding
        if b"\0" in block:
            return _wide(block)
        try:
            while block:
                decoder.decode(block)
                block = file.read(_SAMPLE)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _wide(block: bytes) -> str:
    """UTF-16 without a BOM: of two bytes mostly the same one is zero."""
    even, odd = block[::2].count(0), block[1::2].count(0)
    if max(even, odd) * 3 < len(block) // 2 or min(even, odd) * 10 > max(even, odd):
        raise broken("this is no text; send CSV, TSV, XLSX, JSON Lines or DDEX ERN 4")
    return "utf-16-be" if even > odd else "utf-16-le"


def _separator_of(sample: str) -> str:
    """The separator that cuts the first rows into the most cells of which each row has as many."""
    best, most = ",", 1
    for separator in SEPARATORS:
        widths = _widths(sample, separator)
        if not widths:
            continue
        same = widths.count(widths[0]) / len(widths)
        if widths[0] > most and same >= 0.8:
            best, most = separator, widths[0]
    return best


def _widths(sample: str, separator: str) -> list[int]:
    lines = io.StringIO(sample, newline="")
    widths: list[int] = []
    try:
        for fields in csv.reader(lines, delimiter=separator):
            if any(fields):
                widths.append(len(fields))
            if len(widths) == _SAMPLE_ROWS:
                break
    except csv.Error:
        return []
    return widths


def _plain(cell: str) -> str:
    """A cell without what keeps a sheet from taking it for a number or formula: `="0123"` and `'=1`."""
    match = _FORMULA_TEXT.fullmatch(cell)
    if match is not None:
        return match[1]
    return cell[1:] if cell.startswith(_SHIELDED) else cell
