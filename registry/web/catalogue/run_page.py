"""`/catalogue/<id>`: one import, as far as it is: looked at and changed, counted, registering, done; what was not taken
is a file. While it runs the page loads itself again, and can be told not to (WCAG 2.2, 2.2.2).
"""

from collections.abc import Mapping
from typing import Any, Final

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import Conflict, InvalidInput, NotFound
from registry.services import import_catalogue
from registry.services.look_at_catalogue import decode_look
from registry.services.read_catalogue import rejected_file
from registry.storage.imports import OUTCOMES, RUNNING, Import, ImportState
from registry.storage.members import MemberRole
from registry.storage.staged_works import StagedWorks
from registry.web.catalogue import said
from registry.web.catalogue.options_form import CONDITIONS, NO_PRESET, permits, read_form
from registry.web.catalogue.send_page import CATALOGUE
from registry.web.catalogue.shown import import_members, with_fields
from registry.web.page import present
from registry.web.seen import is_as_seen, mark_of
from registry.web.signed_in import PROVE, see, signed_in
from registry.web.wired import the_registry

AGAIN_SECONDS: Final = 5
_TEMPLATES: Final = {
    ImportState.UPLOADED: "look",
    ImportState.READING: "progress",
    ImportState.READ: "counted",
    ImportState.REGISTERING: "progress",
    ImportState.DONE: "ended",
    ImportState.CANCELLED: "ended",
    ImportState.FAILED: "ended",
}
_COUNTED: Final = ("rows", "rejected", "works", "position", *OUTCOMES)
_FIXED: Final = (*RUNNING, ImportState.DONE)
"""States in which nothing of it can be changed."""


def get_import(id: str) -> Response:
    """How it stands. `change`: the first look again, to change something. Raises: NotFound for another's."""
    found, members = _found(id)
    template = _TEMPLATES[found.state]
    if "change" in request.args and found.state not in _FIXED and members["may_change"]:
        template = "look"
    if template == "look":
        nothing = "nothing" in request.args or found.state is not ImportState.UPLOADED
        members = _look_members(members, found.options.preset or (NO_PRESET if nothing else ""))
    still = "still" in request.args
    headers = {}
    if found.state in RUNNING and not still:
        headers["Refresh"] = str(AGAIN_SECONDS)
    return _page(template, {**members, "still": still}, headers=headers)


def post_look(id: str) -> AnyResponse:
    """Keeps what was changed and looks again; or (`go=try`) counts what would happen. Raises: NotFound, Forbidden."""
    who, registry = signed_in(), the_registry()
    files, now, tries = registry.import_files, registry.clock(), request.form.get("go") == "try"
    before, members = _found(id, MemberRole.EDITOR)
    look = decode_look(before.looked)
    sent = read_form(request.form, before.options, look, now, whole=tries)
    if sent.options is None:
        return _again(members, sent.fields, sent.faults)
    try:
        fresh = import_catalogue.look_again(files, before, sent.options, now) or look
        with registry.bookkeeping() as uow:
            found = import_catalogue.import_for(uow, who.account, id, MemberRole.EDITOR)
            found = import_catalogue.read_otherwise(
                uow, files, found, who.actor, now, options=sent.options, look=fresh
            )
            if tries:
                import_catalogue.start(uow, files, found, who.actor, now, dry=True)
    except (InvalidInput, NotFound, Conflict) as error:
        fault = "changed" if isinstance(error, Conflict) else said.code_of(error)
        return _again(members, sent.fields, {"all": fault})
    nothing = request.form.get("preset") == NO_PRESET and not tries
    return see(f"{CATALOGUE}/{id}?nothing=1" if nothing else f"{CATALOGUE}/{id}")


