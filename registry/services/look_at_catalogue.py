"""A first look at a catalogue: its format, what its columns hold, and what its first rows would register."""

from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from registry.catalogues.columns import Column, mapped, recognised
from registry.catalogues.formats import open_table
from registry.catalogues.options import Options
from registry.catalogues.rows import Fault, Table
from registry.catalogues.works_named import Entry, RowRefusedError, read_row
from registry.domain.declaration import statements

FIRST_ROWS: Final = 20


class LookedRow(msgspec.Struct, frozen=True):
    """One of the first rows: what it says, or why it is not taken."""

    row: int
    entry: Entry | None
    fault: Fault | None


class Look(msgspec.Struct, frozen=True):
    """`form`: csv, tsv, xlsx, jsonl or ern."""

    form: str
    columns: tuple[Column, ...]
    rows: tuple[LookedRow, ...]


_decoder = msgspec.json.Decoder(Look)


def encode_look(look: Look) -> str:
    """As the store keeps it."""
    return msgspec.json.encode(look).decode()


def decode_look(text: str) -> Look:
    """Reads `encode_look` back."""
    return _decoder.decode(text)


def opened(path: Path, options: Options) -> tuple[Table, tuple[Column, ...]]:
    """The table in a file, and what its columns hold.

    Raises: InvalidInput for a file or mapping that cannot be read, TooLarge.
    """
    table = open_table(path)
    return table, mapped(recognised(table), options.mapping)


def look_at(path: Path, options: Options, now: int) -> Look:
    """Looks at the first rows of a file, and at what is to be declared.

    Raises: InvalidInput for a file or mapping that cannot be read, InvalidDeclaration, TooLarge.
    """
    wish = options.wish()
    if wish is not None:
        statements(wish, now)
    table, columns = opened(path, options)
    rows = []
    for row in islice(table.rows(), FIRST_ROWS):
        try:
            rows.append(LookedRow(row.number, read_row(row, columns, options.kind), None))
        except RowRefusedError as refused:
            rows.append(LookedRow(row.number, None, refused.fault))
    return Look(table.form, columns, tuple(rows))
