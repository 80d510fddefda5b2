"""Imports of catalogues in tests: sent, started, run in this process, and what the registry knows afterwards."""

import io
from typing import Any

from registry.catalogues.options import Options
from registry.services import import_catalogue
from registry.services.actor import Actor
from registry.storage.imports import Import
from registry.storage.jobs import Job
from registry.storage.members import Member, MemberRole
from registry.worker.imports import run_import
from tests.registries import Desk

NO_AI = Options(preset="no-ai")
STEADY = Actor("desk", "account")
"""A person who acts for the rightsholder, and did not prove just now who they are."""


def sent(
    desk: Desk, content: bytes | str, options: Options = NO_AI, name: str = "catalogue"
) -> Import:
    """A catalogue that was sent, and is not started."""
    registry, files = desk.registry, desk.registry.import_files
    data = content.encode() if isinstance(content, str) else content
    holder = desk.rightsholder()
    received = import_catalogue.receive(
        files, io.BytesIO(data).read, options, desk.clock.forward(5)
    )
    with registry.bookkeeping() as uow:
        uow.members.put(Member(holder, STEADY.id, MemberRole.EDITOR, desk.clock()))
        return import_catalogue.keep(uow, received, holder, name, STEADY, desk.clock())


def started(desk: Desk, found: Import, **given: Any) -> Job:
    """Its job, once it was started."""
    files = desk.registry.import_files
    options = given.get("options", found.options)
    look = import_catalogue.look_again(files, found, options, desk.clock())
    with desk.registry.bookkeeping() as uow:
        import_catalogue.start(uow, files, found, STEADY, desk.clock(), look=look, **given)
        job = uow.jobs.of(import_catalogue.IMPORT, found.id)
    assert job is not None
    return job


def as_it_is(desk: Desk, id: str) -> Import:
    with desk.registry.reading() as uow:
        found = uow.imports.find(id)
    assert found is not None
    return found


def imported(desk: Desk, content: bytes | str, options: Options = NO_AI, **given: Any) -> Import:
    """A catalogue, imported to its end."""
    found = sent(desk, content, options)
    run_import(desk.registry, started(desk, found, **given))
    return as_it_is(desk, found.id)


def catalogue_of(desk: Desk) -> set[Any]:
    """All that the registry knows of a rightsholder's works, without ids and times."""
    holder = desk.rightsholder()
    with desk.registry.reading() as uow:
        subjects = uow.projection.held_by(holder, limit=100_000)
        uow.projection.load(each.id for each in subjects)
        works = {each.id: uow.projection.dossier("work", each.id) for each in subjects}
    named = {
        id: (work.kind, tuple(sorted(held.text for held in work.identifiers)))
        for id, work in works.items()
    }
    return {
        (
            *named[id],
            work.title,
            frozenset((link.kind, named[link.to]) for link in work.links),
            tuple((claim.role, claim.inside) for claim in work.claims),
            tuple(
                (each.grantee, tuple((s.usage, s.preference) for s in each.statements))
                for each in work.declarations
            ),
        )
        for id, work in works.items()
    }


def log_size(desk: Desk) -> int:
    with desk.registry.reading() as uow:
        head = uow.log.head()
    return 0 if head is None else head.head.size
