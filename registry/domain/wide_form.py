"""The wide form of a URL, by which restrictions match: what is left when spelling is forgotten.

A pure function of the exact form's parts. Case folds as in Unicode's canonical caseless matching
(The Unicode Standard, section 3.13, D145). Source: `answers.md`, "Canonical forms"; the rules in
words: `docs/canonical-forms.md`.
"""

import re
import unicodedata
from urllib.parse import quote, unquote_to_bytes

from registry.domain.hosts import (
    EXACT_ALIASES,
    INDEX_NAMES,
    HostRule,
    rewritten,
    rule_for,
    wide_host,
    without_tracking,
)

# Characters that are data in a segment or a query whether escaped or not; only the wide form joins
# the two spellings, because RFC 3986 section 2.2 keeps them apart. (WHATWG escapes ' in a query.)
_PLAIN_IN_PATH = re.compile(r"%(?:2[146789ABC]|3[ABD]|40)")
_PLAIN_IN_QUERY = re.compile(r"%(?:2[1489ACF]|3[ABF]|40)")
_ESCAPE = re.compile(r"%[0-9a-f]{2}")
_ASCII_ESCAPE = re.compile(r"(%[0-7][0-9A-F])")
_PATH_SAFE = "!$&'()*+,;=:@-._~"


def widen(host: str, port: str, path: str, query: str) -> tuple[str, tuple[str, ...], str]:
    """The wide form's host, path segments and query, from the exact form's parts alone."""
    host = wide_host(host)
    rule = None if port else rule_for(host)
    if "%" in path:
        path = _PLAIN_IN_PATH.sub(_unescape, path)
    segments = _wide_path(path, rule)
    if rule is None:
        return host, segments, _wide_query(query, None) if query else ""
    query = without_tracking(query, rule)
    if rule.wide_rewrites:
        host, path, query = rewritten(
            rule.wide_rewrites, EXACT_ALIASES.get(host, host), "/" + "/".join(segments), query
        )
        segments = tuple(s for s in path.split("/") if s)
        host = wide_host(host)
    return host, segments, _wide_query(query, rule)


def _wide_path(path: str, rule: HostRule | None) -> tuple[str, ...]:
    """Segments, folded where identity is not in their case, without empty ones and index names."""
    if path == "/":
        return ()
    if rule is None or rule.case == "fold":
        segments = [s for s in fold(path).split("/") if s]
    elif rule.case == "keep":
        segments = [s for s in path.split("/") if s]
    else:
        segments = [s for s in path.split("/") if s]
        first = fold(segments[0]) if segments else ""
        segments = (
            [first, *segments[1:]]
            if first in rule.case
            else [s for s in fold(path).split("/") if s]
        )
    if rule is None:
        while segments and segments[-1] in INDEX_NAMES:
            segments.pop()
    return tuple(segments)


def fold(text: str) -> str:
    """Case folded as in Unicode's canonical caseless matching (D145); not where bytes are no UTF-8."""
    if "%" not in text:
        return text.lower()
    return "/".join(_fold_segment(s) if "%" in s else s.lower() for s in text.split("/"))


def _fold_segment(segment: str) -> str:
    # Escapes of ASCII characters stay as they are and divide the segment, so that no combining mark
    # can join with a hex digit.
    return "".join(
        piece if piece[:1] == "%" and len(piece) == 3 and piece[1] < "8" else _fold_piece(piece)
        for piece in _ASCII_ESCAPE.split(segment)
    )


def _fold_piece(piece: str) -> str:
    if "%" not in piece:
        return piece.lower()
    try:
        word = unquote_to_bytes(piece).decode("utf-8")
    except UnicodeDecodeError:
        return _ESCAPE.sub(lambda m: m.group().upper(), piece.lower())
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFD", word).casefold())
    return quote(unicodedata.normalize("NFC", folded), safe=_PATH_SAFE)


def _wide_query(query: str, rule: HostRule | None) -> str:
    """What identifies, sorted by name (equal names keep their order), `+` as `%20`, `a=` as `a`."""
    if not query:
        return ""
    parts = []
    query = query.replace("+", "%20")
    if "%" in query:
        query = _PLAIN_IN_QUERY.sub(_unescape, query)
    for part in query.split("&"):
        name, mark, value = part.partition("=")
        if rule is not None and rule.identity_query is not None and name not in rule.identity_query:
            continue
        if part:
            parts.append((name, f"{name}={value}" if mark and value else name))
    parts.sort(key=lambda pair: pair[0])
    return "&".join(text for _, text in parts if text)


def _unescape(match: re.Match[str]) -> str:
    return chr(int(match.group()[1:], 16))
