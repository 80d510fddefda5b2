"""Who a connection comes from, where proxies stand in between: X-Forwarded-For, believed from them only.

Each proxy appends the address that it saw. Read from the right, the entries are as true as the proxies that
wrote them; the first one that no trusted proxy wrote is whoever sent the request, or claims to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from registry.errors import ConfigurationError

_MOST_HOPS = 20


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """Whose X-Forwarded-For is believed: a number of proxies in a row, or those in these networks."""

    number: int = 0
    networks: tuple[IPv4Network | IPv6Network, ...] = ()


def parse_trusted_proxies(text: str, field: str) -> TrustedProxies:
    """`""`, `2`, or `10.0.0.0/8, ::1`. Raises: ConfigurationError naming the field."""
    text = text.strip()
    if not text:
        return TrustedProxies()
    if text.isascii() and text.isdigit() and len(text) < 3 and int(text) < _MOST_HOPS:
        return TrustedProxies(number=int(text))
    try:
        return TrustedProxies(networks=tuple(ip_network(each.strip()) for each in text.split(",")))
    except ValueError:
        raise ConfigurationError(
            f"{field} is {text[:80]!r}; set it to the number of proxies in front (1), or to their "
            "addresses and networks: 10.0.0.0/8, ::1",
            field=field,
        ) from None


def client_address(environ: Mapping[str, Any], proxies: TrustedProxies) -> str:
    """The address of whoever sent this request, as far as the proxies can be trusted to know it."""
    peer = str(environ.get("REMOTE_ADDR") or "")
    if not proxies.number and not proxies.networks:
        return peer
    written = str(environ.get("HTTP_X_FORWARDED_FOR") or "").split(",")[-_MOST_HOPS:]
    believed = peer
    for hop, text in enumerate(reversed(written)):
        address = _address(believed)
        trusted = hop < proxies.number or (
            address is not None and any(address in network for network in proxies.networks)
        )
        before = _address(text)
        if not trusted or before is None:
            break
        believed = str(before)
    return believed


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The address in one entry, also with a port or in brackets; None for what is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        parsed = ip_address(text)
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return mapped or parsed


def is_loopback(host: str) -> bool:
    """Can only this machine reach it? An address, in brackets or not, or a name (RFC 6761, section 6.3)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
