"""`/audit` and `/audit/acts`: the figures of what an auditor may see, and who did what in it. As pages, as data, as CSV
and JSON Lines. Who has no access finds nothing here.
"""

from typing import Any, Final

from flask import Response, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from registry.domain.ids import is_id
from registry.errors import InvalidInput, NotFound
from registry.instants import rfc3339
from registry.services.count_for_audit import figures_for
from registry.services.export_for_audit import ask_for_export, the_export
from registry.services.grant_audit import make_audit_token
from registry.services.list_acts import acts_as_csv, acts_as_lines, present_act, wanted_acts
from registry.storage.acts import Page
from registry.storage.audit_exports import AuditExport
from registry.web.audit.looking import grants_shown, look, name_of
from registry.web.csv_file import CSV
from registry.web.page import NO_STORE, present
from registry.web.signed_in import see
from registry.web.statistics_pages import figures, figures_as_csv
from registry.web.wired import the_registry

A_PAGE: Final = 100
A_FILE: Final = 5_000
_ASKED: Final = ("who", "about", "act", "since", "until")


def get_audit(token: str | None = None) -> Response:
    """The figures, the exports; and a token that was just made. Raises: NotFound without access."""
    registry, grant = the_registry(), look()
    with registry.reading() as uow:
        members: dict[str, Any] = {"token": token}
        members |= figures(figures_for(uow, grant, registry.kept_figures, registry.clock()), uow)
        members["exports"] = [_export(each) for each in uow.audit_exports.of(grant.id)]
        members["grants"] = grants_shown(uow, grant, registry.clock())
        members["grant"] = {
            "id": grant.id,
            "scope": grant.scope,
            "subject": grant.subject,
            "name": name_of(uow, grant),
        }
    return present("audit/audit.html", members)


def get_figures_csv() -> Response:
    """The figures as one table. Raises: NotFound."""
    registry, grant = the_registry(), look()
    with registry.reading() as uow:
        counted = figures_for(uow, grant, registry.kept_figures, registry.clock())
    if counted is None:
        raise NotFound("nothing was counted here yet")
    return figures_as_csv(counted, "figures.csv", NO_STORE)


def post_token() -> Response:
    """Makes a token for their programs, shown on this page and never again. Raises: NotFound."""
    registry, grant = the_registry(), look()
    with registry.bookkeeping() as uow:
        secret = make_audit_token(uow, grant, registry.clock())
    return get_audit(secret)


def post_export() -> AnyResponse:
    """Has an export made. Raises: NotFound, Conflict for too many a day."""
    registry, grant = the_registry(), look()
    with registry.bookkeeping() as uow:
        ask_for_export(uow, grant, registry.clock())
    return see(f"/audit?grant={grant.id}#exports")


def get_export(id: str) -> AnyResponse:
    """The file, while the access counts. Raises: NotFound where it is not theirs, or not there."""
    registry, grant = the_registry(), look()
    with registry.reading() as uow:
        export = the_export(uow, grant, id)
    path = registry.audit_exports / f"{export.id}.zip"
    if export.state != "done" or not path.is_file():
        raise NotFound("this export is not there (yet)", field="export")
    with registry.bookkeeping() as uow:
        uow.journal.note("audit.export-fetched", grant.account, export=id, grant=grant.id)
    response = send_file(
        path.resolve(), "application/zip", as_attachment=True, download_name=f"export-{id}.zip"
    )
    response.headers["Cache-Control"] = NO_STORE
    return response


def get_acts() -> Response:
    """Who did what, the newest first. Raises: NotFound without access."""
    registry, grant = the_registry(), look()
    error, page = None, Page([], None)
    with registry.reading() as uow:
        try:
            wanted = wanted_acts(request.args, grant)
            page = uow.acts.page(wanted, before=_before(), limit=A_PAGE)
        except InvalidInput as refused:
            error = refused
        name = name_of(uow, grant)
    members = {
        "grant": {"id": grant.id, "scope": grant.scope, "subject": grant.subject, "name": name},
        "asked": {each: request.args.get(each, "").strip()[:100] for each in _ASKED},
        "acts": [present_act(each) for each in page.acts],
        "next": page.next,
        "error": None if error is None else error.field,
    }
    return present("audit/acts.html", members, status=200 if error is None else 422)


def get_acts_csv() -> Response:
    """The same as CSV, up to 5,000 at once; `before` goes on. Raises: NotFound, InvalidInput."""
    page = _file()
    return _sent(acts_as_csv(page.acts).encode(), "acts.csv", CSV, page)


def get_acts_lines() -> Response:
    """The same as JSON Lines. Raises: NotFound, InvalidInput."""
    page = _file()
    return _sent(acts_as_lines(page.acts), "acts.jsonl", "application/jsonl", page)


def _file() -> Page:
    registry, grant = the_registry(), look()
    with registry.reading() as uow:
        wanted = wanted_acts(request.args, grant)
        return uow.acts.page(wanted, before=_before(), limit=A_FILE)


def _export(export: AuditExport) -> dict[str, Any]:
    return {
        "id": export.id,
        "asked_at": rfc3339(export.asked_at),
        "log_size": export.size,
        "state": export.state,
        "done": export.done,
        "total": export.total,
        "bytes": export.bytes,
    }


def _before() -> str | None:
    """Raises: InvalidInput for what is no act's id."""
    before = request.args.get("before", "")
    if before and not is_id(before):
        raise InvalidInput("this is no id of an act", field="before", code="bad-parameter")
    return before or None


def _sent(content: bytes, name: str, kind: str, page: Page) -> Response:
    headers = {"Cache-Control": NO_STORE, "Content-Disposition": f'attachment; filename="{name}"'}
    if page.next is not None:
        headers["X-Next-Before"] = page.next
    return Response(content, content_type=kind, headers=headers)
