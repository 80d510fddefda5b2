"""Exports for auditors: of exactly what their grant shows, as of the newest checkpoint when they asked; made in the
background, fetched while the grant counts, gone a month later.
"""

import shutil
from pathlib import Path
from typing import Final

from registry.domain.ids import is_id, new_id
from registry.errors import Conflict, NotFound
from registry.instants import DAY_MS
from registry.services.export_scope import Scope
from registry.services.make_export import ExportPress, make_export
from registry.services.write_export import Report
from registry.storage.audit_exports import AuditExport
from registry.storage.audit_grants import AuditGrant
from registry.storage.unit_of_work import UnitOfWork

AUDIT_EXPORT: Final = "audit-export"
"""The kind of its jobs; their key is the export."""
MOST_A_DAY: Final = 3
KEPT_MS: Final = 30 * DAY_MS


def ask_for_export(uow: UnitOfWork, grant: AuditGrant, now: int) -> AuditExport:
    """Has an export made of what this grant shows. Raises: NotFound for an empty log, Conflict for too many a day."""
    head = uow.log.head()
    if head is None:
        raise NotFound("this log has no entries yet: there is nothing to export")
    there = uow.audit_exports.of(grant.id)
    if sum(each.asked_at > now - DAY_MS for each in there) >= MOST_A_DAY:
        raise Conflict(
            f"{MOST_A_DAY} exports a day are made for one access; go on tomorrow", field="export"
        )
    export = AuditExport(new_id(now), grant.id, grant.account, now, head.head.size)
    uow.audit_exports.add(export)
    uow.jobs.add(AUDIT_EXPORT, export.id, now)
    return export


def the_export(uow: UnitOfWork, grant: AuditGrant, id: str) -> AuditExport:
    """An export of this grant's. Raises: NotFound, also for another's."""
    export = uow.audit_exports.find(id) if is_id(id) else None
    if export is None or export.audit_grant != grant.id:
        raise NotFound("there is no export of this id for you", field="export")
    return export


def scope_of_grant(grant: AuditGrant) -> Scope:
    """What an export of this grant takes in."""
    if grant.subject is None:
        return Scope()
    whose = (grant.subject,)
    return Scope(platform=whose) if grant.scope == "platform" else Scope(rightsholder=whose)


def write_for_audit(
    press: ExportPress, export: AuditExport, grant: AuditGrant, target: Path, report: Report
) -> int:
    """Writes the file; one that was broken off is gone on with. Returns its length in bytes."""
    if not target.exists():
        make_export(press, target, scope_of_grant(grant), at=str(export.size), report=report)
    return target.stat().st_size


def forget_exports(uow: UnitOfWork, folder: Path, now: int) -> int:
    """Deletes exports past their time, and whatever belongs to none: also what was begun of one that ended before it
    was whole, since nobody goes on with it. Returns how many exports."""
    forgotten = uow.audit_exports.forget(now - KEPT_MS)
    for path in folder.iterdir() if folder.is_dir() else ():
        export = uow.audit_exports.find(path.name.partition(".")[0])
        if path.is_dir():
            if export is None or export.is_over:
                shutil.rmtree(path, ignore_errors=True)
        elif export is None:
            path.unlink(missing_ok=True)
    return forgotten
