"""`/catalogue`: for whom, one file, and the imports that there are. A file goes to the disk while it arrives (a form
with `multipart/form-data`, RFC 7578), and only from somebody who may import for that rightsholder.
"""

from collections.abc import Sequence
from typing import Any, Final, cast

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from registry.catalogues.rows import MOST_BYTES, MOST_ROWS
from registry.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    RegistryError,
    TooLarge,
    Unauthenticated,
)
from registry.plain_text import plain
from registry.services import import_catalogue
from registry.services.act_for import may, open_rightsholder
from registry.services.find import the_rightsholder
from registry.storage.members import Member, MemberRole
from registry.storage.unit_of_work import UnitOfWork
from registry.web.account.said import sent
from registry.web.begin.kept import answers_of, the_draft
from registry.web.catalogue import said
from registry.web.catalogue.blank_sheets import SHEETS
from registry.web.catalogue.options_form import begun_options
from registry.web.catalogue.shown import line_of
from registry.web.catalogue.spooled import SpooledRequest
from registry.web.page import present, wants_a_page
from registry.web.signed_in import SIGN_IN, check_origin, person, see, signed_in
from registry.web.wired import the_registry

CATALOGUE: Final = "/catalogue"
_UPLOAD: Final = "catalogue.post_catalogue"
_AROUND: Final = 64 * 1024
"""What a form may have around the file in it, in bytes."""
_MIB: Final = 1024 * 1024


def admit_file() -> AnyResponse | None:
    """Before a body is read: it may be as large as a catalogue if it comes from somebody who may send one now. Of
    anybody else no more is read than of every form, and the table of permissions and the view say why.

    Raises: Unauthenticated, Forbidden, Unavailable.
    """
    if request.endpoint != _UPLOAD or request.method != "POST":
        return None
    check_origin()
    who = person()
    if who is None:
        if not wants_a_page():
            raise Unauthenticated("sign in first")
        return see(f"{SIGN_IN}?next={CATALOGUE}")
    holder = _holder_asked()
    with the_registry().reading() as uow:
        try:
            may(uow, who.account, holder, MemberRole.EDITOR)
        except (NotFound, Forbidden):
            return None
        try:
            import_catalogue.check_room(uow, holder)
        except TooLarge:
            return _page("too-many")
    if (request.content_length or 0) > MOST_BYTES + _AROUND:
        return _page("too-large", status=413)
    folder = the_registry().import_files.folder
    cast(SpooledRequest, request).spool(folder, MOST_BYTES + _AROUND)
    return None


def get_catalogue() -> Response:
    """For whom one acts; with `rightsholder`, or where there is only one: the form, and its imports."""
    return _page()


def post_catalogue() -> AnyResponse:
    """Takes a file and looks at it; nothing is registered by that. The same file again, while its import has not ended,
    leads to the same import. Raises: NotFound, Forbidden, Unavailable."""
    who, registry, holder = signed_in(), the_registry(), _holder_asked()
    with registry.reading() as uow:
        may(uow, who.account, holder, MemberRole.EDITOR)
    files, file = registry.import_files, request.files.get("file")
    if file is None or not file.filename:
        return _page("no-file")
    options, kept = begun_options(answers_of(the_draft())), None
    try:
        received = import_catalogue.receive(files, file.stream.read, options, registry.clock())
    except (InvalidInput, TooLarge) as error:
        return _page("too-large" if isinstance(error, TooLarge) else "broken-file", error)
    try:
        with registry.bookkeeping() as uow:
            may(uow, who.account, holder, MemberRole.EDITOR)
            now = registry.clock()
            name = _name_of(file.filename)
            kept = import_catalogue.keep(uow, received, holder, name, who.actor, now)
    except TooLarge:
        return _page("too-many")
    finally:
        if kept is None or kept.id != received.id:
            files.forget(received.id)
    return see(f"{CATALOGUE}/{kept.id}")


def post_holder() -> AnyResponse:
    """Opens the rightsholder whose catalogue it is, for somebody who acts for none."""
    who = signed_in()
    try:
        with the_registry().writing() as ledger:
            id = open_rightsholder(ledger, who.account, sent("name").strip(), who.actor)
    except (InvalidInput, Conflict):
        return _page("name")
    return see(f"{CATALOGUE}?rightsholder={id}")


def _holder_asked() -> str:
    return request.args.get("rightsholder", "")[:100]


def _page(
    fault: str = "", error: RegistryError | None = None, status: int | None = None
) -> Response:
    who, asked = signed_in(), _holder_asked()
    with the_registry().reading() as uow:
        mine = uow.members.for_account(who.account.id)
        if asked:
            chosen: Member | None = may(uow, who.account, asked)
        else:
            chosen = mine[0] if len(mine) == 1 else None
        found = [] if chosen is None else uow.imports.of(chosen.rightsholder)
        members: dict[str, Any] = {
            "rightsholder": chosen and _shown(uow, chosen),
            "rightsholders": _shown_all(uow, mine),
            "may_send": chosen is not None and chosen.role is not MemberRole.VIEWER,
            "name": sent("name") if fault == "name" else answers_of(the_draft()).name,
            "imports": [line_of(each) for each in found],
            "sheets": list(SHEETS),
            "most_mib": MOST_BYTES // _MIB,
            "most_rows": MOST_ROWS,
            "most_open": import_catalogue.MOST_OPEN,
            "fault": said.file_fault(fault) if fault else "",
            "at": fault,
            "detail": "" if error is None else error.message,
        }
    return present("catalogue/send.html", members, status=status or (422 if fault else 200))


def _shown_all(uow: UnitOfWork, members: Sequence[Member]) -> list[dict[str, Any]]:
    return [_shown(uow, each) for each in members]


def _shown(uow: UnitOfWork, member: Member) -> dict[str, Any]:
    name = the_rightsholder(uow, member.rightsholder, field="rightsholder").name
    return {"id": member.rightsholder, "name": name, "role": member.role.value}


def _name_of(sent_name: str) -> str:
    """A file's name without the folders that some browsers send, on one line."""
    name = plain(sent_name.replace("\\", "/").rpartition("/")[2]).strip()[:200]
    return name if name.isprintable() else "catalogue"
