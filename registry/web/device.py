"""By what a person recognises a session of theirs: the browser and system that it says it is, and the network."""

import re
from ipaddress import ip_address, ip_network

_BROWSERS = (
    ("Edge", r"Edg(e|A|iOS)?/"), ("Opera", r"OPR/"), ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"(Firefox|FxiOS)/"), ("Chrome", r"(Chrome|CriOS|HeadlessChrome)/"), ("Safari", r"Version/.*Safari/"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", r"Android"), ("iPhone", r"iPhone"), ("iPad", r"iPad"), ("Windows", r"Windows"), ("macOS", r"Mac OS X"),
    ("Linux", r"Linux"),
)  # fmt: skip
MOST_AGENT = 500


def device_of(agent: str) -> str:
    """ "Firefox, Linux"; what it does not know, it leaves out (RFC 9110, 10.1.5)."""
    agent = agent[:MOST_AGENT]
    found = [
        next((name for name, pattern in table if re.search(pattern, agent)), None)
        for table in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(each for each in found if each) or "?"


def shown_network(address: str) -> str:
    """The /24 (IPv4) or /48 (IPv6) of an address: enough to recognise, and no more than has to be kept."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "?"
    return str(ip_network((parsed, 24 if parsed.version == 4 else 48), strict=False))


def counted_network(address: str) -> str:
    """What one address counts as, where tries are counted: an IPv6 household has a /64 of them."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "?"
    return str(ip_network((parsed, 32 if parsed.version == 4 else 64), strict=False))
