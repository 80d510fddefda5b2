"""What the tour registers: the works of works.jsonl, and media files hashed where they lie.

Listing a work there says nothing about what its real rightsholders want (works.README.md): the
claimants below, and everything they declare, are invented for the tour.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from registry.domain.vocabulary import Role, WorkKind
from registry.errors import InvalidInput
from registry.services.actor import Actor
from registry.services.ledger import Ledger
from registry.services.register_work import NewWork, register_work

DATA = Path(str(files("registry.cli"))) / "tour_data"
CHUNK = 1 << 16

LABEL, PUBLISHER, LIBRARY, ARTIST = "Tour Label", "Tour Publisher", "Tour Library", "Tour Artist"
CLAIMANTS = (LABEL, PUBLISHER, LIBRARY, ARTIST)

_CLAIMED_BY = {
    WorkKind.RECORDING: (LABEL, Role.RECORDING),
    WorkKind.RELEASE: (LABEL, Role.RECORDING),
    WorkKind.VIDEO: (LABEL, Role.RECORDING),
    WorkKind.COMPOSITION: (PUBLISHER, Role.COMPOSITION),
    WorkKind.TEXT: (LIBRARY, Role.OTHER),
    WorkKind.IMAGE: (LIBRARY, Role.OTHER),
    WorkKind.SOFTWARE: (LIBRARY, Role.OTHER),
}
_MEDIA_KINDS = {
    ".wav": WorkKind.RECORDING,
    ".flac": WorkKind.RECORDING,
    ".ogg": WorkKind.RECORDING,
    ".png": WorkKind.IMAGE,
    ".jpg": WorkKind.IMAGE,
    ".svg": WorkKind.IMAGE,
    ".txt": WorkKind.TEXT,
}


@dataclass(frozen=True, slots=True)
class Listed:
    """One thing to register. `embodies` and `part_of` are refs of others, or "none", "mine"."""

    ref: str
    claimant: str
    role: Role
    kind: WorkKind
    title: str
    identifiers: tuple[str, ...]
    embodies: tuple[str, ...] | str
    part_of: tuple[str, ...] = ()

    @property
    def needs(self) -> tuple[str, ...]:
        """The refs that have to be registered before this one."""
        inside = self.embodies if isinstance(self.embodies, tuple) else ()
        return (*inside, *self.part_of)


@dataclass(frozen=True, slots=True)
class Registered:
    """What became of it: the ids of work and claim."""

    listed: Listed
    work: str
    claim: str


def works() -> list[Listed]:
    """The works of works.jsonl."""
    lines = (DATA / "works.jsonl").read_text(encoding="utf-8").splitlines()
    return [_listed(json.loads(line)) for line in lines]


def media() -> Iterator[tuple[Path, Listed]]:
    """The media files with their SHA-256; the bytes stay where they are."""
    for number, path in enumerate(sorted((DATA / "media").iterdir()), start=1):
        if path.suffix not in _MEDIA_KINDS:
            continue
        kind = _MEDIA_KINDS[path.suffix]
        yield (
            path,
            Listed(
                ref=f"m{number:02}",
                claimant=ARTIST,
                role=Role.RECORDING if kind is WorkKind.RECORDING else Role.OTHER,
                kind=kind,
                title=path.stem.replace("_", " "),
                identifiers=(f"sha256:{sha256_of(path)}",),
                embodies="mine" if kind is WorkKind.RECORDING else "none",
            ),
        )


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file in hex, read piece by piece."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def register_all(
    ledger: Ledger,
    listed: list[Listed],
    rightsholders: dict[str, str],
    by: Actor,
    progress: Callable[[int], None],
) -> dict[str, Registered]:
    """Registers everything in one transaction, what is linked to before what links. Ref → registered.

    Raises: InvalidInput where links go in a circle, or what `register_work` raises.
    """
    done: dict[str, Registered] = {}
    waiting = list(listed)
    while waiting:
        ready = [each for each in waiting if all(ref in done for ref in each.needs)]
        if not ready:
            raise InvalidInput("the works' links go in a circle, or to works that are not listed")
        for each in ready:
            done[each.ref] = _register(ledger, each, rightsholders[each.claimant], done, by)
            progress(len(done))
        waiting = [each for each in waiting if each.ref not in done]
    return done


def _register(
    ledger: Ledger, each: Listed, rightsholder: str, done: dict[str, Registered], by: Actor
) -> Registered:
    embodies: Any = each.embodies
    if isinstance(embodies, tuple):
        embodies = tuple(done[ref].work for ref in embodies)
    new = NewWork(
        title=each.title,
        kind=each.kind,
        role=each.role,
        identifiers=each.identifiers,
        embodies=embodies,
        part_of=tuple(done[ref].work for ref in each.part_of),
    )
    work = register_work(ledger, rightsholder, new, by)
    return Registered(each, work.id, work.claims[0].id)


def _listed(members: dict[str, Any]) -> Listed:
    kind = WorkKind(members["kind"])
    claimant, role = _CLAIMED_BY[kind]
    embodies = members["embodies"]
    return Listed(
        ref=members["ref"],
        claimant=claimant,
        role=role,
        kind=kind,
        title=members["title"],
        identifiers=tuple(members["identifiers"]),
        embodies=embodies if isinstance(embodies, str) else tuple(embodies),
        part_of=(members["part_of"],) if "part_of" in members else (),
    )
