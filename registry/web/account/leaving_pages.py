"""`/account/download` and `/account/delete`: everything about me, to take along or to be rid of."""

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from registry.services.leave import (
    delete_account,
    left_without_admin,
    left_without_owner,
    personal_archive,
)
from registry.web.account.said import form_page
from registry.web.signed_in import see, signed_in, take_session
from registry.web.wired import the_registry


def get_download() -> Response:
    """Everything that is kept of whoever is signed in, as JSON in a ZIP."""
    who, registry = signed_in(), the_registry()
    with registry.reading() as uow:
        packed = personal_archive(uow, who.account, registry.clock())
    headers = {
        "Content-Disposition": 'attachment; filename="account.zip"',
        "Cache-Control": "no-store",
    }
    return Response(packed, content_type="application/zip", headers=headers)


def get_delete() -> Response:
    """What goes, what stays, and a last question."""
    with the_registry().reading() as uow:
        alone = left_without_owner(uow, signed_in().account)
        platforms = left_without_admin(uow, signed_in().account)
    return form_page("delete.html", {"alone": alone, "platforms": platforms})


def post_delete() -> AnyResponse:
    """Deletes the account. The page after it belongs to nobody."""
    who, registry = signed_in(), the_registry()
    with registry.bookkeeping() as uow:
        delete_account(uow, who.account, registry.clock())
    return take_session(see("/"))
