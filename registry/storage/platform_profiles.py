"""What a platform says about itself beside the log: its contact, its domain and how the proof of that stands, and
whether its keys are read from the directory there. The registry's own books.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from registry.storage.journal import Note
from registry.storage.platform_tables import platform_profiles
from registry.storage.proofs import Sight

_INSERT: Final[dict[str, Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


_TOLD: Final = ("contact", "domain", "state", "reads_directory")
"""What of a profile is an act where it changes; the rest is how looks at the domain went."""


class DomainState(StrEnum):
    """How the proof of a domain stands; `none`: no domain was named."""

    NONE = "none"
    WAITING = "waiting"
    PROVED = "proved"
    FAILED = "failed"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Profile:
    """Times in ms. `failures` counts looks in a row that found nothing, since `failing_since`; `seen` is the last
    look's. `directory_trouble`: why the last reading changed nothing, or not all that it should."""

    platform: str
    contact: str | None = None
    domain: str | None = None
    state: DomainState = DomainState.NONE
    asked_at: int | None = None
    tried_at: int | None = None
    proved_at: int | None = None
    failures: int = 0
    failing_since: int | None = None
    seen: tuple[Sight, ...] = ()
    reads_directory: bool = False
    directory_read_at: int | None = None
    directory_trouble: str | None = None

    @property
    def proved_domain(self) -> str | None:
        """The domain, if it is proved now."""
        return self.domain if self.state is DomainState.PROVED else None


class PlatformProfiles:
    def __init__(self, connection: Connection, note: Note) -> None:
        self._connection = connection
        self._note = note

    def of(self, platform: str) -> Profile:
        """What a platform says about itself; empty where it said nothing."""
        return self.of_all([platform])[platform]

    def of_all(self, platforms: Sequence[str]) -> dict[str, Profile]:
        """The same of several."""
        rows = self._connection.execute(
            select(platform_profiles).where(platform_profiles.c.platform.in_(platforms))
        )
        found = {row.platform: _read(row) for row in rows}
        return {each: found.get(each) or Profile(each) for each in platforms}

    def keep(self, profile: Profile) -> None:
        """Notes what is so now."""
        values = asdict(profile) | {
            "state": profile.state.value,
            "reads_directory": int(profile.reads_directory),
            "seen": json.dumps([[each.place, each.proved, each.words] for each in profile.seen]),
        }
        before = self.of(profile.platform)
        changed = [name for name in _TOLD if getattr(before, name) != getattr(profile, name)]
        fresh = _INSERT[self._connection.dialect.name](platform_profiles).values(values)
        self._connection.execute(
            fresh.on_conflict_do_update(index_elements=["platform"], set_=values)
        )
        if changed:
            self._note("platform.profile-changed", platform=profile.platform, what=changed)


def _read(row: Any) -> Profile:
    return Profile(
        **{
            **row._mapping,
            "state": DomainState(row.state),
            "reads_directory": bool(row.reads_directory),
            "seen": tuple(Sight(*each) for each in json.loads(row.seen)),
        }
    )
