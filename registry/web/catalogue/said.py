"""The words of the pages for catalogues: what columns hold, how an import stands, and why a row is not taken."""

from collections.abc import Mapping
from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from registry.errors import RegistryError
from registry.web.begin import said as begin_words
from registry.web.languages import language

FIELDS: Final[Mapping[str, LazyString | str]] = {
    "": _l("not read"),
    "title": _l("title"),
    "version": _l("version, such as “live” or “remix”"),
    "artist": _l("artist (shown here, not registered)"),
    "kind": _l("kind of work"),
    "isrc": _l("ISRC of the recording"),
    "iswc": _l("ISWC of the song"),
    "upc": _l("UPC or EAN of the release"),
    "release_title": _l("title of the release"),
    "composition_title": _l("title of the song, where it differs"),
    "url": _l("web address"),
    "sha256": _l("SHA-256 of the file"),
    "identifier": _l("any identifiers, each with its name before it"),
    "grid": _l("GRid of the release"),
    "isbn": "ISBN",
    "issn": "ISSN",
    "ismn": "ISMN",
    "isan": "ISAN",
    "doi": "DOI",
    "iscc": "ISCC",
    "sha512": _l("SHA-512 of the file"),
    "blake3": _l("BLAKE3 of the file"),
}
"""What a column can hold, in the order in which a person is offered it."""

WHY: Final[Mapping[str, LazyString]] = {
    "name": _l("known by its name"),
    "content": _l("known by what it holds"),
    "format": _l("known by the format"),
    "given": _l("you said so"),
    "unknown": _l("not recognised"),
}

STATES: Final[Mapping[str, LazyString]] = {
    "uploaded": _l("Sent, and not begun"),
    "reading": _l("The rows are being read"),
    "read": _l("Counted, and nothing is registered yet"),
    "registering": _l("The works are being registered"),
    "done": _l("Done"),
    "cancelled": _l("Stopped"),
    "failed": _l("It could not go on"),
}

INSIDE: Final[Mapping[str, tuple[LazyString, LazyString]]] = {
    "": (
        _l("I say nothing about it"),
        _l(
            "A no counts all the same. A yes for a recording does not count before somebody says whose song it is."
        ),
    ),
    "mine": (
        _l("It is mine too"),
        _l("The songs in the recordings belong to the same rightsholder."),
    ),
    "none": (
        _l("There is nothing of anybody else inside"),
        _l("For recordings without a song, such as field recordings or spoken text of your own."),
    ),
}

COMPOSITIONS: Final[Mapping[str, tuple[LazyString, LazyString]]] = {
    "others": (
        _l("Others’, or I am not sure"),
        _l(
            "Nothing is claimed. If somebody has registered the song, the recording is linked to it."
        ),
    ),
    "mine": (
        _l("Mine"),
        _l("The songs are registered as yours, and the recordings are linked to them."),
    ),
}

NOTHING_YET: Final = (
    _l("Nothing yet"),
    _l(
        "The works are only registered. What you say for the whole catalogue counts for them all the same."
    ),
    _l("Without a word of yours, a platform is told that nothing is said. That is not consent."),
)

ROW_FAULTS: Final[Mapping[str, LazyString]] = {
    "no-identifier": _l(
        "Nothing in this row names the work itself. A recording needs an ISRC, an address or the SHA-256 of its file; "
        "a song an ISWC or an address; a release a UPC, EAN, GRid or an address."
    ),
    "no-title": _l("This row has no title. Write one."),
    "unknown-kind": _l(
        "This is no kind of work. Write recording, composition, release, video, image, text, performance or software."
    ),
    "not-of-this-kind": _l(
        "An ISRC names a recording and an ISWC a song. This row is about another kind of work: give each a row of its "
        "own."
    ),
    "shortened-number": _l(
        "A spreadsheet shortened this number. Format the column as text, and write all its digits."
    ),
    "unreadable-characters": _l(
        "Characters of this text could not be read. Save the file as UTF-8 and send it again."
    ),
    "too-many-links": _l("This work would be on too many releases, or hold too many songs."),
    "too-long": _l("This row is too long."),
    "too-many-cells": _l(
        "This row has more cells than the table has columns. A separator or a quotation mark is missing."
    ),
    "broken-quotes": _l("A quotation mark opens in this row and does not close."),
    "formula": _l("This cell holds a formula. Write its result as text or a number."),
    "sheet-error": _l("This cell holds an error of the spreadsheet."),
    "not-text": _l("This member is not a text, a number, or a list of these."),
    "no-json": _l("This line is not a JSON object."),
}  # fmt: skip

FILE_FAULTS: Final[Mapping[str, LazyString]] = {
    "no-file": _l("Choose a file first."),
    "too-large": _l("This file is larger than 64 MiB, or has more than a million rows. Send it in parts."),
    "too-many": _l("Ten imports of yours have not ended. Finish one of them, or throw it away."),
    "broken-file": _l(
        "No table was found in this file, so nothing was kept of it. A catalogue has a line for each work, and a "
        "column for what names it."
    ),
    "given-twice": _l(
        "Two columns hold the same. A title, version or kind of work stands in one column alone: set the other to "
        "“not read”."
    ),
    "no-identifiers": _l(
        "No column holds what a work is known by: an ISRC, ISWC, UPC, an address. Say which column does."
    ),
    "changed": _l("This import was changed in another window meanwhile. This is how it stands now."),
    "preset": _l("Choose one of these."),
    "contact": _l("Say where you can be asked: one line, for example the address of a page with your contact."),
    "licence": _l("A licence is a link that begins with https://."),
    "line": _l("Write one line of at most 500 characters."),
    "name": _l("A name is one line of 1 to 200 characters."),
    "gone": _l("The file is not here any more. Send it again."),
    "again": _l("That could not be done. Nothing was changed by it."),
}  # fmt: skip


def row_fault(code: str, words: str) -> tuple[str, str]:
    """Why a row is not taken, and the language of that sentence: some details are there in English alone."""
    found = ROW_FAULTS.get(code) or begin_words.FAULTS.get(code)
    return (words, "en") if found is None else (str(found), language())


def file_fault(code: str) -> str:
    """Why a file or what was said about it is not taken."""
    return str(FILE_FAULTS[code])


def code_of(error: RegistryError) -> str:
    """Under which code of FILE_FAULTS one of our errors is told."""
    if error.code in FILE_FAULTS:
        return error.code
    return "gone" if error.code == "not-found" else "again"
