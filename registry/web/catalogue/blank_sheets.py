"""`/catalogue/sheets/…`: empty tables to begin with, whose columns are called as this registry knows them.

They hold no example row: it would be registered if somebody forgot to take it out. A spreadsheet reads semicolons where
the comma is the decimal mark, so the separator follows the language.
"""

import csv
import io
from collections.abc import Mapping
from typing import Final

from flask import Response
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from registry.errors import NotFound
from registry.languages import SOURCE
from registry.web.languages import language

HEADERS: Final[Mapping[str, LazyString | str]] = {
    "title": _l("Title"),
    "artist": _l("Artist"),
    "version": _l("Version"),
    "kind": _l("Kind"),
    "isrc": "ISRC",
    "iswc": "ISWC",
    "upc": "UPC",
    "release_title": _l("Album title"),
    "url": "URL",
    "identifier": _l("Identifier"),
}
"""Field → what its column is called; `column_names` knows each of them in every language."""

SHEETS: Final[Mapping[str, tuple[str, ...]]] = {
    "recordings": ("title", "version", "artist", "isrc", "upc", "release_title", "iswc", "url"),
    "songs": ("title", "artist", "iswc", "url"),
    "works": ("title", "kind", "identifier", "url"),
}
"""Name → the fields of its columns."""


def get_sheet(name: str) -> Response:
    """One of them. Raises: NotFound."""
    fields = SHEETS.get(name.removesuffix(".csv"))
    if fields is None or not name.endswith(".csv"):
        raise NotFound("there is no such table", field="name")
    headers = {
        "Cache-Control": "public, max-age=300",
        "Content-Disposition": f'attachment; filename="{name}"',
        "Vary": "Accept-Language, Cookie",
    }
    return Response(blank_sheet(fields), content_type="text/csv; charset=utf-8", headers=headers)


def blank_sheet(fields: tuple[str, ...]) -> bytes:
    """One line of names, in UTF-8 with a BOM, by which spreadsheets know it."""
    text = io.StringIO(newline="")
    separator = "," if language() == SOURCE else ";"
    csv.writer(text, delimiter=separator).writerow([str(HEADERS[field]) for field in fields])
    return b"\xef\xbb\xbf" + text.getvalue().encode()
