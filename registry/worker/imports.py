"""Imports of catalogues: reads the file, then registers its works chunk by chunk, each in its own transaction."""

from collections import Counter

from registry.bootstrap import Registry
from registry.errors import InvalidInput, NotFound, TooLarge
from registry.services.import_catalogue import end
from registry.services.read_catalogue import CancelledError, Counted, read_catalogue
from registry.services.register_catalogue import CHUNK, register_chunk, survey_chunk
from registry.storage.imports import OUTCOMES, Import, ImportState
from registry.storage.jobs import Job
from registry.storage.staged_works import StagedWorks


def run_import(registry: Registry, job: Job) -> None:
    """Kind `import`: runs the import that the job's key names, from where it was.

    Raises: Unavailable, LogRefuses; what is registered stays, and the next try goes on after it.
    """
    with registry.reading() as uow:
        found = uow.imports.find(job.key)
    if found is None:
        return
    if found.state is ImportState.READING:
        try:
            found = _read(registry, found)
        except CancelledError:
            return
        except (InvalidInput, TooLarge, NotFound) as error:
            _fail(registry, found, error.message)
            return
    if found.state is not ImportState.REGISTERING:
        return
    path = registry.import_files.staged(found.id)
    if path is None:
        _fail(
            registry,
            found,
            "what was read of the file is not here any more; start the import again",
        )
        return
    staged, more = StagedWorks(path), True
    while more:
        with registry.writing() as ledger:
            more = register_chunk(ledger, found.id, staged)


def _read(registry: Registry, found: Import) -> Import:
    files = registry.import_files

    def goes_on(counted: Counted) -> bool:
        with registry.bookkeeping() as uow:
            return uow.imports.change(
                found.id,
                of=[ImportState.READING],
                rows=counted.rows,
                rejected=counted.rejected,
            )

    counted = read_catalogue(files, found.id, found.options, goes_on)
    path = files.staged(found.id)
    survey: Counter[str] = Counter()
    if found.dry and path is not None:
        survey = _survey(registry, found, StagedWorks(path))
    with registry.bookkeeping() as uow:
        uow.imports.change(
            found.id,
            of=[ImportState.READING],
            state=ImportState.READ if found.dry else ImportState.REGISTERING,
            rows=counted.rows,
            rejected=counted.rejected,
            works=counted.works,
            position=0,
            **{name: survey[name] for name in OUTCOMES},
        )
        return uow.imports.find(found.id) or found


def _survey(registry: Registry, found: Import, staged: StagedWorks) -> Counter[str]:
    """What would become of all works; nothing is written."""
    counts: Counter[str] = Counter()
    place = 0
    while works := staged.after(place, CHUNK):
        with registry.reading() as uow:
            counts += survey_chunk(uow, found, works, registry.clock())
        place = works[-1].place
    return counts


def _fail(registry: Registry, found: Import, trouble: str) -> None:
    with registry.bookkeeping() as uow:
        end(uow, found, ImportState.FAILED, trouble, registry.clock())
