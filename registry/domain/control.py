"""Who controls a location: the token that somebody puts up there, the places where it counts, and what of the bytes
found there proves it. Pure: fetching is done elsewhere (`registry/fetching`).

The token is made from public things (which registry, which claim, which place), so anybody can recompute it and nothing
is lost when it is read; it is of no use for another claim. What matters is who can put it there, so each way asks for a
place that visitors, neighbours and the writers of quotations cannot reach. Source: answers.md, "Hosts with other
people's content"; the way through DNS is like RFC 8555 section 8.4 (an underscored name, which no host can have).
"""

import hashlib
import re
from base64 import b32encode
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from registry.domain.hosts import EXACT_ALIASES, HostRule, rule_for
from registry.domain.locations import Location, is_address, parse_location
from registry.domain.page_head import head_metas
from registry.errors import InvalidLocation

TOKEN_PREFIX: Final = "crp1-"  # noqa: S105
FILE_NAME: Final = "consent-registry.txt"
HOST_FILE: Final = f"/.well-known/{FILE_NAME}"
META_NAME: Final = "consent-registry"
DNS_LABEL: Final = "_consent-registry"

_TOKEN = re.compile(r"(?<![A-Za-z0-9-])crp1-[a-z2-7]{32}(?![A-Za-z0-9-])")
_PARTS = re.compile(r"https://(\[[^\]]*\]|[^/:]*)(:[0-9]+)?(/.*)")
_MOST_LINES = 2_000


class Means(StrEnum):
    """How control is shown."""

    HOST_FILE = "host-file"
    PREFIX_FILE = "prefix-file"
    DNS = "dns"
    PAGE = "page"
    PROFILE = "profile"


_WORDS: Final = {
    Means.HOST_FILE: "put this line into the text file {place}",
    Means.PREFIX_FILE: "put this line into the text file {place}",
    Means.DNS: "add a TXT record with this text at {place}",
    Means.PAGE: "put this element into the head of the page {place}",
    Means.PROFILE: "write this into what you say about yourself on your profile {place}",
}


@dataclass(frozen=True, slots=True)
class Way:
    """One way to prove a location: put `line` at `place` (a URL, or a name in DNS).

    `by_host`: only the host's own operator can do it. `hosts`, `path`, `below`: where a redirect may lead. `meta`:
    which text of a profile's page it has to stand in. `named`: the line has to name the location beside the token.
    """

    means: Means
    place: str
    line: str
    by_host: bool = False
    hosts: tuple[str, ...] = ()
    path: str = "/"
    below: bool = False
    meta: str = ""
    named: bool = False

    def words(self) -> str:
        """What to do, in one sentence for people."""
        done = _WORDS[self.means].format(place=self.place)
        return f"Only who runs the host can do this: {done}" if self.by_host else done


@dataclass(frozen=True, slots=True)
class Challenge:
    """What has to be put up, and where: any one of `ways` proves the location."""

    token: str
    location: Location
    ways: tuple[Way, ...]


def challenge_of(issuer: str, claim: str, location: Location) -> Challenge:
    """The challenge of one claim on one location at the registry `issuer` (did:web)."""
    token = token_of(issuer, claim, location)
    return Challenge(token, location, ways_of(location, token))


def token_of(issuer: str, claim: str, location: Location) -> str:
    """`crp1-` and 160 bits of SHA-256 in base32, over the registry, the claim and the place, a line each."""
    reach = "with subdomains" if location.subdomains else "alone"
    text = f"consent-registry control of a location 1\n{issuer}\n{claim}\n{location.url}\n{reach}\n"
    digest = hashlib.sha256(text.encode()).digest()[:20]
    return TOKEN_PREFIX + b32encode(digest).decode("ascii").lower()


# -- where --------------------------------------------------------------------------------------------------


def ways_of(location: Location, token: str) -> tuple[Way, ...]:
    """Every way that counts for this location, the plainest first; empty where only a steward can vouch.

    A web server speaks for its own host, so what reaches over subdomains is proved in DNS alone; so is what lies on
    another port than 443, since no other is looked at.
    """
    host, port, path = _parts(location)
    rule = rule_for(host)
    # On a host of the table, and for a part of any host, a token counts only beside the name of that part.
    named = rule is not None or path != "/"
    line = f"{token} {location.url}" if named else token
    by_host = rule is not None or path != "/"
    ways: list[Way] = []
    if not port and not location.subdomains:
        ways += _on_the_web(location, token, line, rule, named)
    if not is_address(host):
        place = f"{DNS_LABEL}.{host}"
        ways.append(Way(Means.DNS, place, line, by_host=by_host, named=named))
    return tuple(ways)


