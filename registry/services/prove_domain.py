"""A platform's domain: named, proved by a look, and looked at again for as long as it counts.

As with claims (`prove_claim`, `recheck_claims`) no transaction is open while strangers' servers answer. Nothing of it
is logged, since no answer depends on it; what rests on it (keys from the directory there) ends with it.
"""

from dataclasses import replace
from typing import Final

from registry.domain.control import Challenge
from registry.domain.platform_domain import domain_challenge, parse_domain
from registry.errors import Conflict
from registry.fetching.process import Fetcher
from registry.instants import SECOND_MS
from registry.services.actor import Actor
from registry.services.find import the_platform
from registry.services.ledger import Ledger, Place
from registry.services.prove_claim import (
    ASK_AGAIN_MS,
    RECHECK_MS,
    AskedTooSoon,
    Opens,
    Seen,
    look,
)
from registry.services.recheck_claims import AGAIN_MS, FAILING_MS, FAILURES
from registry.services.register_platform import revoke_platform_key
from registry.storage.platform_profiles import DomainState, Profile

DOMAIN: Final = "platform-domain"
"""The kind of its jobs; their key is the platform."""


def name_domain(ledger: Ledger, platform: str, text: str, by: Actor) -> Profile:
    """Names the platform's domain, or (an empty text) none; another one than before has to be proved anew.

    Raises: NotFound, InvalidInput (field domain).
    """
    the_platform(ledger.uow, platform, field="platform")
    before = ledger.uow.platform_profiles.of(platform)
    domain = parse_domain(text) if text.strip() else None
    if domain == before.domain:
        return before
    end_directory_keys(ledger, platform, by)
    profile = Profile(
        platform,
        contact=before.contact,
        domain=domain,
        state=DomainState.NONE if domain is None else DomainState.FAILED,
        asked_at=before.asked_at,
    )
    ledger.uow.platform_profiles.keep(profile)
    return profile


def challenge_for(place: Place, profile: Profile) -> Challenge | None:
    """What proves the platform's domain; None where it named none."""
    if profile.domain is None:
        return None
    return domain_challenge(place.issuer, profile.platform, profile.domain)


def ask_for_domain_proof(ledger: Ledger, platform: str) -> Profile:
    """Asks for a look, to be done in the background. Raises: Conflict where no domain is named, AskedTooSoon."""
    profile = ledger.uow.platform_profiles.of(platform)
    if profile.domain is None:
        raise Conflict("name the domain first", field="domain")
    check_not_too_soon(profile, ledger.now)
    state = DomainState.PROVED if profile.state is DomainState.PROVED else DomainState.WAITING
    profile = replace(profile, state=state, asked_at=ledger.now)
    ledger.uow.platform_profiles.keep(profile)
    ledger.uow.jobs.add(DOMAIN, platform, ledger.now)
    return profile


def check_not_too_soon(profile: Profile, now: int) -> None:
    """A platform has us knock somewhere once a minute. Raises: AskedTooSoon."""
    if profile.asked_at is not None and now - profile.asked_at < ASK_AGAIN_MS:
        raise AskedTooSoon(-(-(ASK_AGAIN_MS - (now - profile.asked_at)) // SECOND_MS))


def prove_domain(registry: Opens, platform: str, fetcher: Fetcher, by: Actor) -> DomainState:
    """Looks now, and writes what was seen. Safe to repeat. Raises: Unavailable."""
    with registry.reading() as uow:
        asked = uow.platform_profiles.of(platform)
    challenge = challenge_for(registry.place, asked)
    if challenge is None:
        return DomainState.NONE
    seen = look(challenge, fetcher)
    with registry.writing() as ledger:
        profile = ledger.uow.platform_profiles.of(platform)
        if profile.domain == asked.domain:  # else it is another one by now
            profile = settle_domain(ledger, profile, seen, by)
    return profile.state


def settle_domain(ledger: Ledger, profile: Profile, seen: Seen, by: Actor) -> Profile:
    """Writes what a look saw, and asks for the next one while the domain counts as proved."""
    now, was_proved = ledger.now, profile.state is DomainState.PROVED
    profile = replace(profile, tried_at=now, seen=seen.sights)
    if seen.way is not None:
        profile = replace(
            profile,
            state=DomainState.PROVED,
            failures=0,
            failing_since=None,
            proved_at=profile.proved_at if was_proved else now,
        )
    elif was_proved:
        since = now if profile.failing_since is None else profile.failing_since
        profile = replace(profile, failures=profile.failures + 1, failing_since=since)
        if profile.failures >= FAILURES and now - since >= FAILING_MS:
            profile = replace(profile, state=DomainState.LAPSED)
            end_directory_keys(ledger, profile.platform, by)
    else:
        profile = replace(profile, state=DomainState.FAILED)
    if profile.state is DomainState.PROVED:
        wait = AGAIN_MS if profile.failures else RECHECK_MS
        ledger.uow.jobs.add(DOMAIN, profile.platform, now + wait, now=now)
    ledger.uow.platform_profiles.keep(profile)
    return profile


def end_directory_keys(ledger: Ledger, platform: str, by: Actor) -> None:
    """Revokes the keys that were read from the platform's directory: what they rest on is no more."""
    for kid in sorted(ledger.uow.directory_keys.of(platform)):
        revoke_platform_key(ledger, kid, by)
