"""One look at a place on the web, by reliability.md, rule 7. The steps of each hop, in order:

1. the URL: http or https on its own port, no credentials, and (after a redirect) still at the place asked about;
2. the host is resolved once, and every address it has must be one that a public site can have;
3. the connection goes to those addresses; TLS verifies the name;
4. GET with identity encoding, no cookies; a redirect begins at 1 again, three times at most;
5. the body is read up to the limit. All hops together end by one deadline.
"""

import hashlib
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, TypeVar

import ada_url
import httpcore2
import httpx2

from registry.fetching.limits import DIGEST_BYTES, DIGEST_SECONDS, TEXT_BYTES, TEXT_SECONDS
from registry.fetching.lines import (
    LONGEST_FIELD,
    Digest,
    Missed,
    ReadRecords,
    Records,
    Text,
    Within,
)
from registry.fetching.names import NameAbsent, Names, NameUnreachable, PublicNames
from registry.fetching.pinned import Deadline, PinnedBackend
from registry.fetching.special_ranges import special_purpose

MOST_REDIRECTS: Final = 3
PORTS: Final = MappingProxyType({"http:": 80, "https:": 443})

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Reach:
    """What a look may touch. The defaults are the open internet; only tests, which start a process of their own, give
    others: no setting and no argument of the fetch process leads here.

    `special` says why an address is refused (None: it is not), `doors` to which port of the machine a port leads.
    """

    agent: str
    names: Names = field(default_factory=PublicNames)
    special: Callable[[str], str | None] = special_purpose
    doors: Mapping[int, int] = field(default_factory=lambda: {80: 80, 443: 443})
    trust: ssl.SSLContext = field(
        default_factory=lambda: httpx2.create_ssl_context(trust_env=False)
    )


class MissedError(Exception):
    """Nothing was read, or sent; `missed` says why."""

    def __init__(self, missed: Missed) -> None:
        super().__init__(missed.words)
        self.missed = missed


def refused(words: str) -> MissedError:
    """A place that is not looked at, because of these words."""
    return MissedError(Missed("refused", words))


def _unreachable(words: str) -> MissedError:
    return MissedError(Missed("unreachable", words))


def read_text(
    reach: Reach, url: str, within: Within, fields: tuple[str, ...] = ()
) -> Text | Missed:
    """The first 64 KiB of a file or page with these of its header fields, within 5 s."""

    def read(place: "Place", response: httpcore2.Response) -> Text:
        body = b""
        for piece in _pieces(response):
            body += piece
            if len(body) > TEXT_BYTES:
                break
        media_type = _header(response, b"content-type").partition(";")[0].strip().lower()
        found = {name: _header(response, name.encode()) for name in fields}
        told = {name: text for name, text in found.items() if 0 < len(text) <= LONGEST_FIELD}
        return Text(place.url, media_type, body[:TEXT_BYTES], len(body) > TEXT_BYTES, told)

    return _look(reach, url, within, TEXT_SECONDS, read)


def take_digest(reach: Reach, url: str, within: Within) -> Digest | Missed:
    """The SHA-256 of a whole file of at most 64 MiB, within 60 s; the bytes are not kept."""

    def read(place: "Place", response: httpcore2.Response) -> Digest:
        running, size = hashlib.sha256(), 0
        for piece in _pieces(response):
            running.update(piece)
            size += len(piece)
            if size > DIGEST_BYTES:
                raise refused(
                    f"{place.asked} is longer than {DIGEST_BYTES // 2**20} MiB, which is the most that is hashed here"
                )
        return Digest(place.url, running.hexdigest(), size)

    return _look(reach, url, within, DIGEST_SECONDS, read)


def read_records(reach: Reach, ask: ReadRecords) -> Records | Missed:
    """The TXT records of a name, within 5 s."""
    try:
        return Records(reach.names.texts(ask.name, TEXT_SECONDS))
    except NameAbsent:
        return Missed("absent", f"DNS has no TXT record at {ask.name}")
    except NameUnreachable:
        return Missed("unreachable", f"DNS gave no answer about {ask.name}")


