"""The two canonical forms of a URL: exact for permissions, wide for restrictions.

Exact: WHATWG URL parsing (by ada), https for http, a normal percent-encoding (RFC 3986 section 6.2.2),
no fragment, no known tracking parameters. Wide: a pure function of the exact form that forgets more.
Source: `answers.md`, "Canonical forms"; every rule in words: `docs/canonical-forms.md`.
"""

import re
import unicodedata
from functools import lru_cache

import msgspec
from ada_url import normalize_url

from registry.domain.hosts import (
    EXACT_ALIASES,
    INDEX_NAMES,
    rewritten,
    rule_for,
    wide_host,
    without_tracking,
)
from registry.domain.wide_form import widen
from registry.errors import InvalidIdentifier

MAX_URL_BYTES = 8192
MAX_HOST_CHARACTERS = 253  # RFC 1035 section 2.3.4, as written without the root's dot

# What every parser leaves as it is but for the scheme: no query, escape, port or punycode, and no dot segment
# (`_parse` looks for these); the host has a letter where an address has a number.
_PLAIN = re.compile(r"https?://((?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*)(/[A-Za-z0-9._~!$&'()*+,;=:@/-]*)")
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


class CanonicalUrl(msgspec.Struct, frozen=True, gc=False):
    """A URL in both forms, and their parts; hosts lower-case ASCII, segments percent-encoded."""

    exact: str
    wide: str
    host: str
    wide_host: str
    port: str  # "" for the default
    path: str
    query: str
    wide_segments: tuple[str, ...]

    @property
    def segments(self) -> tuple[str, ...]:
        """Those of the exact form's path, without empty ones."""
        return tuple(s for s in self.path.split("/") if s)


def plain_forms(text: str) -> tuple[str, str] | None:
    """The exact and the wide form of an address in which there is nothing to change but letters' case and the host's
    prefix, as most are; None for every other. `canonical_url` gives the same, in three times the time."""
    plain = _PLAIN.fullmatch(text)
    if plain is None or "/." in text or "--" in text or len(text) > MAX_HOST_CHARACTERS:
        return None
    host, path = plain.groups()
    folded = path.lower()
    last = folded[folded.rfind("/") + 1 :]
    if not last or last in INDEX_NAMES or "//" in path or host in EXACT_ALIASES:
        return None
    broad = wide_host(host)
    if rule_for(host) is not None or rule_for(broad) is not None:
        return None
    return f"https://{host}{path}", f"https://{broad}{folded}"


def plain_site(text: str) -> str | None:
    """The host of the wide form of an address in which there is nothing unusual before its path's last segment, and
    which is an identifier of scheme `url` on a host without rules of its own; None for every other."""
    plain = _PLAIN.fullmatch(text)
    if plain is None or "/." in text or "--" in text or len(text) > MAX_HOST_CHARACTERS:
        return None
    return _site_without_rules(plain[1])


@lru_cache(maxsize=16384)
def _site_without_rules(host: str) -> str | None:
    broad = wide_host(host)
    if host in EXACT_ALIASES or rule_for(host) is not None or rule_for(broad) is not None:
        return None
    return None if "doi.org" in host else broad


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
    query = without_tracking(query, rule)
    if rule is not None and rule.exact_rewrites:
        host, path, query = rewritten(rule.exact_rewrites, host, path, query)
    exact = _join(host, port, path, query)
    w_host, w_segments, w_query = widen(host, port, path, query)
    wide = _join(w_host, port, "/" + "/".join(w_segments), w_query)
    # Escaping lengthens; a form that could not be read again would be no canonical form.
    if len(exact) > MAX_URL_BYTES or len(wide) > MAX_URL_BYTES:
        raise _too_long()
    return CanonicalUrl(
        exact=exact,
        wide=wide,
        host=host,
        wide_host=w_host,
        port=port,
        path=path,
        query=query,
        wide_segments=w_segments,
    )


def _parse(text: str) -> tuple[str, str, str, str]:
    """Host, port, path and query as WHATWG parses them, with everything refused that we refuse."""
    plain = _PLAIN.fullmatch(text)
    if plain and "/." not in text and "--" not in text and len(text) <= MAX_HOST_CHARACTERS:
        return plain[1], "", plain[2], ""
    text = text.strip(" \t\r\n")
    if len(text) > MAX_URL_BYTES or (
        not text.isascii() and len(text.encode("utf-8", "surrogatepass")) > MAX_URL_BYTES
    ):
        raise _too_long()
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


def _too_long() -> InvalidIdentifier:
    return InvalidIdentifier(
        f"This URL is longer than {MAX_URL_BYTES} bytes; give the address of the work itself.",
        code="url-too-long",
    )


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


def _join(host: str, port: str, path: str, query: str) -> str:
    base = f"https://{host}:{port}{path}" if port else f"https://{host}{path}"
    return f"{base}?{query}" if query else base
