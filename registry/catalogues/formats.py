"""Which format a file is in, by what it holds rather than by its name, and its table."""

import zipfile
from pathlib import Path
from typing import Final

from registry.catalogues.ern import ErnTable
from registry.catalogues.json_lines import JsonLinesTable
from registry.catalogues.rows import Table, broken
from registry.catalogues.sheets import SheetTable
from registry.catalogues.text_tables import TextTable, encoding_of

FORMS: Final = {
    "csv": "CSV",
    "tsv": "TSV",
    "xlsx": "XLSX",
    "jsonl": "JSON Lines",
    "ern": "DDEX ERN 4",
}
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_SAMPLE: Final = 4096


def open_table(path: Path) -> Table:
    """The table in a file.

    Raises: InvalidInput for what is in no format that is read, TooLarge for what is over a limit.
    """
    with path.open("rb") as file:
        start = file.read(_SAMPLE)
    if not start.strip():
        raise broken("this file is empty")
    if start.startswith(_OLD_EXCEL):
        raise broken(
            "this is a workbook of the old form (.xls) or one with a password; save it as XLSX or CSV"
        )
    if start.startswith(b"PK") and zipfile.is_zipfile(path):
        return SheetTable(path)
    encoding = encoding_of(path)
    text = start.decode(encoding, "replace").lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        return ErnTable(path)
    if text.startswith("{"):
        return JsonLinesTable(path)
    if text.startswith("["):
        raise broken("this begins like a JSON array; write JSON Lines, one object a line")
    return TextTable(path)
