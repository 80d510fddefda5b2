"""XLSX (ECMA-376) by openpyxl's reading mode, row by row: the first sheet that has rows, its first row the header.

Before anything of it is unpacked, its table of contents is held against limits; its XML is read by defusedxml, so that
entities unfold to nothing. A formula is not calculated: its cell is a fault, since what it gives is not in the file for
sure.
"""

import datetime
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from registry.catalogues.rows import (
    LONGEST_ROW,
    MOST_COLUMNS,
    Fault,
    Row,
    broken,
    named_once,
    within,
)
from registry.catalogues.watched_sheet import WatchedSheet, too_large
from registry.errors import RegistryError, TooLarge

MOST_MEMBERS: Final = 2_000
MOST_UNPACKED: Final = 1024 * 1024 * 1024
MOST_OF_TEXTS: Final = 64 * 1024 * 1024
"""Of the part with the texts of all cells, each once (ECMA-376 part 1, 18.4.9)."""
MOST_TAGS_OF_TEXTS: Final = 4_000_000
"""In it: a million texts."""
MOST_IN_MEMORY: Final = 4 * 1024 * 1024
"""Of every other part that openpyxl holds as a whole: all but the sheets, which `WatchedSheet` looks at."""
_CONTENTS: Final = "[Content_Types].xml"
_TEXTS: Final = "xl/sharedStrings.xml"
_FORMULA: Final = "this cell holds a formula; copy the column and paste its values in its place"
_ERROR: Final = "this cell holds an error of the sheet; write the value itself"


class SheetTable:
    """A workbook's first sheet with rows."""

    form = "xlsx"

    def __init__(self, path: Path) -> None:
        """Raises: InvalidInput for what is no workbook, TooLarge for one that unfolds beyond the limits."""
        self._path = path
        check_contents(path)
        self._sheet = ""
        for name in self._sheets():
            first = next((row for row in self._raw(name) if any(row.cells)), None)
            if first is not None:
                self._sheet, self._headed = name, first.number
                self.names = named_once([cell.strip() for cell in _trimmed(first.cells)])
                return
        raise broken("no sheet of this workbook has rows")

    def without_header(self) -> None:
        """Takes the first row for a row: the columns are only numbered."""
        self._headed = 0
        self.names = named_once([""] * len(self.names))

    def rows(self) -> Iterator[Row]:
        width = len(self.names)
        for row in self._raw(self._sheet):
            if row.number <= self._headed or not (any(row.cells) or row.faults):
                continue
            cells = row.cells[:width] + ("",) * (width - len(row.cells))
            faults = {
                place: Fault(self.names[place], fault.code, fault.words)
                for place, fault in row.faults.items()
                if place < width
            }
            yield Row(row.number, cells, faults)

    def _sheets(self) -> list[str]:
        with self._opened() as book:
            return [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        """The workbook. What openpyxl raises for a broken one is whatever it meets first; here it is one error."""
        # with all that it brings, for the process in which a workbook is read
        from openpyxl import load_workbook

        try:
            with self._path.open("rb") as file:
                yield load_workbook(file, read_only=True, keep_links=False)
        except RegistryError:
            raise
        except Exception as error:
            raise broken(
                f"this workbook cannot be read ({type(error).__name__}); save the sheet as CSV"
            ) from error

    def _raw(self, name: str) -> Iterator[Row]:
        with self._opened() as book:
            sheet = book[name]
            source = sheet._get_source
            sheet._get_source = lambda: WatchedSheet(source())
            sheet.reset_dimensions()  # what a sheet says of its own size is not to be trusted
            for number, cells in enumerate(sheet.iter_rows(), start=1):
                within(number)
                if len(cells) > MOST_COLUMNS:
                    raise TooLarge(f"a catalogue has at most {MOST_COLUMNS} columns", field="file")
                yield _row(number, cells)


def check_contents(path: Path) -> None:
    """Holds a workbook's table of contents against the limits: what it says there it cannot exceed when it is unpacked.

    Raises: InvalidInput for what is no ZIP file, TooLarge.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            whole = sum(part.file_size for part in parts)
            if len(parts) > MOST_MEMBERS or whole > MOST_UNPACKED:
                raise too_large()
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and part.file_size > _most(part):
                    raise too_large()
            for name, kind in _named_parts(archive):
                _check_part(archive, name, kind)
    except (
        zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError, ParseError,
        DefusedXmlException,
    ) as error:  # fmt: skip
        raise broken(f"this is no workbook that can be read ({type(error).__name__})") from error


def _most(part: zipfile.ZipInfo) -> int:
    """Bytes of a part, by the name that it usually has."""
    if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
        return MOST_UNPACKED
    return MOST_OF_TEXTS if part.filename == _TEXTS else MOST_IN_MEMORY


def _named_parts(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Every part that the workbook says it has, under whatever name, and of which type."""
    if _CONTENTS not in archive.namelist():
        return []
    root = fromstring(archive.read(_CONTENTS), forbid_dtd=True)
    found = [(each.get("PartName", "")[1:], each.get("ContentType", "")) for each in root]
    names = set(archive.namelist())
    return [(name, kind) for name, kind in found if name in names]


def _check_part(archive: zipfile.ZipFile, name: str, kind: str) -> None:
    """Raises: TooLarge."""
    size = archive.getinfo(name).file_size
    if kind.endswith("sharedStrings+xml"):
        tags = 0
        with archive.open(name) as texts:
            while size <= MOST_OF_TEXTS and (block := texts.read(1 << 20)):
                tags += block.count(b"<")
        if size > MOST_OF_TEXTS or tags > MOST_TAGS_OF_TEXTS:
            raise too_large()
    elif kind.endswith("+xml") and not kind.endswith("worksheet+xml") and size > MOST_IN_MEMORY:
        raise too_large()


def _row(number: int, cells: tuple[Any, ...]) -> Row:
    texts, faults = [], {}
    size = 0
    for place, cell in enumerate(cells):
        value, kind = cell.value, cell.data_type
        if kind == "f":
            faults[place] = Fault("", "formula", _FORMULA)
        elif kind == "e":
            faults[place] = Fault("", "sheet-error", _ERROR)
        text = _text(value)
        size += len(text)
        texts.append(text)
    if size > LONGEST_ROW:
        raise TooLarge(f"row {number} has more than {LONGEST_ROW:,} characters", field="file")
    return Row(number, tuple(texts), faults)


def _text(value: Any) -> str:
    """A cell's value as text: whole numbers without a point, moments as they are written in ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def _trimmed(cells: tuple[str, ...]) -> list[str]:
    """Without the empty cells at the end."""
    last = max(place for place, cell in enumerate(cells, start=1) if cell)
    return list(cells[:last])
