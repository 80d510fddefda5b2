"""Catalogues for tests, written as the programs of labels write them."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl

from registry.catalogues.columns import recognised
from registry.catalogues.formats import open_table
from registry.catalogues.rows import Fault
from registry.catalogues.works_named import Entry, RowRefusedError, read_row
from registry.domain.vocabulary import WorkKind


def file_with(folder: Path, content: bytes | str, name: str = "catalogue") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def workbook(rows: Iterable[Sequence[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def repacked(content: bytes, **parts: bytes) -> bytes:
    """A workbook with these parts in the place of those whose names end so (`sheet1` for xl/worksheets/sheet1.xml)."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            stem = part.filename.rpartition("/")[2].partition(".")[0]
            new.writestr(part.filename, parts.get(stem, old.read(part.filename)))
    return stream.getvalue()


def sound_recording(
    reference: str, isrc: str, title: str, iswc: str = "", *, edition: bool = True
) -> str:
    id = f"<ResourceId><ISRC>{isrc}</ISRC></ResourceId>"
    if edition:
        id = f"<SoundRecordingEdition><Type>NonImmersiveEdition</Type>{id}</SoundRecordingEdition>"
    work = f"<WorkId><ISWC>{iswc}</ISWC></WorkId>" if iswc else ""
    return (
        f"<SoundRecording><ResourceReference>{reference}</ResourceReference><Type>MusicalWorkSoundRecording</Type>"
        f"{id}{work}<DisplayTitleText>{escape(title)}</DisplayTitleText>"
        f"<DisplayArtistName>Ada</DisplayArtistName><Duration>PT3M1S</Duration></SoundRecording>"
    )


def release(reference: str, icpn: str, title: str, *contained: str, grid: str = "") -> str:
    items = "".join(
        f"<ResourceGroupContentItem><SequenceNumber>{number}</SequenceNumber>"
        f"<ReleaseResourceReference>{each}</ReleaseResourceReference></ResourceGroupContentItem>"
        for number, each in enumerate(contained, start=1)
    )
    grid = f"<GRid>{grid}</GRid>" if grid else ""
    return (
        f"<Release><ReleaseReference>{reference}</ReleaseReference><ReleaseType>Album</ReleaseType>"
        f"<ReleaseId>{grid}<ICPN>{icpn}</ICPN></ReleaseId><DisplayTitleText>{escape(title)}</DisplayTitleText>"
        f"<ResourceGroup><ResourceGroup>{items}</ResourceGroup></ResourceGroup></Release>"
    )


def message(resources: Iterable[str], releases: Iterable[str], version: str = "43") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ern:NewReleaseMessage xmlns:ern="http://ddex.net/xml/ern/{version}" '
        'LanguageAndScriptCode="en"><MessageHeader><MessageId>1</MessageId></MessageHeader>'
        "<PartyList><Party><PartyReference>P1</PartyReference></Party></PartyList>"
        f"<ResourceList>{''.join(resources)}</ResourceList><ReleaseList>{''.join(releases)}</ReleaseList>"
        "</ern:NewReleaseMessage>"
    )


def entries(path: Path, kind: WorkKind = WorkKind.RECORDING) -> list[Entry | tuple[int, Fault]]:
    """What each row says, or its number and why it is not taken."""
    table = open_table(path)
    columns = recognised(table)
    found: list[Entry | tuple[int, Fault]] = []
    for row in table.rows():
        try:
            found.append(read_row(row, columns, kind))
        except RowRefusedError as refused:
            found.append((row.number, refused.fault))
    return found
