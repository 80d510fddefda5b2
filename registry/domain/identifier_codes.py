"""Numbers that registration agencies give out: their canonical spelling and their check digits.

ISRC (ISO 3901), ISWC (ISO 15707), GTIN (GS1 General Specifications), ISBN (ISO 2108), ISSN (ISO
3297), ISMN (ISO 10957), ISAN (ISO 15706-2), GRid (IFPI GRid Standard 2.1), DOI (ISO 26324). Check
characters by ISO 7064 come from python-stdnum; the rest is arithmetic of one line.
"""

import re
import unicodedata
from typing import NoReturn
from urllib.parse import unquote_to_bytes

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_36
from stdnum.isrc import _country_codes as stdnum_isrc_prefixes

from registry.errors import InvalidIdentifier

#: scheme, value, wide (the same), warnings: the fields of an `Identifier`.
Parsed = tuple[str, str, str, tuple[str, ...]]

_SEPARATORS = str.maketrans("", "", "- ")
_SEPARATORS_AND_DOTS = str.maketrans("", "", "-. ")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_ISWC = re.compile(r"T[0-9]{10}")
_DIGITS = re.compile(r"[0-9]+")
_ISBN10 = re.compile(r"[0-9]{9}[0-9X]")
_ISSN = re.compile(r"[0-9]{7}[0-9X]")
_ISMN = re.compile(r"(?:M|9790)([0-9]{9})")
_ISAN = re.compile(r"([0-9A-F]{16})([0-9A-Z]?)(?:([0-9A-F]{8})([0-9A-Z]?))?")
_GRID = re.compile(r"A1[0-9A-Z]{16}")
_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/.+", re.DOTALL)
_DOI_LABEL = re.compile(r"(?:doi:[ ]*)?(?:https?://(?:(?:www|dx)\.)?doi\.org/)?", re.IGNORECASE)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UPPER_ASCII = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def _refuse(code: str, message: str) -> NoReturn:
    raise InvalidIdentifier(message, code=code)


def _printable_ascii(text: str, name: str, example: str) -> None:
    """Refuse look-alike digits, typographic hyphens and invisible characters by name."""
    if text.isascii() and text.isprintable():
        return
    for position, char in enumerate(text, start=1):
        if not (" " <= char <= "~"):
            shown = unicodedata.name(char, "a control character")
            _refuse(
                "character",
                f"This {name} holds U+{ord(char):04X} ({shown}) at position {position}; only plain "
                f"letters, digits, hyphens and spaces are read, as in {example}.",
            )


def _compact(text: str, name: str, example: str) -> str:
    """Upper case, without hyphens, spaces and a leading label ("ISRC GB-AYE-…")."""
    _printable_ascii(text, name, example)
    text = text.translate(_SEPARATORS).upper()
    label = name.upper()
    return text.removeprefix(label).removeprefix(":") if text.startswith(label) else text


def _weighted_ean(digits: str) -> int:
    """The GS1 check digit of the digits before it, whose last one weighs 3."""
    return -(3 * sum(map(int, digits[-1::-2])) + sum(map(int, digits[-2::-2]))) % 10


def _mistyped(name: str, found: str, expected: int | str) -> NoReturn:
    _refuse(
        "check-digit",
        f"The check digit of this {name} is {found} and should be {expected}: a digit is mistyped.",
    )


def _checked_ean(number: str, name: str) -> None:
    expected = _weighted_ean(number[:-1])
    if int(number[-1]) != expected:
        _mistyped(name, number[-1], expected)


def isrc_warnings(value: str) -> tuple[str, ...]:
    """What to tell people about a well-formed ISRC; stdnum's table of prefixes is not complete."""
    if value[:2] in stdnum_isrc_prefixes:
        return ()
    return (
        f"The ISRC prefix {value[:2]} is not one that this registry knows; check it for a typo.",
    )


