"""The XML of a sheet on its way to openpyxl, watched: it is refused where it would fill the memory, or lose rows.

openpyxl keeps a row until its end and everything beside rows for good, so some kilobytes of a ZIP file could unfold to
gigabytes; and it passes over, without a word, a row or cell that does not stand after the one before it. SpreadsheetML
(ECMA-376 part 1, 18.3.1.73 and 18.3.1.4); expat by the standard library.
"""

from collections.abc import Mapping
from typing import BinaryIO, Final
from xml.parsers.expat import ExpatError, ParserCreate

from registry.catalogues.rows import broken
from registry.errors import TooLarge

MOST_IN_A_ROW: Final = 20_000
"""Elements."""
MOST_BESIDE_ROWS: Final = 200_000
DEEPEST: Final = 32
LONGEST: Final = 4 * 1024 * 1024
"""Bytes of one row, and of whatever stands between two elements."""
_SPACE: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_ROW: Final = f"{_SPACE}}}row"
_CELL: Final = f"{_SPACE}}}c"


class WatchedSheet:
    """A file to be read once, from its beginning. `read` raises InvalidInput and TooLarge."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._parser = ParserCreate(namespace_separator="}")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = _no_doctype
        self._fed = self._tag = self._row_began = 0
        self._depth = self._row_depth = self._beside = self._within = 0
        self._row = 0
        self._cell = (0, "")

    def __enter__(self) -> "WatchedSheet":
        return self

    def __exit__(self, *_: object) -> None:
        self._source.close()

    def read(self, size: int = -1) -> bytes:
        """The next bytes, looked at."""
        data = self._source.read(size)
        self._fed += len(data)
        try:
            self._parser.Parse(data, not data)
        except ExpatError as error:
            raise broken(f"the XML of this sheet is broken ({error})") from error
        since = self._row_began if self._row_depth else self._tag
        if self._fed - since > LONGEST + len(data):
            raise too_large()
        return data

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        self._tag = self._parser.CurrentByteIndex
        if self._row_depth:
            self._within += 1
            too_long = self._tag - self._row_began > LONGEST
            if self._within > MOST_IN_A_ROW or too_long:
                raise too_large()
        else:
            self._beside += name != _ROW
            if self._beside > MOST_BESIDE_ROWS:
                raise too_large()
        if self._depth > DEEPEST:
            raise too_large()
        if name == _CELL:
            self._follow_cell(attributes.get("r", ""))
        elif name == _ROW:
            self._follow_row(attributes.get("r"))
            if not self._row_depth:
                self._row_depth, self._within = self._depth, 0
                self._row_began = self._tag

    def _end(self, _name: str) -> None:
        self._tag = self._parser.CurrentByteIndex
        if self._depth == self._row_depth:
            self._row_depth = 0
        self._depth -= 1

    def _follow_row(self, said: str | None) -> None:
        try:
            number = self._row + 1 if said is None else int(float(said))
        except (ValueError, OverflowError) as error:
            raise broken(f"a row of this sheet has the number {said!r:.40}") from error
        if number <= self._row:
            raise broken(
                f"row {number} of this sheet stands after row {self._row}; save it as CSV, so that no row is lost"
            )
        self._row, self._cell = number, (0, "")

    def _follow_cell(self, place: str) -> None:
        column = place.rstrip("0123456789")
        order = len(column), column.upper()
        if column and order <= self._cell:
            raise broken(
                f"cell {place:.20} of this sheet does not stand after the one before it; save the sheet as CSV"
            )
        self._cell = order if column else self._cell


def _no_doctype(*_: object) -> None:
    raise broken("the XML of this sheet defines a document type; a workbook needs none")


def too_large() -> TooLarge:
    """The refusal of a workbook that would not fit into memory."""
    return TooLarge(
        "this workbook unfolds to more than is read here; save the sheet with the works as CSV",
        field="file",
    )
