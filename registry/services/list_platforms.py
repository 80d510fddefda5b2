"""The public directory of platforms: who asks, and can be named as a grantee, with what stands behind each name.

A name is what somebody wrote; a domain, where it is proved, is what they showed.
"""

from dataclasses import dataclass
from typing import Final, cast

from registry.domain.dossiers import Platform
from registry.storage.platform_profiles import Profile
from registry.storage.unit_of_work import UnitOfWork

MOST_LOOKED_AT: Final = 2_000
"""Platforms a page at which is looked for a search; the next page goes on after them."""
_CHUNK: Final = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """A platform in the directory; `parents`: (id, name) of those for which it acts, as both sides say."""

    platform: Platform
    profile: Profile
    parents: tuple[tuple[str, str], ...]


def list_platforms(
    uow: UnitOfWork, search: str, after: str, limit: int
) -> tuple[list[Listed], str | None]:
    """A page in order of id after `after`: those whose name, legal entity or proved domain holds the text `search`, or
    whose id it is. And where the next page begins (None: there is none)."""
    wanted = search.strip().casefold()
    ids = [id for id in uow.platform_keys.platforms() if id > after]
    looked_at = ids[: MOST_LOOKED_AT if wanted else limit]
    found: list[Listed] = []
    for begin in range(0, len(looked_at), _CHUNK):
        part = looked_at[begin : begin + _CHUNK]
        uow.projection.load(part)
        profiles = uow.platform_profiles.of_all(part)
        for id in part:
            platform = cast(Platform, uow.projection.dossier("platform", id))
            if _holds(platform, profiles[id], wanted):
                found.append(the_listed(uow, platform, profiles[id]))
            if len(found) == limit:
                return found, id if id != ids[-1] else None
    return found, looked_at[-1] if len(ids) > len(looked_at) else None


def parents_of(platform: Platform) -> list[str]:
    """The ids of those for which it acts now."""
    return [each.parent for each in platform.affiliations if not each.ended]


def the_listed(uow: UnitOfWork, platform: Platform, profile: Profile) -> Listed:
    """One platform as the directory shows it."""
    parents = [
        cast(Platform, uow.projection.dossier("platform", id)) for id in parents_of(platform)
    ]
    return Listed(platform, profile, tuple((each.id, each.name) for each in parents))


def _holds(platform: Platform, profile: Profile, wanted: str) -> bool:
    if not wanted or wanted == platform.id:
        return True
    told = (platform.name, platform.legal_entity, profile.proved_domain or "")
    return any(wanted in each.casefold() for each in told)
