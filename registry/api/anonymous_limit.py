"""How often somebody may ask without signing: a few times a minute an address, counted across workers.

Behind a proxy all who do not sign share the proxy's address, unless REGISTRY_TRUSTED_PROXIES says whose
X-Forwarded-For to believe. An IPv6 network of 64 bits counts as one address: one household has as many.
"""

from ipaddress import IPv6Address, ip_address, ip_network

from registry.api.rate_limits import Policy, RateLimit, TooManyRequestsError
from registry.storage.nonces import NonceStore

__all__ = ["PER_MINUTE", "AnonymousLimit", "TooManyRequestsError"]

PER_MINUTE = 30
"""Unless REGISTRY_RATE_ANONYMOUS says otherwise."""


class AnonymousLimit:
    """The count of one process; exact over all processes that share the store."""

    def __init__(self, nonces: NonceStore, per_minute: int = PER_MINUTE) -> None:
        advice = "without a signature; register as a platform and sign for more"
        self._limit = RateLimit(nonces, Policy("anonymous", per_minute, advice))

    def take(self, address: str, now: int) -> dict[str, str]:
        """Takes a place for this address at `now` (ms); returns the RateLimit header fields.

        Raises: TooManyRequestsError where none is left, Unavailable where the store is away.
        """
        return self._limit.take(_household(address), now)


def _household(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(ip_network((parsed, 64), strict=False))
    return address
