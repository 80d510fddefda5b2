"""The addresses that a fetch never connects to: every special-purpose range of IANA's two registries, and more.

Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890, as of October 2025); multicast (RFC 5771,
RFC 4291); outside 2000::/3 no global unicast address is assigned (RFC 4291 section 2.4). Ranges that all can reach but
that serve a protocol rather than a site (AS112, AMT, 6to4, Teredo, NAT64) are refused like the rest: an address inside
them can carry another, private one.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address

IPV4: Final[dict[str, str]] = {
    "0.0.0.0/8": "this network",
    "10.0.0.0/8": "private use",
    "100.64.0.0/10": "shared address space",
    "127.0.0.0/8": "loopback",
    "169.254.0.0/16": "link local",
    "172.16.0.0/12": "private use",
    "192.0.0.0/24": "IETF protocol assignments",
    "192.0.2.0/24": "documentation",
    "192.31.196.0/24": "AS112",
    "192.52.193.0/24": "automatic multicast tunnelling",
    "192.88.99.0/24": "6to4 relay anycast",
    "192.168.0.0/16": "private use",
    "192.175.48.0/24": "AS112",
    "198.18.0.0/15": "benchmarking",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved, and broadcast",
}

GLOBAL_UNICAST: Final = IPv6Network("2000::/3")

IPV6: Final[dict[str, str]] = {
    "::/128": "unspecified",
    "::1/128": "loopback",
    "::ffff:0:0/96": "an IPv4 address in IPv6 (mapped)",
    "::/96": "an IPv4 address in IPv6 (compatible)",
    "64:ff9b::/96": "an IPv4 address in IPv6 (NAT64)",
    "64:ff9b:1::/48": "an IPv4 address in IPv6 (local NAT64)",
    "100::/64": "discard only",
    "100:0:0:1::/64": "dummy prefix",
    "2001::/23": "IETF protocol assignments, and Teredo",
    "2001:db8::/32": "documentation",
    "2002::/16": "an IPv4 address in IPv6 (6to4)",
    "2620:4f:8000::/48": "AS112",
    "3fff::/20": "documentation",
    "5f00::/16": "segment routing",
    "fc00::/7": "unique local",
    "fe80::/10": "link local",
    "fec0::/10": "site local",
    "ff00::/8": "multicast",
}

_IPV4 = tuple((IPv4Network(text), why) for text, why in IPV4.items())
_IPV6 = tuple((IPv6Network(text), why) for text, why in IPV6.items())


def special_purpose(text: str) -> str | None:
    """What is special about an address, in words; None for one that a public site can have.

    A text that is no plain address (a zone, another notation) is special too.
    """
    try:
        address: Address = ip_address(text)
    except ValueError:
        return "no address"
    if isinstance(address, IPv4Address):
        return next((why for network, why in _IPV4 if address in network), None)
    if address.scope_id is not None:
        return "an address with a zone"
    found = next((why for network, why in _IPV6 if address in network), None)
    if found is None and address not in GLOBAL_UNICAST:
        return "not assigned to sites"
    return found
