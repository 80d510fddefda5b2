"""What the pages of a platform show, as plain values: the same members for people and for machines."""

import re
from typing import Any

from registry.errors import Unavailable
from registry.instants import rfc3339
from registry.services.find import the_platform
from registry.services.list_platforms import MOST_LOOKED_AT, Listed, parents_of, the_listed
from registry.services.prove_domain import challenge_for
from registry.storage.failed_signatures import FailedSignature
from registry.storage.platform_keys import PlatformKey
from registry.storage.platform_members import Member, Role
from registry.storage.platform_profiles import Profile
from registry.storage.unit_of_work import UnitOfWork
from registry.web.wired import take_platform_place, the_registry

_LEFT = re.compile(r"r=([0-9]+)")


def moment(at: int | None) -> str | None:
    """RFC 3339, or None."""
    return None if at is None else rfc3339(at)


def in_directory(listed: Listed) -> dict[str, Any]:
    """A platform as anybody sees it."""
    return {
        "id": listed.platform.id,
        "name": listed.platform.name,
        "legal_entity": listed.platform.legal_entity,
        "domain": listed.profile.proved_domain,
        "affiliate_of": [{"id": id, "name": name} for id, name in listed.parents],
    }


def heading(uow: UnitOfWork, member: Member) -> dict[str, Any]:
    """What stands above each page of a platform's members: which one, and what the reader may do."""
    platform = the_platform(uow, member.platform)
    return {
        "platform": in_directory(the_listed(uow, platform, uow.platform_profiles.of(platform.id))),
        "role": member.role.value,
        "engineer": member.role.may(Role.ENGINEER),
        "admin": member.role.may(Role.ADMIN),
    }


def profile_of(profile: Profile) -> dict[str, Any]:
    """Contact and domain, with what proves it and what the last look saw."""
    challenge = challenge_for(the_registry().place, profile)
    ways = () if challenge is None else challenge.ways
    return {
        "contact": profile.contact,
        "domain": profile.domain,
        "state": profile.state.value,
        "tried_at": moment(profile.tried_at),
        "ways": [{"means": way.means.value, "place": way.place, "line": way.line} for way in ways],
        "seen": [
            {"place": each.place, "proved": each.proved, "words": each.words}
            for each in profile.seen
        ],
    }


def affiliations(uow: UnitOfWork, platform: str) -> list[dict[str, Any]]:
    """Of both sides: those that count, and those that one side has offered. `waits_for`: who has not said so yet."""
    found: list[dict[str, Any]] = [
        {"platform": _named(uow, platform), "parent": _named(uow, parent), "waits_for": None}
        for parent in _parents(uow, platform)
    ]
    others = uow.platform_keys.platforms()[:MOST_LOOKED_AT]
    uow.projection.load(others)
    for other in others:
        if platform in _parents(uow, other):
            found.append(
                {"platform": _named(uow, other), "parent": _named(uow, platform), "waits_for": None}
            )
    for offer in uow.platform_members.offers(platform):
        waits_for = offer.parent if offer.offered_by == offer.platform else offer.platform
        found.append(
            {
                "platform": _named(uow, offer.platform),
                "parent": _named(uow, offer.parent),
                "waits_for": waits_for,
            }
        )
    return found


def keys_of(uow: UnitOfWork, platform: str) -> dict[str, Any]:
    """Every key of a platform: real ones, those for tests, plain ones; and how its directory is read."""
    profile, from_there = uow.platform_profiles.of(platform), uow.directory_keys.of(platform)
    return {
        "keys": [
            {**_key(each), "from_directory": each.kid in from_there}
            for each in uow.platform_keys.of(platform)
        ],
        "test_keys": [_key(each) for each in uow.sandbox_keys.of(platform)],
        "query_keys": [
            {
                "id": each.id,
                "label": each.label,
                "added_at": rfc3339(each.created_at),
                "revoked_at": moment(each.revoked_at),
            }
            for each in uow.query_keys.of(platform)
        ],
        "directory": {
            "domain": profile.proved_domain,
            "reads": profile.reads_directory,
            "read_at": moment(profile.directory_read_at),
            "trouble": profile.directory_trouble,
        },
    }


def members_of(uow: UnitOfWork, member: Member, now: int) -> dict[str, Any]:
    """Who acts for a platform, as this member sees it: addresses, and who is invited, are for admins."""
    platform, admin = member.platform, member.role.may(Role.ADMIN)
    found = []
    for each in uow.platform_members.of(platform):
        account = uow.accounts.find(each.account)
        found.append(
            {
                "account": each.account,
                "name": None if account is None else account.name,
                "address": None if account is None or not admin else account.address,
                "role": each.role.value,
                "since": rfc3339(each.since),
            }
        )
    waiting = [
        {
            "id": each.id,
            "address": each.email,
            "role": each.role.value,
            "until": rfc3339(each.until),
        }
        for each in (uow.platform_members.invitations(platform, now) if admin else ())
    ]
    return {"members": found, "invitations": waiting, "roles": [each.value for each in Role]}


def failed(each: FailedSignature) -> dict[str, Any]:
    """A refused signature."""
    return {
        "at": rfc3339(each.at),
        "keyid": each.kid,
        "method": each.method,
        "code": each.code,
        "detail": each.words,
        "signature_base": each.base,
    }


def quota_of(platform: str) -> dict[str, int | None]:
    """Places a minute (0: no limit), and how many are left in this one. To look takes one of them."""
    registry = the_registry()
    try:
        fields = take_platform_place(platform, registry.clock())
    except Unavailable as error:
        if error.code != "too-many-requests":
            raise
        return {"a_minute": registry.settings.rate_platform, "left": 0}
    left = _LEFT.search(fields.get("RateLimit", ""))
    return {
        "a_minute": registry.settings.rate_platform,
        "left": None if left is None else int(left[1]),
    }


def _key(key: PlatformKey) -> dict[str, Any]:
    return {
        "keyid": key.kid,
        "curve": key.jwk["crv"],
        "added_at": rfc3339(key.added_at),
        "revoked_at": moment(key.revoked_at),
    }


def _named(uow: UnitOfWork, id: str) -> dict[str, str]:
    return {"id": id, "name": the_platform(uow, id).name}


def _parents(uow: UnitOfWork, id: str) -> list[str]:
    return parents_of(the_platform(uow, id))
