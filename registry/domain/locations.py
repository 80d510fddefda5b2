"""Locations: a host or a URL prefix that a rightsholder claims, and which URLs lie under it.

A location's `expression` is the wide form of its prefix; a URL's covering expressions are looked up
by key, so that finding every location above a URL needs no search. Source: `answers.md`, "From a
question to an answer" (step 2), "Hosts with other people's content", examples 15 and 25.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from registry.domain.hosts import (
    HostRule,
    owns_subdomains,
    public_suffix,
    rule_for,
    speaks_for,
    wide_host,
)
from registry.domain.urls import CanonicalUrl, canonical_url
from registry.errors import InvalidIdentifier, InvalidLocation

MAX_PATH_SEGMENTS = 16
MAX_HOST_LABELS = 8

_PARTS = re.compile(r"https://(\[[^\]]*\]|[^/?:]*)(:[0-9]+)?(/[^?]*)(?:\?.*)?", re.DOTALL)
_IPV4 = re.compile(r"[0-9]+(?:\.[0-9]+){3}")


class UrlIdentifier(Protocol):
    """What is read of an `Identifier` here; it avoids importing the whole of `identifiers`."""

    @property
    def scheme(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def wide(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Location:
    """A prefix of the web that one rightsholder can claim.

    `url` is canonical and ends with "/"; `expression` is its wide form without "https://", and ends
    with "/" too; `whole_host` is True for a host with nothing after it, unless the host's rule
    makes it one user's profile; `depth` sorts the most specific first when descending: path
    segments of the expression count before labels of its host.
    """

    url: str
    subdomains: bool
    whole_host: bool
    expression: str
    depth: int

    @property
    def key(self) -> bytes:
        """The lookup key of the expression: 32 bytes."""
        return location_key(self.expression)

    def covers_exactly(self, url: UrlIdentifier) -> bool:
        """Whether the exact form of a URL lies under this host (or a subdomain, if so) and path.

        The comparison is on segment borders and is case-sensitive in the path; `/artist` itself
        lies under `/artist/`. What others publish beneath a platform's host is never covered.
        """
        if url.scheme != "url":
            return False
        host, port, path = _split(url.value)
        own_host, own_port, own_path = _split(self.url)
        if port != own_port or not (path + "/").startswith(own_path):
            return False
        if host == own_host:
            return True
        return self.subdomains and host.endswith("." + own_host) and owns_subdomains(own_host, host)


def location_key(expression: str) -> bytes:
    """SHA-256 of "location:" and the expression: 32 bytes."""
    return hashlib.sha256(b"location:" + expression.encode()).digest()


def parse_location(text: str, *, subdomains: bool = False) -> Location:
    """The location that a host (`artist.example`) or URL prefix names.

    Raises InvalidLocation, whose `code` is one of `location-url` (not a URL), `location-query`,
    `location-file`, `location-depth`, `location-public-suffix`, `location-user-content`,
    `location-subdomains`; the message says what could be claimed instead.
    """
    if "?" in text or "#" in text:
        raise InvalidLocation(
            "A location is a host or a folder on it; leave out everything from the ? or # on.",
            code="location-query",
        )
    try:
        url = canonical_url(text if "://" in text else f"https://{text.strip()}")
    except InvalidIdentifier as error:
        raise InvalidLocation(error.message, code="location-url") from error
    _check_depth(url)
    rule = rule_for(url.host) or rule_for(url.wide_host)
    if rule is not None:
        _check_profile(url, rule, subdomains)
    else:
        _check_own_host(url, subdomains)
    wide_path = url.wide.removeprefix("https://").partition("?")[0]
    expression = wide_path.rstrip("/") + "/"
    return Location(
        url=_with_slash(url),
        subdomains=subdomains,
        whole_host=rule is None and not url.segments,
        expression=expression,
        depth=_depth(len(url.wide_segments), url.wide_host),
    )


def covering_expressions(url: UrlIdentifier) -> tuple[tuple[str, bool], ...]:
    """Every (expression, via_parent_host) whose location covers this URL widely, longest first.

    `via_parent_host` is True where only a location with subdomains counts. At most 17 paths times 8
    hosts; empty for identifiers that are no URL.
    """
    if url.scheme != "url":
        return ()
    host, port, path = _split(url.wide)
    segments = [s for s in path.split("/") if s][:MAX_PATH_SEGMENTS]
    prefixes = ["/" + "".join(s + "/" for s in segments[:n]) for n in range(len(segments), -1, -1)]
    hosts = _hosts_above(host)
    return tuple((f"{h}{port}{prefix}", h != host) for prefix in prefixes for h in hosts)


def covering_keys(wide: str) -> tuple[tuple[bytes, bool], ...]:
    """(key, via_parent_host) of `covering_expressions` of the URL with this wide form, in their order.

    URLs of one folder share all but the longest, which are kept: under 50 MB in the worst case (URLs as deep as can
    be), and a few in the usual one.
    """
    site, _, path = wide[len("https://") :].partition("?")[0].partition("/")
    segments = [segment for segment in path.split("/") if segment]
    return _keys_at(site, "/".join(segments[:MAX_PATH_SEGMENTS]))


def _keys_at(site: str, folder: str) -> tuple[tuple[bytes, bool], ...]:
    inside = f"/{folder}/" if folder else "/"
    own = [(location_key(above + inside), from_parent) for above, from_parent in _sites_above(site)]
    return (*own, *_kept_keys_at(site, folder.rpartition("/")[0])) if folder else tuple(own)


_kept_keys_at = lru_cache(maxsize=4096)(_keys_at)


def folder_of(wide: str) -> str | None:
    """The folder in which a URL of this wide form lies: host, port and path up to the last slash. For one that is told
    apart by its query, its whole path, which does not end with a slash. None for one that is deeper than any location.
    """
    path, query, _ = wide[len("https://") :].partition("?")
    if path.count("/") > MAX_PATH_SEGMENTS:
        return None
    return path.rstrip("/") if query else path[: path.rfind("/") + 1]


def site_of(folder: str) -> str:
    """The host and port of a folder."""
    return folder.partition("/")[0]


def keys_of_folder(folder: str) -> tuple[tuple[tuple[bytes, bool], ...], list[bytes]]:
    """For the URLs that lie in a folder (`folder_of`): `covering_keys` of all of them, but for those of each URL's own
    path; and the keys of which `keys_above` has one for every location that lies at such a path, or further down."""
    covering = covering_keys(f"https://{folder}/")
    if not folder.endswith("/"):
        return covering, []
    return covering, [key for key, _ in covering[: len(_sites_above(site_of(folder)))]]


def keys_of_site(site: str) -> list[bytes]:
    """The keys of which `keys_above` has one for every location that can cover a URL of this host and port."""
    return [location_key(above) for above, _ in _sites_above(site)]


def key_of_works_at(site: str) -> bytes:
    """The key that is kept beside those of `keys_above` for each host and port on which a URL of some work lies: 32
    bytes."""
    return location_key(f"works {site}")


def keys_above(expression: str) -> list[bytes]:
    """The keys of the folders in which a location with this expression lies, and of its site: 32 bytes each."""
    parts = expression.rstrip("/").split("/")
    folders = ["/".join(parts[:length]) + "/" for length in range(1, len(parts))]
    return [location_key(each) for each in (parts[0], *folders)]


@lru_cache(maxsize=4096)
def _sites_above(site: str) -> list[tuple[str, bool]]:
    """A host with its port, and its parents with the same port: (site, is it a parent?)."""
    host, port, _ = _split(f"https://{site}/")
    return [(above + port, above != host) for above in _hosts_above(host)]


def _hosts_above(host: str) -> list[str]:
    """The host and those of its parents that may be heard about it, longest first."""
    if is_address(host):
        return [host]
    labels = host.split(".")
    hosts = [host] if len(labels) <= MAX_HOST_LABELS else []
    for cut in range(max(1, len(labels) - MAX_HOST_LABELS), len(labels) - 1):
        parent = ".".join(labels[cut:])
        if not speaks_for(parent, host):
            break
        hosts.append(parent)
    return hosts


def _split(canonical: str) -> tuple[str, str, str]:
    """Host, port with its colon or "", and path of a canonical URL."""
    match = _PARTS.fullmatch(canonical)
    if match is None:
        raise ValueError("not a canonical URL")
    host, port, path = match.groups("")
    return host, port, path


def is_address(host: str) -> bool:
    """Whether a canonical host is an IP address rather than a name."""
    return host[:1] == "[" or _IPV4.fullmatch(host) is not None


def _depth(segments: int, host: str) -> int:
    labels = 0 if is_address(host) else min(host.count(".") + 1, 999)
    return segments * 1000 + labels


def _with_slash(url: CanonicalUrl) -> str:
    return url.exact if url.exact.endswith("/") else url.exact + "/"


def _check_depth(url: CanonicalUrl) -> None:
    if len(url.segments) > MAX_PATH_SEGMENTS or url.path.count("/") > MAX_PATH_SEGMENTS + 1:
        raise InvalidLocation(
            f"A location has at most {MAX_PATH_SEGMENTS} path segments; claim a folder further up.",
            code="location-depth",
        )
    if not is_address(url.host) and url.host.count(".") >= MAX_HOST_LABELS:
        raise InvalidLocation(
            f"A location's host has at most {MAX_HOST_LABELS} labels; claim a host further up.",
            code="location-depth",
        )


def _check_profile(url: CanonicalUrl, rule: HostRule, subdomains: bool) -> None:
    """On a host with other people's content, one profile by the host's rule and nothing else."""
    if url.port or url.query or not rule.is_profile(url.host, url.segments):
        patterns = rule.patterns()
        instead = (
            f"claim one profile there, which looks like {patterns}"
            if patterns
            else "claim your works there by their own addresses"
        )
        raise InvalidLocation(
            f"{url.host} carries the content of many people, so it cannot be claimed like this; "
            f"{instead}.",
            code="location-user-content",
        )
    if subdomains:
        raise InvalidLocation(
            f"A profile on {rule.host} has no hosts of its own beneath it; leave subdomains out.",
            code="location-subdomains",
        )


def _check_own_host(url: CanonicalUrl, subdomains: bool) -> None:
    if is_address(url.host):
        if subdomains:
            raise InvalidLocation(
                "An IP address has no subdomains; leave them out.", code="location-subdomains"
            )
    else:
        for host in (url.host, url.wide_host, wide_host(url.wide_host)):
            if public_suffix(host) == host:
                raise InvalidLocation(
                    f"{host} is a public suffix, under which many people have their hosts; claim "
                    f"your own host, such as artist.{host}.",
                    code="location-public-suffix",
                )
    if len(url.wide_segments) < len(url.segments):
        raise InvalidLocation(
            "A location is a folder; leave out the name of its index page.", code="location-file"
        )
