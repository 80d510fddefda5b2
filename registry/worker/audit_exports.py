"""Exports for auditors, made in the background: one job each, gone on with where it was broken off."""

from registry.bootstrap import Registry
from registry.errors import Conflict, NotFound, VerificationFailed
from registry.services.export_for_audit import write_for_audit
from registry.services.make_export import ExportPress
from registry.storage.jobs import Job


def make_audit_export(registry: Registry, job: Job) -> None:
    """Kind `audit-export`: makes the export that the job's key names, while its grant counts. Safe to repeat.

    Raises: Unavailable, LogRefuses; what was written so far stays.
    """
    with registry.reading() as uow:
        export = uow.audit_exports.find(job.key)
        grant = None if export is None else uow.audit_grants.find(export.audit_grant)
    if export is None or export.is_over:
        return
    if grant is None or not grant.counts(registry.clock()):
        _end(registry, export.id, None, "the access is over")
        return

    def report(_what: str, done: int, total: int) -> None:
        with registry.bookkeeping() as uow:
            uow.audit_exports.go_on(export.id, done, total)

    folder = registry.audit_exports
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    press = ExportPress(registry.reading, registry.released, registry.signers, registry.place)
    try:
        length = write_for_audit(press, export, grant, folder / f"{export.id}.zip", report)
    except (Conflict, NotFound, VerificationFailed) as error:
        _end(registry, export.id, None, error.message)
        return
    _end(registry, export.id, length, None)


def _end(registry: Registry, id: str, length: int | None, trouble: str | None) -> None:
    with registry.bookkeeping() as uow:
        uow.audit_exports.end(id, registry.clock(), length=length, trouble=trouble)
