"""What the command line shows: aligned columns, five glyphs, one accent, plain where it is piped.

Nothing needs colour to be read; rich honours NO_COLOR and drops every escape code where the output
is no terminal.
"""

import json
import shutil
import textwrap
from collections.abc import Sequence
from typing import Any, Final

import click
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

ACCENT: Final = "cyan"
GLYPHS: Final = {
    "deny": "⊖",
    "conditional": "◐",
    "allow": "○",
    "unstated": "◌",
    "unregistered": "▢",
    "error": "!",
}
_PIPED_WIDTH: Final = 110


def console(*, stderr: bool = False) -> Console:
    """A console on the stream as it is now. Piped, it is as wide as COLUMNS says, else as most screens are."""
    made = Console(stderr=stderr, highlight=False, soft_wrap=False, emoji=False, markup=False)
    if not made.is_terminal:
        made.width = shutil.get_terminal_size((_PIPED_WIDTH, 24)).columns
    return made


def say(text: str = "") -> None:
    """One line of text as it is, never folded."""
    click.echo(text)


def accent(text: str) -> None:
    """One line in the accent colour."""
    console().print(Text(text, style=ACCENT), soft_wrap=True)


def show_json(value: Any) -> None:
    """Data for machines: one JSON document."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def show_fields(fields: Sequence[tuple[str, Any]]) -> None:
    """Names and values in two columns."""
    width = max(len(name) for name, _ in fields)
    for name, value in fields:
        click.echo(f"{name.ljust(width)}  {'–' if value is None else value}")


def show_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, empty: str) -> None:
    """A table without rules, its lines never folded; a sentence where it would be empty."""
    if not rows:
        click.echo(empty)
        return
    cells = [["–" if value is None else str(value) for value in row] for row in rows]
    for line in aligned([list(columns), *cells]):
        click.echo(line)


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines with their columns under each other, by what a terminal shows (wide characters)."""
    widths = [max(cell_len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def folded(line: str, hang: int, width: int) -> list[str]:
    """A line as several of at most `width` columns, those after the first begun with `hang` spaces.

    Folded between words only: an identifier that is longer stays whole, so that it can be copied.
    """
    if cell_len(line) <= width:
        return [line]
    return textwrap.wrap(
        line,
        width,
        subsequent_indent=" " * hang,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [line]


def glyph(decision: str | None) -> str:
    """The glyph and the word of a decision; an error has a mark of its own."""
    name = decision or "error"
    return f"{GLYPHS.get(name, '!')} {name}"