# -- one look ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A URL in parts: `host` as WHATWG writes it (an IPv6 address in brackets). `asked` is the URL that was asked
    about: words are about that one, since a redirect's is a stranger's text."""

    asked: str
    url: str
    scheme: str
    host: str
    path: str
    target: str

    @property
    def name(self) -> str:
        return self.host.strip("[]")

    @property
    def port(self) -> int:
        return PORTS[self.scheme]


_Found = TypeVar("_Found")


def _look(
    reach: Reach,
    url: str,
    within: Within,
    seconds: float,
    read: Callable[[Place, httpcore2.Response], _Found],
) -> _Found | Missed:
    deadline = Deadline.after(seconds)
    try:
        here = place_of(url, asked=url)
        for _ in range(MOST_REDIRECTS + 1):
            onward = _hop(reach, here, deadline, read)
            if not isinstance(onward, _Onward):
                return onward
            here = _next(here, onward.target, within)
        raise refused(f"{url} leads on more than {MOST_REDIRECTS} times")
    except MissedError as error:
        return error.missed
    except httpcore2.TimeoutException:
        return Missed("unreachable", f"{url} did not answer within {seconds:g} s")
    except (httpcore2.NetworkError, httpcore2.ProtocolError, ssl.SSLError, OSError) as error:
        return Missed("unreachable", f"{url} {said_of(error)}")


@dataclass(frozen=True, slots=True)
class _Onward:
    """A redirect to a target that was not looked at yet."""

    target: str


def _hop(
    reach: Reach,
    place: Place,
    deadline: Deadline,
    read: Callable[[Place, httpcore2.Response], _Found],
) -> _Found | _Onward:
    """Steps 2 to 5 for one URL. Raises: MissedError, and what httpcore2 raises."""
    backend = PinnedBackend(addresses_of(reach, place, deadline), reach.doors, deadline)
    headers: dict[bytes | str, bytes | str] = {
        "Host": place.host,
        "User-Agent": reach.agent,
        "Accept": "text/plain, text/html;q=0.9, */*;q=0.1",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    url = httpcore2.URL(
        scheme=place.scheme.removesuffix(":").encode(),
        host=place.name.encode(),
        port=place.port,
        target=place.target.encode(),
    )
    pool = httpcore2.ConnectionPool(ssl_context=reach.trust, network_backend=backend)
    with pool, pool.stream("GET", url, headers=headers) as response:
        if response.status in _REDIRECTS:
            target = _header(response, b"location")
            if not target:
                raise refused(f"{place.asked} leads on, and does not say where")
            return _Onward(target)
        if response.status != 200:
            raise MissedError(Missed("absent", f"{place.asked} answered {response.status}"))
        if _header(response, b"content-encoding").strip().lower() not in ("", "identity"):
            raise refused(
                f"{place.asked} came encoded, though the bytes as they are were asked for"
            )
        return read(place, response)


def place_of(url: str, *, asked: str) -> Place:
    """Step 1: the place that a URL names. Raises: MissedError."""
    try:
        parsed = ada_url.URL(url)
    except (ValueError, UnicodeError):
        raise refused("this is no URL") from None
    if parsed.protocol not in PORTS:
        raise refused("only http and https are looked at")
    if parsed.username or parsed.password:
        raise refused("a URL with a user name or password is not looked at")
    if parsed.port:
        raise refused("only ports 80 and 443 are looked at")
    whole = f"{parsed.protocol}//{parsed.hostname}{parsed.pathname}{parsed.search}"
    return Place(
        asked,
        whole,
        parsed.protocol,
        parsed.hostname,
        parsed.pathname,
        parsed.pathname + parsed.search,
    )


def _next(here: Place, target: str, within: Within) -> Place:
    """The place that a redirect names. Raises: MissedError where it leads away from what was asked about."""
    try:
        place = place_of(ada_url.join_url(here.url, target), asked=here.asked)
    except (ValueError, UnicodeError):
        raise refused(f"{here.asked} leads on to what is no URL") from None
    if here.scheme == "https:" and place.scheme != "https:":
        raise refused(f"{here.asked} leads from https to http")
    if not within.holds(place.host, place.path):
        raise refused(f"{here.asked} leads to another place, which proves nothing about this one")
    return place


def addresses_of(reach: Reach, place: Place, deadline: Deadline) -> tuple[str, ...]:
    """Step 2. Raises: MissedError where there is none, or one of them is special."""
    name = place.name
    if place.host.startswith("[") or name.replace(".", "").isdigit():
        found: tuple[str, ...] = (name,)
    else:
        try:
            found = reach.names.addresses(name, deadline.left())
        except NameAbsent:
            raise MissedError(Missed("absent", f"DNS does not know {name}")) from None
        except NameUnreachable:
            raise _unreachable(f"DNS gave no answer about {name}") from None
    for address in found:
        if (why := reach.special(address)) is not None:
            raise refused(f"{name} has an address that is never connected to ({why})")
    if not found:
        raise MissedError(Missed("absent", f"{name} has no address"))
    return found


def _pieces(response: httpcore2.Response) -> Iterator[bytes]:
    yield from response.iter_stream()


def _header(response: httpcore2.Response, name: bytes) -> str:
    """A header field's value; "" where it is missing."""
    values = [value for key, value in response.headers if key.lower() == name]
    return b", ".join(values).decode("latin-1")


def said_of(error: Exception) -> str:
    """What went wrong, in our words: what the other side wrote stays out."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "showed a certificate that does not hold for this name"
        if isinstance(cause, ConnectionRefusedError):
            return "refused the connection"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpcore2.ProtocolError):
        return "answered with something that is not HTTP"
    return "could not be reached"