def parse_isrc(text: str) -> Parsed:
    """ISRC: 12 characters without hyphens. ISO 3901:2019 has no check digit."""
    value = _compact(text, "ISRC", "GB-AYE-06-01498")
    if len(value) != 12:
        _refuse(
            "length", f"An ISRC has 12 characters, such as GBAYE0601498; this has {len(value)}."
        )
    if not _ISRC.fullmatch(value):
        _refuse(
            "format",
            "An ISRC is two letters, three letters or digits, and seven digits: GBAYE0601498.",
        )
    return "isrc", value, value, isrc_warnings(value)


def parse_iswc(text: str) -> Parsed:
    """ISWC: T, nine digits, check digit (ISO 15707: weights 1 to 9, and 1 for the T)."""
    _printable_ascii(text, "ISWC", "T-034.524.680-1")
    value = text.translate(_SEPARATORS_AND_DOTS).upper()
    value = value.removeprefix("ISWC").removeprefix(":")
    if not _ISWC.fullmatch(value):
        _refuse("format", "An ISWC is T, nine digits and a check digit, such as T-034.524.680-1.")
    weighted = 1 + sum(i * int(d) for i, d in enumerate(value[1:10], start=1))
    expected = -weighted % 10
    if int(value[10]) != expected:
        _mistyped("ISWC", value[10], expected)
    return "iswc", value, value, ()


def parse_gtin(text: str) -> Parsed:
    """UPC and EAN: the 13 digits of a GTIN-13.

    12 digits (UPC-A) gain a leading zero; 8 digits (EAN-8) gain five; 14 lose a leading zero.
    Numbers that are an ISBN or ISMN (978, 979) become one.
    """
    value = _compact(text, "UPC", "0 36000 29145 2").removeprefix("EAN").removeprefix("GTIN")
    if not _DIGITS.fullmatch(value) or len(value) not in (8, 12, 13, 14):
        _refuse(
            "format",
            "A UPC or EAN is 12 or 13 digits (8 for EAN-8, 14 for GTIN-14), such as 036000291452.",
        )
    if len(value) == 8 and value[0] == "0":
        _refuse(
            "ambiguous", "Eight digits that begin with 0 may be a UPC-E; write its twelve digits."
        )
    if len(value) == 14 and value[0] != "0":
        _refuse(
            "format",
            "A GTIN-14 that does not begin with 0 names a package; give the number of what is in it.",
        )
    value = value[1:] if len(value) == 14 else value.zfill(13)
    _checked_ean(value, "UPC or EAN")
    if value.startswith("9790"):
        return "ismn", value, value, ()
    if value.startswith(("978", "979")):
        return "isbn", value, value, ()
    return "upc", value, value, ()


def parse_isbn(text: str) -> Parsed:
    """ISBN: 13 digits; an ISBN-10 becomes its ISBN-13 (ISO 2108:2017)."""
    value = _compact(text, "ISBN", "978-0-306-40615-7")
    for label in ("13:", "10:"):  # "ISBN-13: 978…"
        value = value.removeprefix(label)
    if _ISBN10.fullmatch(value):
        total = sum((10 - i) * int(d) for i, d in enumerate(value[:9]))
        expected = "0123456789X"[-total % 11]
        if value[9] != expected:
            _mistyped("ISBN", value[9], expected)
        value = "978" + value[:9]
        value += str(_weighted_ean(value))
        return "isbn", value, value, ()
    if len(value) != 13 or not _DIGITS.fullmatch(value):
        _refuse("format", "An ISBN is 10 or 13 digits, such as 978-0-306-40615-7.")
    if not value.startswith(("978", "979")) or value.startswith("9790"):
        _refuse(
            "format",
            "An ISBN of 13 digits begins with 978, or with 979 but not 9790, which begins an ISMN.",
        )
    _checked_ean(value, "ISBN")
    return "isbn", value, value, ()


def parse_issn(text: str) -> Parsed:
    """ISSN: seven digits and a check digit or X, without the hyphen (ISO 3297)."""
    value = _compact(text, "ISSN", "0317-8471")
    if not _ISSN.fullmatch(value):
        _refuse("format", "An ISSN is seven digits and a check digit or X, such as 0317-8471.")
    total = sum((8 - i) * int(d) for i, d in enumerate(value[:7]))
    expected = "0123456789X"[-total % 11]
    if value[7] != expected:
        _mistyped("ISSN", value[7], expected)
    return "issn", value, value, ()


