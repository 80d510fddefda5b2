"""A corpus as chunks of rows, whatever its format; and where reading goes on after an interruption.

A chunk knows its rows by number, what each names, and how to give some of them back unchanged. `position` is where the
next chunk begins: JSON that the source itself understands.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from registry.client.corpus.columns import Column, Named
from registry.errors import ConfigurationError, InvalidInput

Position = Any
Rows = tuple[int, int]
"""Rows that follow each other: the first of them (a number within the chunk), and how many."""
_BLOCK: Final = 1 << 20
_TEXT: Final = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_ARROW: Final = {
    ".parquet": "parquet",
    ".arrows": "arrows",
    ".arrow": "arrows",
    ".feather": "arrows",
}
_CODECS: Final = (".gz", ".zst")


class Chunk(Protocol):
    """Some consecutive rows; `first` is the number of the first, from 0."""

    first: int
    position: Position

    def __len__(self) -> int: ...

    @property
    def columns(self) -> Sequence[Column]:
        """Those with identifiers."""
        ...

    def named(self, rows: Sequence[int]) -> Sequence[Named]:
        """What each of these rows names."""
        ...

    def arrays(self) -> Sequence[Any] | None:
        """The values of each of the columns as an Arrow array; None where that is not to be had."""
        ...

    def some(self, runs: Sequence[Rows]) -> bytes:
        """These rows, ascending, as they are, to be appended to a file of rows."""
        ...


class Source(Protocol):
    """A corpus. `suffix` is that of the files that its rows are sorted into."""

    suffix: str

    def chunks(self, position: Position, first: int) -> Iterator[Chunk]:
        """From a position on (None: from the beginning), where row `first` is next.

        Raises: InvalidInput for a file that is broken or cut off.
        """
        ...

    def beginning(self) -> bytes:
        """With what each file of rows begins."""
        ...

    def finish(self, rows: Path, path: Path) -> None:
        """Makes the file of its rows out of what was appended; whether `rows` is still there then is open."""
        ...


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A file as it is: its name, length, and SHA-256 (hex)."""

    name: str
    bytes: int
    sha256: str


def fingerprint(path: Path) -> Fingerprint:
    """Reads a file to its end. Raises: InvalidInput where it cannot be read, or changes meanwhile."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            while block := file.read(_BLOCK):
                digest.update(block)
            after = os.fstat(file.fileno())
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read ({error.strerror})", field="input") from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise InvalidInput(f"{path} is being changed while it is read", field="input")
    return Fingerprint(path.name, after.st_size, digest.hexdigest())


def open_source(path: Path, columns: Sequence[Column], chunk_rows: int) -> Source:
    """The corpus in a file, by its name. Raises: InvalidInput for a format that is not known, or a broken file;
    ConfigurationError where what reads it is not installed."""
    name = path.name.lower()
    codec = next((each for each in _CODECS if name.endswith(each)), "")
    suffix = Path(name.removesuffix(codec)).suffix
    if suffix in _TEXT:
        from registry.client.corpus.text_rows import TextSource

        return TextSource(path, _TEXT[suffix], codec, columns, chunk_rows)
    if suffix in _ARROW and not codec:
        try:
            from registry.client.corpus.arrow_rows import ArrowSource
        except ImportError as error:
            raise ConfigurationError(
                'Parquet and Arrow need pyarrow: pip install "PATH/TO/CLONE[screening]"',
                field="input",
            ) from error
        return ArrowSource(path, _ARROW[suffix], columns, chunk_rows)
    known = ", ".join(("*.csv", "*.tsv", "*.jsonl", "*.ndjson", "*.parquet", "*.arrows", "*.arrow"))
    raise InvalidInput(
        f"{path.name} is in no format that is known by its name: {known}; the first four also with .gz or .zst",
        field="input",
    )
