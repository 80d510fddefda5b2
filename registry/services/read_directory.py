"""Keys of a platform from the HTTP-signature key directory at its proved domain, read every day.

A key that is new there, and signed the reply, may sign from now on; one that came from there and is gone is revoked. A
reading that fails changes nothing. A key that was revoked stays so, whatever the directory says.
"""

from dataclasses import replace
from typing import Final

from registry.errors import Conflict, VerificationFailed
from registry.fetching.lines import Missed, ReadText, Reply, Text, Within
from registry.fetching.process import Fetcher
from registry.instants import DAY_MS, SECOND_MS
from registry.services.actor import Actor
from registry.services.ledger import Ledger
from registry.services.prove_claim import Opens
from registry.services.prove_domain import check_not_too_soon, end_directory_keys
from registry.services.register_platform import add_platform_key, revoke_platform_key
from registry.signing.key_directory import FIELDS, PATH, KeyDirectory, read_key_directory
from registry.storage.platform_profiles import Profile

DIRECTORY: Final = "platform-directory"
"""The kind of its jobs; their key is the platform."""
READ_AGAIN_MS: Final = DAY_MS


def use_directory(ledger: Ledger, platform: str, by: Actor, *, wanted: bool) -> Profile:
    """Has keys read from the directory from now on, or no more; then those that came from there are revoked.

    Raises: Conflict where the platform has no proved domain; AskedTooSoon.
    """
    profile = ledger.uow.platform_profiles.of(platform)
    if wanted and profile.proved_domain is None:
        raise Conflict("keys are read only from a domain that is proved", field="domain")
    profile = replace(profile, reads_directory=wanted, directory_trouble=None)
    if wanted:
        check_not_too_soon(profile, ledger.now)
        profile = replace(profile, asked_at=ledger.now)
        ledger.uow.jobs.add(DIRECTORY, platform, ledger.now)
    else:
        end_directory_keys(ledger, platform, by)
    ledger.uow.platform_profiles.keep(profile)
    return profile


def read_directory(registry: Opens, platform: str, fetcher: Fetcher, by: Actor) -> None:
    """Reads the directory now, and does what it says. Safe to repeat. Raises: Unavailable."""
    with registry.reading() as uow:
        asked = uow.platform_profiles.of(platform)
    domain = asked.proved_domain
    if domain is None or not asked.reads_directory:
        return
    url = f"https://{domain}{PATH}"
    reply = fetcher.ask(ReadText(url, Within((domain,), PATH), FIELDS))
    said = judge_directory(domain, reply, registry.clock() // SECOND_MS)
    with registry.writing() as ledger:
        profile = ledger.uow.platform_profiles.of(platform)
        if profile.proved_domain == domain and profile.reads_directory:
            settle_directory(ledger, profile, said, by)


def judge_directory(domain: str, reply: Reply, now: int) -> KeyDirectory | str:
    """The directory in a reply, at `now` (s), or why there is none, in words."""
    if isinstance(reply, Missed):
        return reply.words
    if not isinstance(reply, Text) or reply.cut:
        return "the key directory is longer than 64 KiB"
    try:
        return read_key_directory(domain, reply.fields, reply.body, now)
    except VerificationFailed as error:
        return error.message


def settle_directory(
    ledger: Ledger, profile: Profile, said: KeyDirectory | str, by: Actor
) -> Profile:
    """Adds what is new, revokes what is gone, and asks for the next reading; of a reading that failed (a text: why) it
    is only noted."""
    ledger.uow.jobs.add(DIRECTORY, profile.platform, ledger.now + READ_AGAIN_MS, now=ledger.now)
    if isinstance(said, str):
        profile = replace(profile, directory_trouble=said)
    else:
        trouble = [*_add_new(ledger, profile.platform, said, by), *said.passed_over]
        for kid in sorted(ledger.uow.directory_keys.of(profile.platform) - said.listed):
            revoke_platform_key(ledger, kid, by)
        profile = replace(
            profile,
            directory_read_at=ledger.now,
            directory_trouble="; ".join(trouble)[:1000] or None,
        )
    ledger.uow.platform_profiles.keep(profile)
    return profile


def _add_new(ledger: Ledger, platform: str, said: KeyDirectory, by: Actor) -> list[str]:
    """Adds the keys that nobody has yet. Returns why others were not added."""
    trouble = []
    for key in said.held:
        known = ledger.uow.platform_keys.find(key.kid)
        if known is not None and known.platform == platform:
            if known.revoked_at is not None:
                trouble.append(f"the key {key.kid} was revoked here, and stays so")
            continue
        try:
            add_platform_key(ledger, platform, key.jwk, by)
        except Conflict as error:
            trouble.append(error.message)
        else:
            ledger.uow.directory_keys.add(key.kid, platform)
    return trouble
