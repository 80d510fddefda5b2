"""What a row names: a work, the release that it is on and the composition that it embodies; and by which identifier a
work is known again.

A work of a catalogue is known by its kind and its *principal* identifier, the first of its identifiers in one order
(`principal`). Rows of the same kind and principal identifier name the same work, in whatever order they come.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from registry.catalogues.column_names import KIND_OF, plain_name
from registry.catalogues.columns import CODES, Column
from registry.catalogues.rows import Fault, Row
from registry.domain.identifiers import SCHEMES, parse_identifier
from registry.domain.vocabulary import WorkKind
from registry.errors import RegistryError

LONGEST_TITLE: Final = 500
MOST_IN_A_ROW: Final = 200
_FIRST: Final[dict[WorkKind, tuple[str, ...]]] = {
    WorkKind.RECORDING: ("isrc",),
    WorkKind.VIDEO: ("isrc", "isan"),
    WorkKind.PERFORMANCE: ("isrc",),
    WorkKind.COMPOSITION: ("iswc",),
    WorkKind.RELEASE: ("upc", "grid"),
    WorkKind.TEXT: ("isbn", "ismn", "issn", "doi"),
}
_ORDER: Final = (*(scheme for scheme in SCHEMES if scheme != "url"), "url")
_RANKS: Final = {
    kind: {
        scheme: place
        for place, scheme in enumerate(dict.fromkeys((*_FIRST.get(kind, ()), *_ORDER)))
    }
    for kind in WorkKind
}
_ON_RELEASES: Final = frozenset({WorkKind.RECORDING, WorkKind.VIDEO, WorkKind.PERFORMANCE})
"""Kinds whose rows name, with a UPC or GRid, the release that they are on, and with an ISWC what they embody."""
_MORE_THAN_ONE: Final = re.compile(r"[;,|/\n]")
_ADDRESSES: Final = re.compile(r"[\s|]+")
_SHORTENED: Final = re.compile(r"[0-9](?:[.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Named:
    """A work as a row names it. `title` may be empty where the row only refers to it."""

    kind: WorkKind
    title: str
    identifiers: tuple[str, ...]

    @property
    def principal(self) -> str:
        return principal(self.kind, self.identifiers)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row says: the work, the release it is on, the compositions it embodies; in messages, its own reference and
    those of what it contains. `artist` is only shown."""

    number: int
    work: Named
    release: Named | None = None
    compositions: tuple[Named, ...] = ()
    reference: str = ""
    contains: tuple[str, ...] = ()
    artist: str = ""


