"""An import as its pages show it: the same members as the API's, with whose it is and what can be done about it."""

from collections.abc import Sequence
from itertools import islice
from typing import Any, Final

from registry.domain.vocabulary import WorkKind
from registry.instants import HOUR_MS, rfc3339
from registry.services.find import the_rightsholder
from registry.services.import_catalogue import IMPORT
from registry.services.present_import import present_import
from registry.storage.import_files import ImportFiles
from registry.storage.imports import RUNNING, Import, ImportState
from registry.storage.jobs import JobState
from registry.storage.members import Member, MemberRole
from registry.storage.staged_works import StagedWorks
from registry.storage.unit_of_work import UnitOfWork
from registry.web.catalogue.options_form import permits

SHOWN_REJECTED: Final = 10


def line_of(found: Import) -> dict[str, Any]:
    """One line of the list of imports."""
    names = ("id", "name", "form", "rows", "rejected", "works", "position")
    return {
        **{name: getattr(found, name) for name in names},
        "state": found.state.value,
        "dry_run": found.dry,
        "made_at": rfc3339(found.made_at),
    }


def import_members(
    uow: UnitOfWork, files: ImportFiles, found: Import, member: Member, delay_ms: int
) -> dict[str, Any]:
    """Everything about one import. `delay_ms`: how long what loosens waits."""
    job = uow.jobs.of(IMPORT, found.id) if found.state in RUNNING else None
    return {
        **present_import(found),
        "rightsholder": {
            "id": found.rightsholder,
            "name": the_rightsholder(uow, found.rightsholder, field="rightsholder").name,
        },
        "may_change": member.role is not MemberRole.VIEWER,
        "stuck": job is not None and job.state is JobState.FAILED,
        "permits": permits(found.options),
        "delay_hours": delay_ms // HOUR_MS,
        "same_file": _same_file(uow, found),
        "first_rejected": _first_rejected(files, found),
        "kinds": [kind.value for kind in WorkKind],
    }


def with_fields(members: dict[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """The same with the columns as somebody has just said them."""
    columns = [
        {**column, "field": field} for column, field in zip(members["columns"], fields, strict=True)
    ]
    return {**members, "columns": columns}


def _same_file(uow: UnitOfWork, found: Import) -> dict[str, Any] | None:
    """The newest import that is done of the same file, if there is one."""
    for each in uow.imports.of(found.rightsholder):
        if each.state is ImportState.DONE and each.digest == found.digest and each.id != found.id:
            ended = each.made_at if each.ended_at is None else each.ended_at
            return {"id": each.id, "name": each.name, "ended_at": rfc3339(ended)}
    return None


def _first_rejected(files: ImportFiles, found: Import) -> list[dict[str, Any]]:
    """The first rows that were not taken; none where the rows were not read, or the file is gone."""
    path = files.staged(found.id) if found.rejected else None
    if path is None:
        return []
    return [
        {"row": number, "column": fault.field, "code": fault.code, "detail": fault.words}
        for number, fault in islice(StagedWorks(path).rejected(), SHOWN_REJECTED)
    ]
