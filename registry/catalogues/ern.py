"""DDEX Electronic Release Notification 4 (ERN 4.1 to 4.3, NewReleaseMessage) as rows: a resource or release each.

Read: SoundRecording and Video (ResourceId: ISRC; WorkId: ISWC; ERN 4.3 keeps ResourceId within SoundRecordingEdition or
VideoEdition), Release and TrackRelease (ReleaseId: GRid, ICPN; which resources are on it), titles, artists, P-lines.
Whether a recording *contains* AI (AVS 012) is no preference and is not read. DTDs and entities are refused.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from registry.catalogues.rows import LONGEST_ROW, Fault, Row, broken, within
from registry.errors import TooLarge

NAMES: Final[tuple[str, ...]] = (
    "kind",
    "title",
    "artist",
    "isrc",
    "iswc",
    "grid",
    "upc",
    "p_line",
    "reference",
    "contains",
)
"""Columns of the rows; `contains` holds the references of what is on a release."""
_ROOT: Final = re.compile(r"\{http://ddex\.net/xml/ern/4[123][0-9]?\}NewReleaseMessage")
_KINDS: Final = {
    "SoundRecording": "recording",
    "Video": "video",
    "Release": "release",
    "TrackRelease": "release",
}
_EDITIONS: Final = ("SoundRecordingEdition", "VideoEdition")
MOST_ELEMENTS: Final = 200_000
"""Of one resource or release."""
DEEPEST: Final = 60


class ErnTable:
    """One message."""

    form = "ern"
    names: tuple[str, ...] = NAMES

    def __init__(self, path: Path) -> None:
        """Raises: InvalidInput for another message or version."""
        self._path = path
        if next(self.rows(), None) is None:
            raise broken("this message has no sound recordings, videos or releases")

    def rows(self) -> Iterator[Row]:
        try:
            for number, element in enumerate(_items(self._path), start=1):
                within(number)
                yield _row(number, element)
        except DefusedXmlException as error:
            raise broken(
                "this XML defines entities or a document type; a DDEX message needs neither"
            ) from error
        except (ParseError, ValueError, LookupError) as error:
            raise broken(
                f"this XML is broken ({error}); nothing after that place is read"
            ) from error


def _items(path: Path) -> Iterator[Element]:
    """Resources and releases, each whole, and forgotten afterwards: only one is in memory at a time."""
    open_elements: list[Element] = []
    count = 0
    for event, element in iterparse(str(path), events=("start", "end"), forbid_dtd=True):
        if event == "start":
            if not open_elements and not _ROOT.fullmatch(element.tag):
                raise broken(
                    f"this is {element.tag[:80]}, not a NewReleaseMessage of DDEX ERN 4.1, 4.2 or 4.3"
                )
            open_elements.append(element)
            count += 1
            if count > MOST_ELEMENTS or len(open_elements) > DEEPEST:
                raise TooLarge("one resource or release of this message is too large", field="file")
            continue
        open_elements.pop()
        if len(open_elements) == 2:
            if _name(element) in _KINDS:
                yield element
            open_elements[1].remove(element)
            count = 2
        elif len(open_elements) == 1:
            open_elements[0].remove(element)


def _row(number: int, element: Element) -> Row:
    tag = _name(element)
    cells = dict.fromkeys(NAMES, "")
    cells["kind"] = _KINDS[tag]
    cells["title"] = _title(element)
    cells["artist"] = _first(element, "DisplayArtistName")
    cells["p_line"] = _first(element, "PLine/PLineText") or _first(element, "*/PLine/PLineText")
    if _KINDS[tag] == "release":
        cells["grid"] = _all(element, "ReleaseId/GRid")
        cells["upc"] = _all(element, "ReleaseId/ICPN")
        cells["reference"] = _first(element, "ReleaseReference")
        contained = ("ReleaseResourceReference", "LinkedReleaseResourceReference")
        found = [each for each in element.iter() if _name(each) in contained]
        cells["contains"] = " ".join("".join((each.text or "").split()) for each in found)
    else:
        places = ("ResourceId", *(f"{edition}/ResourceId" for edition in _EDITIONS))
        cells["isrc"] = "\n".join(filter(None, (_all(element, f"{at}/ISRC") for at in places)))
        cells["iswc"] = _all(element, "WorkId/ISWC")
        cells["reference"] = _first(element, "ResourceReference")
    row = tuple(cells.values())
    if sum(map(len, row)) <= LONGEST_ROW:
        return Row(number, row)
    words = f"this {tag} has more than {LONGEST_ROW:,} characters; split the release"
    return Row(number, tuple(cell[:200] for cell in row), fault=Fault("", "too-long", words))


def _name(element: Element) -> str:
    """Without the namespace: of a message only the root has to have one."""
    return str(element.tag).rpartition("}")[2]


def _children(element: Element, path: str) -> list[Element]:
    found = [element]
    for step in path.split("/"):
        found = [each for one in found for each in one if step in ("*", _name(each))]
    return found


def _all(element: Element, path: str) -> str:
    """The texts at this path, a line each."""
    texts = [" ".join((each.text or "").split()) for each in _children(element, path)]
    return "\n".join(text for text in texts if text)


def _first(element: Element, path: str) -> str:
    return _all(element, path).partition("\n")[0]


def _title(element: Element) -> str:
    """The title for everybody: the default one where several are given."""
    for path in ("DisplayTitleText", "DisplayTitle/TitleText", "ReferenceTitle/TitleText"):
        found = _children(element, path)
        default = [each for each in found if each.get("IsDefault") == "true"]
        for each in (*default, *found):
            if text := " ".join((each.text or "").split()):
                return text
    return ""