class RowRefusedError(Exception):
    """This row is not taken."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.words)
        self.fault = fault


def principal(kind: WorkKind, identifiers: Iterable[str]) -> str:
    """The identifier (canonical) by which a work of this kind is known again: the first in the order of schemes of its
    kind, and of several of one scheme the smallest."""
    return in_order(kind, identifiers)[0]


def in_order(kind: WorkKind, identifiers: Iterable[str]) -> tuple[str, ...]:
    """Identifiers (canonical, each once) of a work of this kind, the principal one first."""
    ranks = _RANKS[kind]
    return tuple(sorted(set(identifiers), key=lambda text: (ranks[_scheme(text)], text)))


def _scheme(text: str) -> str:
    return "url" if text.startswith("https://") else text.partition(":")[0]


def read_row(row: Row, columns: Sequence[Column], default: WorkKind) -> Entry:
    """What a row says. `default`: the kind of a row that does not tell its own.

    Raises: RowRefusedError with the column at fault and what would be right.
    """
    if row.fault is not None:
        raise RowRefusedError(row.fault)
    cells = _cells(row, columns)
    found = _identifiers(row, columns)
    schemes = {_scheme(text) for text in found}
    kind = _kind(cells, schemes, default)
    own, release, compositions = _shared_out(kind, found, cells)
    if not own:
        _refuse("", "no-identifier", _missing(kind))
    title = _title(cells)
    release_title = _checked(*cells.get("release_title", ("", "")))
    work_title = _checked(*cells.get("composition_title", ("", "")))
    return Entry(
        number=row.number,
        work=Named(kind, title, own),
        release=Named(WorkKind.RELEASE, release_title, release) if release else None,
        compositions=tuple(
            Named(WorkKind.COMPOSITION, work_title or title, (each,)) for each in compositions
        ),
        reference=cells.get("reference", ("", ""))[1],
        contains=tuple(cells.get("contains", ("", ""))[1].split()),
        artist=_line(cells.get("artist", ("", ""))[1])[:200],
    )


def _refuse(field: str, code: str, words: str) -> NoReturn:
    raise RowRefusedError(Fault(field, code, words))


def _cells(row: Row, columns: Sequence[Column]) -> dict[str, tuple[str, str]]:
    """Field → (name of its column, text), of the fields that are texts. Faults of cells that are read end here."""
    found: dict[str, tuple[str, str]] = {}
    for place, column in enumerate(columns):
        if not column.field:
            continue
        if place in row.faults:
            fault = row.faults[place]
            _refuse(column.name, fault.code, fault.words)
        if column.field not in CODES:
            before = found.get(column.field)
            if before is None or not before[1]:
                found[column.field] = (column.name, row.cells[place])
    return found


def _identifiers(row: Row, columns: Sequence[Column]) -> tuple[str, ...]:
    """Every identifier of the row, canonical, each once."""
    found: dict[str, None] = {}
    for column, cell in zip(columns, row.cells, strict=True):
        if column.field not in CODES and column.field != "identifier":
            continue
        texts = _several(column.field, cell)
        if len(found) + len(texts) > MOST_IN_A_ROW:
            words = f"a row names at most {MOST_IN_A_ROW} identifiers"
            _refuse(column.name, "too-many-identifiers", words)
        for text in texts:
            try:
                found[str(parse_identifier(_spelled(column, text)))] = None
            except RegistryError as error:
                _refuse(column.name, error.code, error.message)
    return tuple(found)


def _several(field: str, cell: str) -> list[str]:
    split = _ADDRESSES if field in ("url", "doi", "identifier") else _MORE_THAN_ONE
    return [text for part in split.split(cell) if (text := part.strip())]


def _spelled(column: Column, text: str) -> str:
    field = column.field
    if field == "identifier":
        return text
    if field == "url":
        return text if "://" in text else f"https://{text}"
    if field in ("upc", "isbn"):
        if _SHORTENED.fullmatch(text):
            words = (
                "a sheet shortened this number; format the column as text and write all its digits"
            )
            _refuse(column.name, "shortened-number", words)
        if field == "upc" and text.isascii() and text.isdigit() and 9 <= len(text) <= 11:
            text = text.zfill(12)  # a sheet took the zeros at the beginning away
    return text if text[: len(field) + 1].lower() == f"{field}:" else f"{field}:{text}"


def _kind(cells: dict[str, tuple[str, str]], schemes: set[str], default: WorkKind) -> WorkKind:
    name, said = cells.get("kind", ("", ""))
    if said.strip():
        kind = KIND_OF.get(plain_name(said))
        if kind is None:
            words = f"{said.strip()[:60]!r} is no kind of work; write one of {', '.join(WorkKind)}"
            _refuse(name, "unknown-kind", words)
        if kind != WorkKind.RELEASE or "isrc" not in schemes:
            return WorkKind(kind)
    if "isrc" in schemes:
        return default if default in _ON_RELEASES else WorkKind.RECORDING
    if "iswc" in schemes and not schemes & {"upc", "grid"}:
        return WorkKind.COMPOSITION
    if schemes & {"upc", "grid"} and default in _ON_RELEASES:
        return WorkKind.RELEASE
    return default


Shares = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def _shared_out(
    kind: WorkKind, found: tuple[str, ...], cells: dict[str, tuple[str, str]]
) -> Shares:
    """Whose each identifier is: (the work's, its release's, its compositions')."""
    own, release, compositions = [], [], []
    for text in found:
        scheme = _scheme(text)
        if kind in _ON_RELEASES and scheme in ("upc", "grid"):
            release.append(text)
        elif kind in _ON_RELEASES and scheme == "iswc":
            compositions.append(text)
        elif scheme == "isrc" and kind not in _ON_RELEASES:
            words = f"an ISRC names a recording, and this row is a {kind}; give the recording a row of its own"
            _refuse(cells.get("kind", ("", ""))[0], "not-of-this-kind", words)
        elif scheme == "iswc" and kind is WorkKind.RELEASE:
            words = "an ISWC names a composition; give it to the recordings on this release"
            _refuse(cells.get("kind", ("", ""))[0], "not-of-this-kind", words)
        else:
            own.append(text)
    return tuple(own), tuple(release), tuple(compositions)


def _missing(kind: WorkKind) -> str:
    wanted = {
        WorkKind.RECORDING: "an ISRC, an address or the SHA-256 of its file",
        WorkKind.COMPOSITION: "an ISWC or an address",
        WorkKind.RELEASE: "a UPC, EAN, GRid or an address",
    }.get(kind, "an address or another identifier")
    return f"nothing in this row names the {kind} itself; give {wanted}"


def _title(cells: dict[str, tuple[str, str]]) -> str:
    name, raw = cells.get("title", ("", ""))
    title = _line(raw)
    if not title and "composition_title" in cells:
        title = _line(cells["composition_title"][1])
    if not title and "release_title" in cells:
        title = _line(cells["release_title"][1])
    version = _line(cells.get("version", ("", ""))[1])
    if title and version and version.casefold() not in title.casefold():
        title = f"{title} ({version})"
    if not title:
        _refuse(name, "no-title", "this row has no title; write one")
    return _checked(name, title)


def _checked(name: str, text: str) -> str:
    """A title on one line, or none."""
    title = _line(text)
    if len(title) > LONGEST_TITLE or _CONTROL.search(title):
        words = f"a title is one line of 1 to {LONGEST_TITLE} characters, none of them a control character"
        _refuse(name, "bad-title", words)
    if "\ufffd" in title:
        words = (
            "characters of this text could not be read; save the file as UTF-8 and send it again"
        )
        _refuse(name, "unreadable-characters", words)
    return title


def _line(text: str) -> str:
    """On one line: cells are wrapped by hand now and then."""
    return " ".join(text.split())
