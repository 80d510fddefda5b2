"""From the columns of a row to the identifiers of its asset. Nothing is guessed: what is no identifier makes a row
unreadable, and an unreadable row is never let through.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from registry.client.question import is_unicode
from registry.domain.identifiers import SCHEMES
from registry.errors import InvalidInput

WHOLE: Final = "id"
"""The scheme of a column whose values are whole identifiers already: `isrc:…`, an address."""
MOST_OF_A_ROW: Final = 100
LONGEST: Final = 8_192
_AS_IT_IS: Final = frozenset({WHOLE, "url"})
_DIGESTS: Final = frozenset({"sha256", "sha512", "blake3"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the input, and the scheme of what it holds."""

    name: str
    scheme: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a row cannot be asked about at all."""

    why: str


Named = Sequence[str] | Unreadable
"""What a row names: the identifiers of its asset."""


def parse_columns(text: str) -> tuple[Column, ...]:
    """`url,sha256,isrc`, or with other names `audio_url=url,track=isrc`; `ids=id` holds whole identifiers.

    Raises: InvalidInput naming the schemes that are known.
    """
    found = []
    for part in text.split(","):
        name, _, scheme = part.strip().partition("=")
        scheme = (scheme or name).strip().lower()
        if not name.strip() or scheme not in (*SCHEMES, WHOLE):
            raise InvalidInput(
                f"{part.strip()[:60]!r} is no column with identifiers: write its name, or name=scheme where it is "
                f"called otherwise; schemes are {', '.join(SCHEMES)}, and {WHOLE} for whole identifiers",
                field="columns",
            )
        found.append(Column(name.strip(), scheme))
    if len({column.name for column in found}) != len(found):
        raise InvalidInput("a column is named twice", field="columns")
    return tuple(found)


def named_in(values: Sequence[Sequence[Any]], columns: Sequence[Column]) -> Sequence[Named]:
    """What each of many rows names; `values` has one list a column. The same as `identifiers_of`, row by row."""
    if len(columns) == 1 and columns[0].scheme not in _AS_IT_IS and _are_plain(values[0]):
        prefix = f"{columns[0].scheme}:"
        return [[prefix + value] for value in values[0]]
    return [identifiers_of(row, columns) for row in zip(*values, strict=True)]


def _are_plain(values: Sequence[Any]) -> bool:
    """Are they all short texts of letters and digits, as nearly every column of codes or digests is?"""
    if set(map(type, values)) != {str}:
        return False
    lengths, whole = set(map(len, values)), "".join(values)
    return 0 not in lengths and max(lengths) < LONGEST and whole.isascii() and whole.isalnum()


def identifiers_of(values: Sequence[Any], columns: Sequence[Column]) -> Named:
    """The identifiers in one row's values, which are in the order of the columns; empty ones name nothing."""
    found: list[str] = []
    for value, column in zip(values, columns, strict=True):
        for each in value if isinstance(value, list | tuple) else (value,):
            if each is None or (isinstance(each, str | bytes) and not each):
                continue
            text = _text(each, column)
            if text is None:
                return Unreadable(f"column {column.name}: {type(each).__name__} is no text")
            if not is_unicode(text):
                return Unreadable(f"column {column.name}: not UTF-8")
            if len(text) > LONGEST:
                return Unreadable(f"column {column.name}: longer than {LONGEST:,} characters")
            found.append(text)
    if not found:
        return Unreadable("no identifier in any of the columns")
    if len(found) > MOST_OF_A_ROW:
        return Unreadable(f"more than {MOST_OF_A_ROW} identifiers")
    return found


def _text(value: Any, column: Column) -> str | None:
    if isinstance(value, bytes | bytearray | memoryview):
        data = bytes(value)
        value = data.hex() if column.scheme in _DIGESTS else data.decode("utf-8", "surrogateescape")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    text: str = value.strip()
    prefix = f"{column.scheme}:"
    if column.scheme in _AS_IT_IS or text[: len(prefix)].lower() == prefix:
        return text
    return prefix + text
