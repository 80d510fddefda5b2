"""JSON Lines: an object a line, its members the columns; lists hold several values of one column."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from registry.catalogues.json_members import why_ambiguous
from registry.catalogues.rows import (
    LONGEST_ROW,
    MOST_COLUMNS,
    Fault,
    Row,
    broken,
    named_once,
    within,
)
from registry.errors import TooLarge

_decode = msgspec.json.Decoder().decode
_UNREADABLE: Final = (
    "write one JSON object on this line, each member once, with texts, numbers or lists of them"
)


class JsonLinesTable:
    """A file of JSON Lines. Its names are those of all members of all lines."""

    form = "jsonl"

    def __init__(self, path: Path) -> None:
        """Raises: InvalidInput where no line holds an object."""
        self._path = path
        names: dict[str, None] = {}
        for _, members in self._objects():
            if isinstance(members, dict):
                names.update(dict.fromkeys(members))
                if len(names) > MOST_COLUMNS:
                    break
        if not names:
            raise broken("no line of this file holds a JSON object")
        self._members = tuple(names)
        self.names = named_once(list(names))

    def rows(self) -> Iterator[Row]:
        for count, (number, members) in enumerate(self._objects(), start=1):
            within(count)
            yield members if isinstance(members, Row) else self._row(number, members)

    def _row(self, number: int, members: dict[str, Any]) -> Row:
        cells, faults = [], {}
        for place, name in enumerate(self._members):
            text = _text(members.get(name))
            if text is None:
                words = "give a text, a number, or a list of them"
                faults[place] = Fault(self.names[place], "not-text", words)
            cells.append(text or "")
        return Row(number, tuple(cells), faults)

    def _objects(self) -> Iterator[tuple[int, dict[str, Any] | Row]]:
        """The lines that are not empty: what their object holds, or what is wrong with them."""
        with self._path.open("rb") as file:
            for number, raw in enumerate(_lines(file), start=1):
                line = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
                if not line.strip():
                    continue
                try:
                    members = _decode(line)
                except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                    yield number, _unreadable(number, line, "this line is no JSON")
                    continue
                why = why_ambiguous(line, members)
                if why is None and not isinstance(members, dict):
                    why = "this is no JSON object"
                yield number, members if why is None else _unreadable(number, line, why)


def _unreadable(number: int, line: bytes, why: str) -> Row:
    """A line that stays as it is, in one cell."""
    fault = Fault("", "no-json", f"{why}; {_UNREADABLE}")
    return Row(number, (line.decode("utf-8", "replace").rstrip("\r\n"),), fault=fault)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    while line := file.readline(LONGEST_ROW):
        if len(line) == LONGEST_ROW:
            raise TooLarge(f"a line of this file has more than {LONGEST_ROW:,} bytes", field="file")
        yield line


def _text(value: Any) -> str | None:
    """A value as the text of a cell, several a line each; None for what is none."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value)
    if isinstance(value, list) and all(isinstance(each, str | int) for each in value):
        texts = [_text(each) for each in value]
        return None if None in texts else "\n".join(each or "" for each in texts)
    return None
