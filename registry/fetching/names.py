"""Names in DNS: the addresses of a host, and the texts at a name, within a bounded time (dnspython).

The system's resolver is asked over DNS alone: its hosts file, which names machines of the house, is not read.
"""

from typing import Final, Protocol

import dns.exception
import dns.name
import dns.resolver

MOST_ADDRESSES: Final = 16
MOST_TEXTS: Final = 64
LONGEST_TEXT: Final = 1024


class NameAbsent(Exception):
    """The name, or what was asked of it, is not there."""


class NameUnreachable(Exception):
    """No answer came that could be read."""


class Names(Protocol):
    """Who knows names."""

    def addresses(self, host: str, seconds: float) -> tuple[str, ...]:
        """IPv4 before IPv6. Raises: NameAbsent, NameUnreachable."""
        ...

    def texts(self, name: str, seconds: float) -> tuple[str, ...]:
        """Raises: NameAbsent, NameUnreachable."""
        ...


class PublicNames:
    """What the resolver of this system says."""

    def __init__(self, resolver: dns.resolver.Resolver | None = None) -> None:
        """Raises: NameUnreachable where the system names no resolver."""
        try:
            self._resolver = dns.resolver.Resolver() if resolver is None else resolver
        except dns.exception.DNSException as error:
            raise NameUnreachable("this system has no resolver") from error

    def addresses(self, host: str, seconds: float) -> tuple[str, ...]:
        try:
            found = self._resolver.resolve_name(
                dns.name.from_text(host), lifetime=seconds, search=False
            )
            return tuple(sorted(set(found.addresses()), key=_ipv4_first))[:MOST_ADDRESSES]
        except dns.exception.DNSException as error:
            raise _ours(error) from error

    def texts(self, name: str, seconds: float) -> tuple[str, ...]:
        try:
            answer = self._resolver.resolve(
                dns.name.from_text(name), "TXT", lifetime=seconds, search=False
            )
        except dns.exception.DNSException as error:
            raise _ours(error) from error
        joined = (b"".join(record.strings) for record in list(answer)[:MOST_TEXTS])
        return tuple(text[:LONGEST_TEXT].decode("utf-8", "replace") for text in joined)


def _ipv4_first(address: str) -> tuple[bool, str]:
    return ":" in address, address


def _ours(error: dns.exception.DNSException) -> NameAbsent | NameUnreachable:
    absent = (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.name.LabelTooLong)
    if isinstance(error, (*absent, dns.name.NameTooLong, dns.name.EmptyLabel)):
        return NameAbsent("there is no such name")
    return NameUnreachable("no answer came from DNS")
