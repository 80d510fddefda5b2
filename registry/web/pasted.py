"""What people paste, read as the identifiers that it can mean: an address, a code with or without its scheme.

Only the scheme is guessed here; whether the code is one is decided by `domain.identifiers`. Where a text can
mean two things (64 hexadecimal digits are a SHA-256 or a BLAKE3), both are asked about: more identifiers of an
asset never make an answer more permissive.
"""

import re

from registry.domain.identifiers import parse_identifier
from registry.errors import InvalidIdentifier, InvalidInput

SAMPLES = {
    "url": "https://artist.com/x",
    "isrc": "GB-AYE-06-01498",
    "iswc": "T-034.524.680-1",
    "upc": "0 36000 29145 2",
    "isbn": "978-0-14-103614-4",
    "issn": "0317-8471",
    "ismn": "979-0-2600-0043-8",
    "isan": "isan:0000-0000-D07A-0090-Q-0000-0000-X",
    "grid": "A1-2425G-ABC1234002-M",
    "doi": "10.1000/182",
    "iscc": "iscc:KACYPXW445FTYNJ3CYSXHAFJMA2HUWULUNRFE3BLHRSCXYH2M5AEGQY",
    "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
}
"""One text of each kind as it can be pasted, by its scheme; the other digests are pasted like a SHA-256."""

MOST_LINES = 20
LONGEST_LINE = 8_192

_LABEL = re.compile(
    r"(isrc|iswc|upc|ean|gtin|isbn(?:-1[03])?|issn|ismn|isan|grid|doi|sha-?256|sha-?512|blake3)[\s:=]+(.+)",
    re.IGNORECASE,
)
_SHAPES = (
    (re.compile(r"(?i)(?:doi\.org/)?10\.\d{4,9}/\S+"), ("doi",)),
    (re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}"), ("isrc",)),
    (re.compile(r"T\d{10}"), ("iswc",)),
    (re.compile(r"A1[A-Z0-9]{16}"), ("grid",)),
    (re.compile(r"M\d{9}"), ("ismn",)),
    (re.compile(r"[0-9A-F]{64}"), ("sha256", "blake3")),
    (re.compile(r"[0-9A-F]{128}"), ("sha512",)),
    (re.compile(r"\d{9}X|\d{10}"), ("isbn",)),
    (re.compile(r"\d{12,14}"), ("upc",)),
)
_ISSN = re.compile(r"\d{4}-\d{3}[\dXx]")
_HOST = re.compile(r"[\w-]+(\.[\w-]+)*\.[a-z]{2,}(?::\d+)?([/?#].*)?", re.IGNORECASE)
_SEPARATORS = str.maketrans("", "", " \t-.\u2010\u2011\u2013")


def lines_of(texts: list[str]) -> list[str]:
    """The lines of everything that was given, each once, without empty ones.

    Raises: InvalidInput for more than 20, or for one that is far too long.
    """
    found = dict.fromkeys(
        line.strip() for text in texts for line in text.splitlines() if line.strip()
    )
    if len(found) > MOST_LINES:
        raise InvalidInput(
            f"at most {MOST_LINES} lines, all about one and the same work; this has {len(found)}",
            field="id",
            code="bad-parameter",
        )
    if any(len(line) > LONGEST_LINE for line in found):
        raise InvalidInput(
            f"a line has at most {LONGEST_LINE:,} characters", field="id", code="bad-parameter"
        )
    return list(found)


def readings(line: str) -> list[str]:
    """The identifiers that a line can mean, to be asked about together; the line itself where it means
    none, so that whoever reads it says what is wrong."""
    if _is_read(line):
        return [line]
    labelled = _LABEL.fullmatch(line)
    if labelled is not None:
        scheme = labelled[1].lower().partition("-1")[0].replace("sha-", "sha")
        return [f"{scheme}:{labelled[2]}"]
    compact = line.upper().translate(_SEPARATORS)
    for shape, schemes in _SHAPES:
        if shape.fullmatch(line if schemes == ("doi",) else compact):
            rest = re.sub(r"(?i)^doi\.org/", "", line)
            return [f"{scheme}:{rest}" for scheme in schemes]
    if _ISSN.fullmatch(line):
        return [f"issn:{line}"]
    return [f"https://{line}"] if _HOST.fullmatch(line) else [line]


def _is_read(text: str) -> bool:
    try:
        parse_identifier(text)
    except InvalidIdentifier:
        return False
    return True
