"""One look at everything that a registry stands on: each finding says how bad it is, and what to do.

Nothing is changed, and nothing is made. What depends on something that is away is left out. `registry fsck` looks at
every row; this looks at what it can see in a second.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Engine

from registry.client_address import is_loopback
from registry.instants import rfc3339
from registry.services.doctor_machine import (
    look_at_address,
    look_at_clock,
    look_at_disks,
    look_at_examples,
    look_at_keys,
    look_at_name,
    look_at_second_place,
)
from registry.services.doctor_mail import look_at_mail, look_at_waiting_mails
from registry.services.doctor_store import look_at_engine, look_at_jobs, look_at_log, look_at_schema
from registry.services.doctor_witnesses import look_at_witnesses
from registry.services.finding import Finding, Grade, good, looked
from registry.services.ledger import Place
from registry.services.signers import KeyFiles, open_signers
from registry.settings import Settings
from registry.storage.head_file import HeadFile
from registry.storage.nonces import NonceStore
from registry.storage.unit_of_work import view

AWAY = "see that the database runs, and that its address and password are right; a new one: registry migrate"


@dataclass(frozen=True, slots=True)
class Patient:
    """The parts of a registry that are looked at. `place_of`: log origin → place; `now` in ms."""

    settings: Settings
    engine: Engine
    nonces: NonceStore
    head_file: HeadFile
    key_files: KeyFiles
    place_of: Callable[[str], Place]
    now: int


def examine(patient: Patient) -> list[Finding]:
    """Every finding, in the order in which things depend on each other."""
    settings = patient.settings
    found = looked(
        "address",
        partial(
            look_at_address,
            settings.public_url,
            given=settings.public_url_is_given,
            host=settings.host,
            proxies_are_named=bool(
                settings.trusted_proxies.number or settings.trusted_proxies.networks
            ),
        ),
    )
    found += looked(
        "examples",
        partial(
            look_at_examples, settings.public_url, settings.database_url, settings.key_passphrase
        ),
    )
    found += looked("disk", partial(look_at_disks, _places(patient)))
    if patient.engine.dialect.name == "sqlite" and _is_public(settings.public_url):
        found += looked("second place", partial(look_at_second_place, *_both_places(patient)))
    found += looked("NTP", look_at_clock)
    store = looked("store", partial(look_at_engine, patient.engine), AWAY)
    found += store
    if any(each.grade is Grade.GOOD for each in store):  # it is there
        schema = looked("schema", partial(look_at_schema, patient.engine))
        found += schema
        if all(each.about != "schema" or each.grade is not Grade.WRONG for each in schema):
            found += looked("log", partial(_look_inside, patient))
    found += looked(
        "mail",
        partial(look_at_mail, settings.smtp, settings.mail_from, _is_public(settings.public_url)),
    )
    found += looked("nonces", partial(_look_at_nonces, patient.nonces), AWAY)
    return found


def _is_public(url: str) -> bool:
    return not is_loopback(urlsplit(url).hostname or "")


def _both_places(patient: Patient) -> tuple[Path, Path]:
    return Path(patient.engine.url.database or ""), patient.settings.head_file


def _places(patient: Patient) -> dict[str, Path]:
    settings = patient.settings
    places = {
        "disk of the data": settings.var,
        "disk of the head file": settings.head_file,
        "disk of the keys": settings.keys,
    }
    if patient.engine.dialect.name == "sqlite":
        places["disk of the store"] = _both_places(patient)[0]
    return places


def _look_inside(patient: Patient) -> Iterator[Finding]:
    released = patient.head_file.read()  # before the store, which is never behind what was released
    with view(patient.engine) as uow:
        head = uow.log.head()
        origin = patient.settings.origin if head is None else head.note.partition("\n")[0]
        place = patient.place_of(origin)
        yield from look_at_name(place)
        log_time = patient.now if head is None else max(patient.now, head.head.at)
        signers = open_signers(uow.keys.all(), patient.key_files, log_time)
        public = _is_public(place.public_url)
        yield from look_at_keys(signers, patient.key_files, patient.now, public)
        yield from look_at_log(uow, signers, place, released, patient.now)
        yield from look_at_jobs(uow, patient.now)
        yield from look_at_waiting_mails(uow, patient.now)
        settings = patient.settings
        yield from look_at_witnesses(uow, settings.witnesses, settings.witness_quorum)


def _look_at_nonces(nonces: NonceStore) -> Iterator[Finding]:
    yield good("nonces", f"reachable, born {rfc3339(nonces.born_at())}")