def _on_the_web(
    location: Location, token: str, line: str, rule: HostRule | None, named: bool
) -> list[Way]:
    host, _, path = _parts(location)
    hosts = _same_site(host, rule)
    writes = frozenset({"files", "head"}) if rule is None else rule.owner_writes
    whole = path == "/"
    by_host = not (whole and "files" in writes)
    place = f"https://{host}{HOST_FILE}"
    ways = [Way(Means.HOST_FILE, place, line, by_host, hosts=hosts, path=HOST_FILE, named=named)]
    if not whole and "files" in writes:
        own = f"{path}{FILE_NAME}"
        ways.append(
            Way(Means.PREFIX_FILE, f"https://{host}{own}", line, hosts=hosts, path=own, named=True)
        )
    if "head" in writes:
        tag = f'<meta name="{META_NAME}" content="{token}">'
        ways.append(Way(Means.PAGE, location.url, tag, hosts=hosts, path=path, below=True))
    if rule is not None and (meta := rule.owner_text(host, _segments(path))):
        place = location.url.removesuffix("/")
        ways.append(Way(Means.PROFILE, place, token, hosts=hosts, path=path, below=True, meta=meta))
    return sorted(ways, key=lambda way: way.by_host)


def _same_site(host: str, rule: HostRule | None) -> tuple[str, ...]:
    """The hosts that are the same site: with and without www, or as the table names them."""
    if rule is not None:
        return (host, *(alias for alias, name in EXACT_ALIASES.items() if name == host))
    return (host, host[4:] if host.startswith("www.") else f"www.{host}")


def _parts(location: Location) -> tuple[str, str, str]:
    match = _PARTS.fullmatch(location.url)
    if match is None:
        raise ValueError("not a location's URL")
    host, port, path = match.groups("")
    return host, port, path


def _segments(path: str) -> tuple[str, ...]:
    return tuple(segment for segment in path.split("/") if segment)


# -- what was found there -----------------------------------------------------------------------------------


def proved_by_page(
    challenge: Challenge, way: Way, media_type: str, body: bytes, *, cut: bool
) -> str | None:
    """Why these bytes prove nothing, in words; None where they prove the location. For every means but DNS."""
    if way.means in (Means.HOST_FILE, Means.PREFIX_FILE):
        if media_type != "text/plain":
            return "it is not served as text/plain, as a file of lines is"
        if cut:
            return "it is longer than 64 KiB"
        return _lines_prove(challenge, way, body.decode("utf-8", "replace").splitlines())
    if media_type not in ("text/html", "application/xhtml+xml"):
        return "it is no page (text/html)"
    metas = head_metas(body.decode("utf-8", "replace"))
    if way.means is Means.PAGE:
        if (META_NAME, challenge.token) in metas:
            return None
        return f'the head of the page holds no <meta name="{META_NAME}"> with this token'
    texts = [content for name, content in metas if name == way.meta]
    if any(challenge.token in _TOKEN.findall(text) for text in texts):
        return None
    return f"the text that the owner of the profile wrote ({way.meta}) holds no such token"


def proved_by_records(challenge: Challenge, way: Way, texts: tuple[str, ...]) -> str | None:
    """Why these TXT records prove nothing, in words; None where one of them proves the location.

    Records of others at the same name do no harm: each is read by itself.
    """
    if any(_lines_prove(challenge, way, [text]) is None for text in texts):
        return None
    return "none of its TXT records is this token" + _naming(way)


def _lines_prove(challenge: Challenge, way: Way, lines: list[str]) -> str | None:
    """A line is a token, or a token and the location it is for; `#` begins a comment. A file that holds anything else
    is not ours to read: it may show what a visitor sent."""
    if len(lines) > _MOST_LINES:
        return f"it has more than {_MOST_LINES} lines"
    proved = False
    for number, line in enumerate(lines, start=1):
        words = line.partition("#")[0].replace("\ufeff", "").split()
        if not words:
            continue
        if len(words) > 2 or _TOKEN.fullmatch(words[0]) is None:
            return f"its line {number} is neither a token nor a comment"
        names_it = len(words) == 2 and _names(words[1], challenge.location)
        if words[0] == challenge.token and (names_it or (len(words) == 1 and not way.named)):
            proved = True
    return None if proved else "it does not hold this token" + _naming(way)


def _names(text: str, location: Location) -> bool:
    try:
        return parse_location(text).url == location.url
    except InvalidLocation:
        return False


def _naming(way: Way) -> str:
    return " with the location beside it" if way.named else ""
