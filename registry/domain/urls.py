"""The two canonical forms of a URL: exact for permissions, wide for restrictions.

Exact: WHATWG URL parsing (by ada), https for http, a normal percent-encoding (RFC 3986 section 6.2.2),
no fragment, no known tracking parameters. Wide: a pure function of the exact form that forgets more.
Source: `answers.md`, "Canonical forms"; every rule in words: `docs/canonical-forms.md`.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes

from ada_url import normalize_url

from registry.domain.hosts import (
    EXACT_ALIASES,
    INDEX_NAMES,
    TRACKING_PARAMETERS,
    TRACKING_PREFIXES,
    HostRule,
    Rewrite,
    rule_for,
    wide_host,
)
from registry.errors import InvalidIdentifier

MAX_URL_BYTES = 8192
MAX_HOST_CHARACTERS = 253  # RFC 1035 section 2.3.4, as written without the root's dot

_HTTP = re.compile(r"https?:", re.IGNORECASE)
# Characters that no honest spelling holds: white space, controls, backslash, and the invisible ones
# (zero-width, soft hyphen, bidi marks, tags, surrogates) that make two addresses look alike.
_REFUSED = re.compile(
    r"[\x00-\x20\x7f-\xa0\\\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f"
    r"\u2028-\u202f\u205f-\u206f\u3000\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_HREF = re.compile(
    r"(https?)://(?:([^/?#@]*)@)?([^/?#:@\[]*|\[[^\]]*\])(?::([0-9]+))?(/[^?#]*)(?:\?([^#]*))?(?:#.*)?",
    re.DOTALL,
)
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})?|[\[\]^`{|}]")
_UNUSUAL = re.compile(r"[%\[\]^`{|}]")
# Characters that are data in a segment or a query whether escaped or not; only the wide form joins
# the two spellings, because RFC 3986 section 2.2 keeps them apart. (WHATWG escapes ' in a query.)
_PLAIN_IN_PATH = re.compile(r"%(?:2[146789ABC]|3[ABD]|40)")
_PLAIN_IN_QUERY = re.compile(r"%(?:2[1489ACF]|3[ABF]|40)")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ESCAPES = {
    f"{high}{low}": (
        chr(int(high + low, 16))
        if chr(int(high + low, 16)) in _UNRESERVED
        else f"%{high}{low}".upper()
    )
    for high in "0123456789abcdefABCDEF"
    for low in "0123456789abcdefABCDEF"
}
_ESCAPE = re.compile(r"%[0-9a-f]{2}")
_ASCII_ESCAPE = re.compile(r"(%[0-7][0-9A-F])")
_PATH_SAFE = "!$&'()*+,;=:@-._~"


@dataclass(frozen=True, slots=True)
class CanonicalUrl:
    """A URL in both forms, and their parts; hosts lower-case ASCII, segments percent-encoded."""

    exact: str
    wide: str
    host: str
    wide_host: str
    port: str  # "" for the default
    path: str
    query: str
    segments: tuple[str, ...]
    wide_segments: tuple[str, ...]


def canonical_url(text: str) -> CanonicalUrl:
    """Both canonical forms of an http(s) URL.

    Raises InvalidIdentifier, whose `code` is one of `url-scheme`, `url-too-long`, `url-character`,
    `url-credentials`, `url-host`, `url-syntax`.
    """
    host, port, path, query = _parse(text)
    # A platform's rules hold for the platform's own port only.
    if not port:
        host = EXACT_ALIASES.get(host, host)
    rule = None if port else rule_for(host)
    query = _without_tracking(query, rule)
    if rule is not None and rule.exact_rewrites:
        host, path, query = _rewritten(rule.exact_rewrites, host, path, query)
    exact = _join(host, port, path, query)
    w_host, w_segments, w_query = _widen(host, port, path, query)
    return CanonicalUrl(
        exact=exact,
        wide=_join(w_host, port, "/" + "/".join(w_segments), w_query),
        host=host,
        wide_host=w_host,
        port=port,
        path=path,
        query=query,
        segments=tuple(s for s in path.split("/") if s),
        wide_segments=w_segments,
    )


def _parse(text: str) -> tuple[str, str, str, str]:
    """Host, port, path and query as WHATWG parses them, with everything refused that we refuse."""
    text = text.strip(" \t\r\n")
    if len(text) > MAX_URL_BYTES or (
        not text.isascii() and len(text.encode("utf-8", "surrogatepass")) > MAX_URL_BYTES
    ):
        raise InvalidIdentifier(
            f"This URL is longer than {MAX_URL_BYTES} bytes; give the address of the work itself.",
            code="url-too-long",
        )
    refused = _REFUSED.search(text)
    if refused:
        raise InvalidIdentifier(_refusal(refused), code="url-character")
    if not _HTTP.match(text):
        raise InvalidIdentifier(
            "A URL here begins with https:// or http://, such as https://artist.example/song.",
            code="url-scheme",
        )
    try:
        href = normalize_url(text)
    except (ValueError, UnicodeError):
        href = ""
    match = _HREF.fullmatch(href)
    if match is None:
        raise InvalidIdentifier(
            "This URL cannot be parsed; it should look like https://artist.example/song.",
            code="url-syntax",
        )
    scheme, credentials, host, port, path, query = match.groups()
    if credentials is not None:
        raise InvalidIdentifier(
            "This URL holds a user name or password; leave out everything up to and with the @.",
            code="url-credentials",
        )
    # http on port 443 would become https on its default port, so it is written like that at once.
    port = "" if port is None or (scheme == "http" and port == "443") else port
    return _host(host), port, _percent(path), _percent(query or "")


def _refusal(match: re.Match[str]) -> str:
    char = match.group()
    if char == "\\":
        return "This URL holds a backslash; a URL is written with forward slashes."
    name = unicodedata.name(char, "a control character")
    return (
        f"This URL holds U+{ord(char):04X} ({name}) at position {match.start() + 1}; white space, "
        "control and invisible characters are refused. If it belongs there, write it percent-encoded."
    )


def _host(host: str) -> str:
    host = host.removesuffix(".")
    if not host or len(host) > MAX_HOST_CHARACTERS or ".." in host or host[0] == ".":
        raise InvalidIdentifier(
            "The host of this URL is empty, has an empty label, or is longer than "
            f"{MAX_HOST_CHARACTERS} characters; it should be a name such as artist.example.",
            code="url-host",
        )
    if "xn--" in host and not _is_punycode(host):
        raise InvalidIdentifier(
            "The host of this URL has a label that begins xn-- and is no encoded name; write the name "
            "itself.",
            code="url-host",
        )
    return host


@lru_cache(maxsize=4096)
def _is_punycode(host: str) -> bool:
    """Whether every `xn--` label decodes to a name that encodes to it again.

    WHATWG asks for it (UTS #46, processing step 4); ada lets some ASCII hosts through unread.
    """
    try:
        name = ".".join(
            label[4:].encode().decode("punycode") if label.startswith("xn--") else label
            for label in host.split(".")
        )
        return not name.isascii() and normalize_url(f"https://{name}/") == f"https://{host}/"
    except (ValueError, OverflowError):
        return False


def _percent(text: str) -> str:
    """One spelling of percent-encoding: unreserved characters bare, hex digits upper case.

    A `%` that begins no escape is itself escaped, `%25` (RFC 3986 section 2.4), and so are the
    characters that WHATWG lets stand and RFC 3986 does not; bytes that are not UTF-8 stay escapes.
    """
    return _PERCENT.sub(_escape, text) if _UNUSUAL.search(text) else text


def _escape(match: re.Match[str]) -> str:
    digits = match.group(1)
    return f"%{ord(match.group()[0]):02X}" if digits is None else _ESCAPES[digits]


def _unescape(match: re.Match[str]) -> str:
    return chr(int(match.group()[1:], 16))


def _without_tracking(query: str, rule: HostRule | None) -> str:
    if not query:
        return query
    ignored = rule.ignored_query if rule is not None else frozenset()
    kept = []
    for part in query.split("&"):
        name = part.partition("=")[0].lower()
        if part and not (
            name in TRACKING_PARAMETERS or name.startswith(TRACKING_PREFIXES) or name in ignored
        ):
            kept.append(part)
    return "&".join(kept)


def _rewritten(
    rewrites: tuple[Rewrite, ...], host: str, path: str, query: str
) -> tuple[str, str, str]:
    """The first rewrite that fits, done; a target is `host/path`, or `host/path?query` whole."""
    for rewrite in rewrites:
        match = rewrite.source.fullmatch(host + path)
        if match is None:
            continue
        filled = rewrite.target
        if rewrite.param is not None:
            value = _param(query, rewrite.param)
            if value is None or rewrite.value is None or not rewrite.value.fullmatch(value):
                continue
            filled = filled.replace("{value}", value)
        for number, group in enumerate(match.groups(""), start=1):
            filled = filled.replace(f"{{{number}}}", group)
        head, mark, new_query = filled.partition("?")
        new_host, _, new_path = head.partition("/")
        return new_host, "/" + new_path, new_query if mark else query
    return host, path, query


def _param(query: str, name: str) -> str | None:
    for part in query.split("&"):
        key, _, value = part.partition("=")
        if key == name:
            return value
    return None


def _widen(host: str, port: str, path: str, query: str) -> tuple[str, tuple[str, ...], str]:
    """The wide form's host, path segments and query, from the exact form's parts alone."""
    host = wide_host(host)
    rule = None if port else rule_for(host)
    if "%" in path:
        path = _PLAIN_IN_PATH.sub(_unescape, path)
    segments = _wide_path(path, rule)
    if rule is None:
        return host, segments, _wide_query(query, None) if query else ""
    query = _without_tracking(query, rule)
    if rule.wide_rewrites:
        host, path, query = _rewritten(
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
        segments = [s for s in _fold(path).split("/") if s]
    elif rule.case == "keep":
        segments = [s for s in path.split("/") if s]
    else:
        segments = [s for s in path.split("/") if s]
        first = _fold(segments[0]) if segments else ""
        segments = (
            [first, *segments[1:]]
            if first in rule.case
            else [s for s in _fold(path).split("/") if s]
        )
    if rule is None:
        while segments and segments[-1] in INDEX_NAMES:
            segments.pop()
    return tuple(segments)


def _fold(text: str) -> str:
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


def _join(host: str, port: str, path: str, query: str) -> str:
    base = f"https://{host}:{port}{path}" if port else f"https://{host}{path}"
    return f"{base}?{query}" if query else base
