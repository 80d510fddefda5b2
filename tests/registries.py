"""Registries for tests: a real store in a temporary folder, real keys, and a clock that the test moves."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from registry.bootstrap import Registry, open_registry
from registry.domain.declaration import Choice, Wish
from registry.domain.events import Conditions, Subject
from registry.domain.vocabulary import Assurance, Preference, Role, Usage, WorkKind
from registry.services.actor import Actor
from registry.services.answer import Answers, Inquiry, Item, ItemAnswer, answer
from registry.services.attest_claim import attest_claim
from registry.services.declare import Declaration, declare
from registry.services.fsck import Report, fsck
from registry.services.open_account import register_rightsholder
from registry.services.register_platform import register_platform
from registry.services.register_work import (
    Inside,
    NewLocation,
    NewWork,
    register_location,
    register_work,
)
from registry.services.settle_loosening import confirm_loosening
from registry.settings import Settings

STEWARD = Actor("alice", "steward")
TOKEN = Actor("token", "token")
START = 1_790_000_000_000
HOUR = 3_600_000
DAY = 24 * HOUR


@dataclass
class MovedClock:
    """A clock that stands still until it is moved (ms)."""

    now: int = START

    def __call__(self) -> int:
        return self.now

    def forward(self, ms: int) -> int:
        self.now += ms
        return self.now


@dataclass
class Desk:
    """A registry with short words for what tests do with it."""

    registry: Registry
    clock: MovedClock
    names: dict[str, str] = field(default_factory=dict)

    def rightsholder(self, name: str = "R1") -> str:
        if name not in self.names:
            with self.registry.writing() as ledger:
                self.names[name] = register_rightsholder(ledger, name, STEWARD)
        return self.names[name]

    def platform(self, name: str = "P") -> str:
        if name not in self.names:
            with self.registry.writing() as ledger:
                self.names[name] = register_platform(ledger, name, f"{name} Ltd", STEWARD)
        return self.names[name]

    def work(
        self,
        *identifiers: str,
        by: str = "R1",
        kind: WorkKind = WorkKind.RECORDING,
        role: Role = Role.RECORDING,
        embodies: Inside = "mine",
        part_of: tuple[str, ...] = (),
        title: str = "A song",
    ) -> tuple[str, str]:
        """(work id, claim id)."""
        holder = self.rightsholder(by)
        new = NewWork(title, kind, role, identifiers, embodies=embodies, part_of=part_of)
        with self.registry.writing() as ledger:
            work = register_work(ledger, holder, new, STEWARD)
            return work.id, work.claims[0].id

    def location(
        self, url: str, *, by: str = "R1", subdomains: bool = False, sole: bool = True
    ) -> tuple[str, str]:
        """(location id, claim id)."""
        holder = self.rightsholder(by)
        with self.registry.writing() as ledger:
            location = register_location(
                ledger, holder, NewLocation(url, subdomains, sole), STEWARD
            )
            return location.id, location.claims[0].id

    def declare(
        self,
        subject: Subject | str,
        *,
        by: str = "R1",
        to: str | None = None,
        actor: Actor = STEWARD,
        valid_from: int | None = None,
        valid_until: int | None = None,
        **preferences: str,
    ) -> Declaration:
        """`generative_training="deny"`; a `conditional` gets a contact. A bare id is a work's."""
        about = Subject("work", subject) if isinstance(subject, str) else subject
        choices = {
            name.replace("_", "-"): Choice(
                Preference(wish),
                Conditions(contact="mailto:r@example.org") if wish == "conditional" else None,
            )
            for name, wish in preferences.items()
        }
        wish = Wish(preferences=choices, valid_from=valid_from, valid_until=valid_until)
        with self.registry.writing() as ledger:
            return declare(ledger, self.rightsholder(by), about, wish, actor, grantee=to)

    def prove(self, claim: str, identifier: str, level: Assurance = Assurance.CONTROLLED) -> None:
        with self.registry.writing() as ledger:
            attest_claim(ledger, claim, STEWARD, "seen", identifier=identifier, level=level)

    def confirm(self, loosening: str) -> None:
        with self.registry.writing() as ledger:
            confirm_loosening(ledger, loosening, STEWARD)

    def ask_all(
        self,
        items: Iterable[tuple[str, ...]],
        usage: Usage = Usage.GENERATIVE_TRAINING,
        *,
        asker: str | None = None,
        as_of: int | None = None,
    ) -> Answers:
        inquiry = Inquiry(usage, [Item(item) for item in items], asker, as_of)
        registry = self.registry
        return answer(
            registry.lookups, inquiry, now=self.clock(), max_validity=registry.settings.max_validity
        )

    def ask(
        self,
        *identifiers: str,
        usage: str = "generative-training",
        asker: str | None = None,
        as_of: int | None = None,
    ) -> ItemAnswer:
        return self.ask_all([identifiers], Usage(usage), asker=asker, as_of=as_of).results[0]

    def fsck(self) -> Report:
        with self.registry.reading() as uow:
            return fsck(
                uow, self.registry.signers(), self.registry.place, self.registry.head_file.read()
            )


def settings_for(folder: Path, database_url: str, **more: str) -> Settings:
    return Settings.from_environ(
        {
            "REGISTRY_VAR": str(folder / "var"),
            "REGISTRY_DATABASE_URL": database_url,
            "REGISTRY_PUBLIC_URL": "https://registry.example",
            **more,
        }
    )


def open_desk(folder: Path, database_url: str, **more: str) -> Desk:
    """A prepared registry on this database."""
    clock = MovedClock()
    registry = open_registry(settings_for(folder, database_url, **more), clock)
    registry.prepare()
    return Desk(registry, clock)