def parse_ismn(text: str) -> Parsed:
    """ISMN: 13 digits that begin 9790; the older `M-` form becomes that (ISO 10957:2021)."""
    value = _compact(text, "ISMN", "979-0-2600-0043-8")
    match = _ISMN.fullmatch(value)
    if match is None:
        _refuse("format", "An ISMN is 13 digits that begin with 9790, such as 979-0-2600-0043-8.")
    value = "9790" + match[1]
    _checked_ean(value, "ISMN")
    return "ismn", value, value, ()


def parse_isan(text: str) -> Parsed:
    """ISAN: 24 hexadecimal digits (root, episode, version) without check characters.

    A missing version is the null version, all zeros (ISO 15706-2: the work itself). Check
    characters are verified where they stand (ISO 7064 MOD 37,36).
    """
    value = _compact(text, "ISAN", "0000-0000-D07A-0090-Q-0000-0000-X")
    match = _ISAN.fullmatch(value)
    if match is None or len(value) in (25,):
        _refuse(
            "format",
            "An ISAN is 16 or 24 hexadecimal digits, with or without its check characters, such as "
            "0000-0000-D07A-0090-Q-0000-0000-X.",
        )
    work, check, version, version_check = match.groups("")
    for body, character in ((work, check), (work + version, version_check)):
        if character and mod_37_36.calc_check_digit(body) != character:
            _refuse(
                "check-digit",
                f"The check character {character} does not fit this ISAN: a digit is mistyped.",
            )
    value = work + (version or "00000000")
    return "isan", value, value, ()


def parse_grid(text: str) -> Parsed:
    """GRid: A1, issuer, release and check character, 18 in all (IFPI; ISO 7064 MOD 37,36)."""
    value = _compact(text, "GRid", "A1-2425G-ABC1234002-M")
    if not _GRID.fullmatch(value):
        _refuse("format", "A GRid is A1 and 16 letters or digits, such as A1-2425G-ABC1234002-M.")
    try:
        mod_37_36.validate(value)
    except ValidationError:
        _refuse("check-digit", "The check character does not fit this GRid: it is mistyped.")
    return "grid", value, value, ()


def parse_doi(text: str) -> Parsed:
    """DOI: prefix and suffix, ASCII letters in lower case (DOI Handbook 2.4: case-insensitive).

    Also read: `doi:https://doi.org/10.…`, whose path is percent-decoded as that of a URL is.
    """
    rest = text[_DOI_LABEL.match(text).end() :]  # type: ignore[union-attr]  # it matches emptiness too
    if "/" in text[: len(text) - len(rest)]:
        return parse_doi_path(rest.partition("?")[0].partition("#")[0])
    return _doi(rest)


def parse_doi_path(path: str) -> Parsed:
    """A DOI as the path of a URL at doi.org, percent-encoded as UTF-8."""
    if _BAD_ESCAPE.search(path):
        _refuse("escape", "A % in a doi.org address must begin an escape such as %2F.")
    try:
        return _doi(unquote_to_bytes(path.encode("utf-8")).decode("utf-8"))
    except UnicodeError:
        _refuse("escape", "The escapes in this doi.org address are not UTF-8.")


def _doi(name: str) -> Parsed:
    for position, char in enumerate(name, start=1):
        if not char.isprintable() or char.isspace() or unicodedata.category(char) == "Cf":
            shown = unicodedata.name(char, "a control character")
            _refuse(
                "character",
                f"This DOI holds U+{ord(char):04X} ({shown}) at position {position}; a DOI has neither "
                "white space nor invisible characters.",
            )
    if not _DOI.fullmatch(name):
        _refuse("format", "A DOI is 10., a registrant's number, / and a suffix: 10.1000/182.")
    value = name.translate(_UPPER_ASCII)
    return "doi", value, value, ()
