"""What each column of a catalogue holds, by its name and by its content; a person sees it and can change it.

A name that is known counts; where it is not, a column is what nearly all of its first values are: an ISRC looks like
one. What is not recognised is not read.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from registry.catalogues.column_names import FIELD_OF, NAMES, plain_name
from registry.catalogues.ern import NAMES as ERN_NAMES
from registry.catalogues.rows import Table
from registry.catalogues.sheets import SheetTable
from registry.catalogues.text_tables import TextTable
from registry.domain.identifiers import parse_identifier
from registry.errors import InvalidInput, RegistryError

FIELDS: Final = (*NAMES, "p_line", "reference", "contains")
"""What a column can hold. The artist is only shown, a P-line only given back with a row that is not taken."""
NOTHING: Final = ""
"""A column that is not read."""
CODES: Final = (
    "isrc", "iswc", "upc", "grid", "isbn", "issn", "ismn", "isan", "doi", "iscc", "url", "sha256", "sha512", "blake3",
)  # fmt: skip
"""Fields whose values are identifiers of that scheme."""
ONCE: Final = frozenset(
    {"title", "version", "kind", "release_title", "composition_title", "reference", "contains"}
)
_SAMPLE: Final = 200
_ENOUGH: Final = 0.8
_LOOKS: Final[Mapping[str, re.Pattern[str]]] = {
    "isrc": re.compile(r"(?:ISRC[ :]*)?[A-Z]{2}[- ]?[A-Z0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{5}", re.IGNORECASE),
    "iswc": re.compile(r"(?:ISWC[ :]*)?T[- .]?[0-9]{3}[- .]?[0-9]{3}[- .]?[0-9]{3}[- .]?[0-9]", re.IGNORECASE),
    "grid": re.compile(r"A1[- ]?[0-9A-Z]{5}[- ]?[0-9A-Z]{10}[- ]?[0-9A-Z]", re.IGNORECASE),
    "url": re.compile(r"https?://\S+", re.IGNORECASE),
    "sha256": re.compile(r"[0-9a-f]{64}", re.IGNORECASE),
    "sha512": re.compile(r"[0-9a-f]{128}", re.IGNORECASE),
    "doi": re.compile(r"(?:doi:)?10\.[0-9]{4,9}/\S+", re.IGNORECASE),
    "iscc": re.compile(r"ISCC:[A-Z2-7]{10,}", re.IGNORECASE),
    "isbn": re.compile(r"(?:ISBN[ :-]*)?97[89][- ]?(?:[0-9][- ]?){10}", re.IGNORECASE),
    "upc": re.compile(r"[0-9]{12,13}"),
}  # fmt: skip
"""Scheme → how its values look, the surest first; what looks so is then parsed, check digit and all."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column, what it holds (a field, or NOTHING), how that is known, and its first values."""

    name: str
    field: str
    why: str
    examples: tuple[str, ...] = ()


def recognised(table: Table) -> tuple[Column, ...]:
    """The columns of a table with what they hold. A table without a header is read as one.

    `why` is `name`, `content`, `format` or `unknown`.
    """
    if table.form == "ern":
        return tuple(Column(name, name, "format") for name in ERN_NAMES)
    if isinstance(table, TextTable | SheetTable) and _is_headless(table.names):
        table.without_header()
    rows = [row.cells for row in islice(table.rows(), _SAMPLE) if row.fault is None]
    by_column = [
        [row[place].strip() for row in rows if row[place].strip()]
        for place in range(len(table.names))
    ]
    found: list[Column] = []
    taken: set[str] = set()
    for name, values in zip(table.names, by_column, strict=True):
        field, why = _meaning(name, values)
        if field in ONCE and field in taken:
            field, why = NOTHING, "unknown"
        taken.add(field)
        found.append(Column(name, field, why, tuple(value[:120] for value in values[:3])))
    return tuple(found)


def mapped(columns: Sequence[Column], wish: Mapping[str, str]) -> tuple[Column, ...]:
    """The columns as a person says it: `wish` is column → field ("" for not read); the others stay as they are.

    Raises: InvalidInput (field `mapping.…`) for a column or field that does not exist, or a field given twice.
    """
    names = {column.name for column in columns}
    for name, field in wish.items():
        if name not in names:
            raise InvalidInput(
                f"this file has no column {name[:60]!r}; it has {', '.join(names)[:500]}",
                field=f"mapping.{name[:60]}",
                code="unknown-column",
            )
        if field not in (*FIELDS, NOTHING):
            raise InvalidInput(
                f"{field[:60]!r} is not what a column can hold; use one of {', '.join(FIELDS)}, or nothing",
                field=f"mapping.{name[:60]}",
                code="unknown-field",
            )
    chosen = {field for field in wish.values() if field in ONCE}
    found = []
    for column in columns:
        if column.name in wish:
            found.append(Column(column.name, wish[column.name], "given", column.examples))
        elif column.field in chosen:
            found.append(Column(column.name, NOTHING, "unknown", column.examples))
        else:
            found.append(column)
    fields = [column.field for column in found if column.field in ONCE]
    if twice := next((field for field in fields if fields.count(field) > 1), None):
        raise InvalidInput(
            f"only one column can hold the {twice}", field="mapping", code="given-twice"
        )
    return tuple(found)


def check_readable(columns: Sequence[Column]) -> None:
    """Raises: InvalidInput where no column holds an identifier: then no row names a work."""
    if not any(column.field in (*CODES, "identifier") for column in columns):
        raise InvalidInput(
            "no column holds identifiers (ISRC, ISWC, UPC, an address …); say which one does",
            field="mapping",
            code="no-identifiers",
        )


def _meaning(name: str, values: Sequence[str]) -> tuple[str, str]:
    plain = plain_name(name)
    if field := FIELD_OF.get(plain):
        return field, "name"
    if field := _by_content(values):
        return field, "content"
    words = plain.split()
    for code in CODES:
        if code in words:
            return code, "name"
    return NOTHING, "unknown"


def _by_content(values: Sequence[str]) -> str | None:
    if not values:
        return None
    for scheme, look in _LOOKS.items():
        good = sum(1 for value in values if look.fullmatch(value) and _is(scheme, value))
        if good >= _ENOUGH * len(values):
            return scheme
    return None


def _is(scheme: str, value: str) -> bool:
    try:
        parse_identifier(value if scheme == "url" else f"{scheme}:{value}")
    except RegistryError:
        return False
    return True


def _is_headless(names: Sequence[str]) -> bool:
    """Is the first row one of values? A name is neither an ISRC nor an address."""
    return any(_by_content([name]) is not None for name in names)
