"""A registry full of works to measure in: made once with the real services, kept in a folder, reused.

Every work has an ISRC and a URL under its artist's location; one artist in four denies generative training for
the whole catalogue, one in four for the location, and one work in ten has a declaration of its own.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path

from registry.bootstrap import Registry, open_registry
from registry.domain.declaration import Choice, Wish
from registry.domain.events import Subject
from registry.domain.vocabulary import Preference, Role, WorkKind
from registry.services.actor import Actor
from registry.services.declare import declare
from registry.services.ledger import Ledger
from registry.services.open_account import register_rightsholder
from registry.services.register_work import NewLocation, NewWork, register_location, register_work
from registry.settings import Settings

WORKS_PER_ARTIST = 250
BY = Actor("benchmark", "steward")
DENY = Wish(preferences={"generative-training": Choice(Preference.DENY)})


def isrc(number: int) -> str:
    return f"isrc:GBAYE{number:07d}"


def url(number: int) -> str:
    return f"https://artist{number // WORKS_PER_ARTIST}.example/music/track-{number}.mp3"


def settings_in(folder: Path, database_url: str | None, port: int) -> Settings:
    """Settings of a registry that lives in this folder."""
    environ = {"REGISTRY_VAR": str(folder), "REGISTRY_PORT": str(port)}
    if database_url is not None:
        environ["REGISTRY_DATABASE_URL"] = database_url
    return Settings.from_environ(environ)


def populated(settings: Settings, works: int) -> Registry:
    """A registry with at least this many works; adds those that are missing, with progress."""
    registry = open_registry(settings)
    registry.prepare()
    note = settings.var / "population.json"
    have = json.loads(note.read_text())["works"] if note.exists() else 0
    started = time.monotonic()
    for done in _grow(registry, have, works):
        note.write_text(json.dumps({"works": done}))
        if done % 10_000 == 0:
            rate = (done - have) / (time.monotonic() - started)
            print(f"\r  {done:,} of {works:,} works ({rate:,.0f} a second)", end="", flush=True)
    if works > have:
        print()
    return registry


def _grow(registry: Registry, have: int, works: int) -> Iterator[int]:
    number = have
    while number < works:
        with registry.writing() as ledger:
            for _ in range(4):
                if number < works:
                    _artist(ledger, number)
                    number += WORKS_PER_ARTIST
        yield number


def _artist(ledger: Ledger, first: int) -> None:
    artist = first // WORKS_PER_ARTIST
    holder = register_rightsholder(ledger, f"Artist {artist}", BY)
    place = f"https://artist{artist}.example/music/"
    location = register_location(ledger, holder, NewLocation(place, sole=True), BY)
    if artist % 4 == 0:
        declare(ledger, holder, Subject("catalogue", holder), DENY, BY)
    if artist % 4 == 1:
        declare(ledger, holder, Subject("location", location.id), DENY, BY)
    for number in range(first, first + WORKS_PER_ARTIST):
        new = NewWork(
            f"Track {number}",
            WorkKind.RECORDING,
            Role.RECORDING,
            (isrc(number), url(number)),
            embodies="mine",
        )
        work = register_work(ledger, holder, new, BY)
        if number % 10 == 0:
            declare(ledger, holder, Subject("work", work.id), DENY, BY)
