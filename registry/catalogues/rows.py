"""What every format becomes: a table with named columns, whose rows are texts; and the limits of what is read.

A row that cannot be understood is kept with the reason (a `Fault`); only a file in which nothing shows any more where a
row begins is refused as a whole.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from registry.errors import InvalidInput, TooLarge

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of a file as it is sent."""
MOST_ROWS: Final = 1_000_000
MOST_COLUMNS: Final = 512
LONGEST_ROW: Final = 128_000
"""Characters of one row."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row (or one of its cells) is not taken: the column at fault, a stable code, and words that say what would
    be right."""

    field: str
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `number` is the one that its reader sees: in a table the header is row 1, in JSON Lines it is the line.

    `cells` stand in the order of the table's names; `faults` are those of single cells, by their place; `fault` is one
    of the whole row, whose cells may then be more or fewer.
    """

    number: int
    cells: tuple[str, ...]
    faults: Mapping[int, Fault] = field(default_factory=dict)
    fault: Fault | None = None


class Table(Protocol):
    """A file of rows. `form` names its format; `names` are its columns', each once."""

    form: str
    names: tuple[str, ...]

    def rows(self) -> Iterator[Row]:
        """From the first row on, as often as asked for.

        Raises: InvalidInput for a file that is broken, TooLarge for one that is over a limit.
        """
        ...


def named_once(names: list[str]) -> tuple[str, ...]:
    """Names of columns: none empty, none twice. Raises: TooLarge."""
    if len(names) > MOST_COLUMNS:
        raise TooLarge(f"a catalogue has at most {MOST_COLUMNS} columns", field="file")
    found: list[str] = []
    for place, name in enumerate(names, start=1):
        plain = " ".join(name.split())[:200] or f"column {place}"
        again, number = plain, 2
        while again in found:
            again, number = f"{plain} ({number})", number + 1
        found.append(again)
    return tuple(found)


def within(count: int) -> None:
    """Refuses a file with more rows than are read. Raises: TooLarge."""
    if count > MOST_ROWS:
        raise TooLarge(
            f"a catalogue has at most {MOST_ROWS:,} rows; send the rest as a second file",
            field="file",
        )


def broken(why: str) -> InvalidInput:
    """The refusal of a whole file."""
    return InvalidInput(why, field="file", code="broken-file")
