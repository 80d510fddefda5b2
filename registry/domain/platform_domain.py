"""The domain of a platform: which names can be one, and what proves it.

The same control code as for locations (`control`), over the platform's id where a location's has the claim's; it counts
in the file that only who runs the host can put up, and in DNS.
"""

from typing import Final

from registry.domain.control import DNS_LABEL, HOST_FILE, Challenge, Means, Way, token_of
from registry.domain.hosts import public_suffix
from registry.domain.locations import Location, is_address
from registry.domain.urls import canonical_url
from registry.errors import InvalidIdentifier, InvalidInput

LONGEST: Final = 253


def parse_domain(text: str) -> str:
    """The host that `Example.com`, `example.com/` or `https://example.com` names, in lower-case ASCII.

    Raises: InvalidInput (field domain).
    """
    text = text.strip()
    try:
        url = canonical_url(text if "://" in text else f"https://{text}")
    except InvalidIdentifier as error:
        raise _no_domain(error.message) from error
    if url.path.strip("/") or url.query or url.port:
        raise _no_domain("leave out everything but the host")
    if is_address(url.host) or "." not in url.host or len(url.host) > LONGEST:
        raise _no_domain("write a host's name, such as example.com")
    if public_suffix(url.host) == url.host:
        raise _no_domain("this is a public suffix, under which many have their names")
    return url.host


def domain_challenge(issuer: str, platform: str, domain: str) -> Challenge:
    """What a platform has to put up, and where: either way proves the domain."""
    url = f"https://{domain}/"
    where = Location(url, subdomains=False, whole_host=True, expression=url[8:], depth=0)
    token = token_of(issuer, platform, where)
    place = f"https://{domain}{HOST_FILE}"
    return Challenge(
        token,
        where,
        (
            Way(Means.HOST_FILE, place, token, hosts=(domain,), path=HOST_FILE),
            Way(Means.DNS, f"{DNS_LABEL}.{domain}", token),
        ),
    )


def _no_domain(why: str) -> InvalidInput:
    return InvalidInput(f"that is no domain: {why}", field="domain")
