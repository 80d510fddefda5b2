"""What people write into the box for their works, and into that for their places, line by line.

A line of works is about one work: its title, if they like, and what names it, in any form that `pasted` reads. Nothing
is dropped silently: a part that is no identifier is the title if it stands first, else the line's fault.
"""

import re
from dataclasses import dataclass
from typing import Final

from registry.domain.identifiers import parse_identifier
from registry.domain.locations import parse_location
from registry.errors import InvalidIdentifier, InvalidLocation, RegistryError
from registry.plain_text import plain
from registry.services.register_work import LONGEST_TITLE, MOST_IDENTIFIERS, checked_title
from registry.web.pasted import LONGEST_LINE, readings

_BETWEEN: Final = re.compile(r"\t+|[;,|]\s+|\s+[;|]\s*|\s+(?=https?://)")
_CODED: Final = re.compile(
    r"(?:isrc|iswc|upc|ean|gtin|isbn|issn|ismn|isan|grid|doi|iscc|sha-?256|sha-?512|blake3)[\s:=-]|https?:",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A line as it was written. `fault`: why it names no work (a code of `said.FAULTS`), `part` what is at fault."""

    number: int
    text: str
    title: str = ""
    identifiers: tuple[str, ...] = ()
    fault: str | None = None
    part: str = ""


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """The same for a site or profile. `whole_host`: nothing of it counts before it is proved."""

    number: int
    text: str
    url: str = ""
    whole_host: bool = False
    fault: str | None = None


def read_works(text: str) -> list[WorkLine]:
    """Every line that is not empty, in order; two lines with the same words are one."""
    return [_work(number, line) for number, line in _lines(text)]


def read_places(text: str) -> list[PlaceLine]:
    """The same for sites and profiles."""
    return [_place(number, line) for number, line in _lines(text)]


def without(text: str, numbers: set[int]) -> str:
    """The text without the lines of these numbers."""
    kept = [line for number, line in enumerate(text.splitlines(), 1) if number not in numbers]
    return "\n".join(kept)


def _lines(text: str) -> list[tuple[int, str]]:
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            found.setdefault(line.strip(), number)
    return [(number, line) for line, number in found.items()]


def _work(number: int, line: str) -> WorkLine:
    if len(line) > LONGEST_LINE:
        return WorkLine(number, line, fault="line-too-long")
    whole = _identifier(line)
    parts = [line] if whole is not None else [each for each in _BETWEEN.split(line) if each]
    title: list[str] = []
    identifiers: dict[str, None] = {}
    for part in parts:
        name = _identifier(part)
        if name is not None:
            identifiers[name] = None
        elif identifiers or _CODED.match(part):
            return WorkLine(number, line, fault=_why(part), part=part)
        else:
            title.append(part.strip())
    if not identifiers:
        return WorkLine(number, line, fault=_why(line), part=line)
    if len(identifiers) > MOST_IDENTIFIERS:
        return WorkLine(number, line, fault="too-many-identifiers")
    return _titled(number, line, ", ".join(title), tuple(identifiers))


def _titled(number: int, line: str, title: str, identifiers: tuple[str, ...]) -> WorkLine:
    shown = plain(title).strip() or identifiers[0][:LONGEST_TITLE]
    try:
        return WorkLine(number, line, checked_title(shown), identifiers)
    except RegistryError:
        return WorkLine(number, line, fault="bad-title", part=title)


def _identifier(part: str) -> str | None:
    """The canonical spelling of what a part names. A host alone is a place, and no work."""
    first = readings(part.strip())[0]
    try:
        found = parse_identifier(first)
    except InvalidIdentifier:
        return None
    is_bare = found.scheme == "url" and found.value.count("/") == 3 and found.value.endswith("/")
    return None if is_bare else str(found)


def _why(part: str) -> str:
    try:
        parse_identifier(readings(part.strip())[0])
    except InvalidIdentifier as error:
        return error.code
    return "whole-site"


def _place(number: int, line: str) -> PlaceLine:
    try:
        place = parse_location(line)
    except InvalidLocation as error:
        return PlaceLine(number, line, fault=error.code)
    return PlaceLine(number, line, place.url, place.whole_host)