def post_start(id: str) -> AnyResponse:
    """Registers, from where it was; or (`dry`) counts. What permits asks who it is. Raises: NotFound, Forbidden."""
    who, registry = signed_in(), the_registry()
    before, members = _found(id, MemberRole.EDITOR)
    dry = bool(request.form.get("dry"))
    if permits(before.options) and not dry and not who.is_fresh:
        return see(f"{PROVE}?next={CATALOGUE}/{id}")
    if not dry and before.state not in _FIXED and not is_as_seen(members["seen"]):
        members["faults"] = {"all": said.file_fault("changed")}
        if before.state is ImportState.UPLOADED:
            members = _look_members(members, before.options.preset or NO_PRESET)
        return _page(_TEMPLATES[before.state], members, status=409)
    try:
        with registry.bookkeeping() as uow:
            files, now = registry.import_files, registry.clock()
            found = import_catalogue.import_for(uow, who.account, id, MemberRole.EDITOR)
            if found.options != before.options:
                raise Conflict("this import was changed meanwhile", field="id")
            import_catalogue.start(uow, files, found, who.actor, now, dry=dry)
    except NotFound:
        gone = {**members, "faults": {"all": said.file_fault("gone")}}
        return _page(_TEMPLATES[before.state], gone, status=422)
    except Conflict:  # it was changed or is done: its page says how it stands
        return see(f"{CATALOGUE}/{id}")
    return see(f"{CATALOGUE}/{id}")


def post_cancel(id: str) -> AnyResponse:
    """Stops it: what is registered stays. One that was not begun is thrown away. Raises: NotFound, Forbidden."""
    who, registry = signed_in(), the_registry()
    with registry.bookkeeping() as uow:
        found = import_catalogue.import_for(uow, who.account, id, MemberRole.EDITOR)
        try:
            import_catalogue.cancel(uow, found, who.actor, registry.clock())
        except Conflict:  # it ended meanwhile
            return see(f"{CATALOGUE}/{id}")
    if found.state in (ImportState.UPLOADED, ImportState.READ):
        return see(f"{CATALOGUE}?rightsholder={found.rightsholder}")
    return see(f"{CATALOGUE}/{id}")


def get_rejected(id: str) -> Response:
    """The rows that were not taken, as CSV that can be mended and sent again. Raises: NotFound."""
    found, _ = _found(id)
    files = the_registry().import_files
    staged = files.staged(found.id)
    if staged is None:
        raise NotFound("the rows of this import were not read, or are kept no longer", field="id")
    pieces = rejected_file(files.source(found.id), StagedWorks(staged), found.options)
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": 'attachment; filename="rejected.csv"',
    }
    return Response(pieces, content_type="text/csv; charset=utf-8", headers=headers)


def _found(id: str, least: MemberRole = MemberRole.VIEWER) -> tuple[Import, dict[str, Any]]:
    """An import of theirs, and its members. Raises: NotFound, Forbidden."""
    who, registry = signed_in(), the_registry()
    with registry.reading() as uow:
        found = import_catalogue.import_for(uow, who.account, id, least)
        member = uow.members.acting(found.rightsholder, who.account.id)
        assert member is not None, "asked by import_for"
        delay = registry.place.loosening_delay
        members = import_members(uow, registry.import_files, found, member, delay)
    return found, {**members, "seen": _mark(found)}


def _mark(found: Import) -> str:
    """Of what is registered when it is started: how the rows are taken, and what was counted so far."""
    counted = {name: getattr(found, name) for name in _COUNTED}
    return mark_of([found.id, found.state, found.dry, found.options, counted])


def _look_members(members: dict[str, Any], preset: str) -> dict[str, Any]:
    conditions = {name: members["conditions"].get(name, "") for name in CONDITIONS}
    return {**members, "chosen": preset, **conditions}


def _again(members: dict[str, Any], fields: tuple[str, ...], faults: Mapping[str, str]) -> Response:
    """The form once more, as it was typed, with what is wrong in it."""
    form = request.form
    typed = {name: form.get(name, "")[:2_000] for name in CONDITIONS}
    shown = {
        **with_fields(members, fields),
        **{name: form.get(name, "") for name in ("kind", "inside", "compositions")},
        **typed,
        "chosen": form.get("preset", ""),
        "faults": {name: said.file_fault(code) for name, code in faults.items()},
    }
    return _page("look", shown, status=422)


def _page(
    template: str,
    members: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    shown = {"faults": {}, "still": False, **members}
    return present(f"catalogue/{template}.html", shown, status=status, headers=headers)
