"""The limits of one application, by the settings: platforms' questions, tokens' writes, writes at once."""

from dataclasses import dataclass

from registry.api.back_pressure import WriteGate
from registry.api.rate_limits import BLOCKS, Policy, RateLimit
from registry.bootstrap import Registry

ITEMS_PER_PLACE = 100
"""A question takes one place for each hundred items begun."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`token`: writes a minute of one token. `gate`: writes at once."""

    token: RateLimit
    gate: WriteGate


def limits_of(registry: Registry) -> Limits:
    """The limits that the settings ask for."""
    settings = registry.settings
    token = Policy("token", settings.rate_token, "for one token's writes")
    return Limits(RateLimit(registry.nonces, token), WriteGate(settings.writers))


def platform_limit(registry: Registry) -> RateLimit:
    """Questions of one platform: places a minute."""
    quota = registry.settings.rate_platform
    policy = Policy(
        "platform",
        quota,
        f"for one platform, where each {ITEMS_PER_PLACE} items of a question count one",
        max(1, quota // BLOCKS),
    )
    return RateLimit(registry.nonces, policy)


def places_of(items: int) -> int:
    """How many places a question about so many items takes."""
    return -(-items // ITEMS_PER_PLACE)
