"""`/account/download` and `/account/delete`: everything about me, to take along or to be rid of."""

from typing import Final

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import InvalidInput
from registry.instants import rfc3339
from registry.services.find import the_rightsholder
from registry.services.leave import (
    delete_account,
    left_without_admin,
    left_without_owner,
    personal_archive,
)
from registry.services.leave_erased import acts_alone_for, ask_to_be_erased, call_off
from registry.web.account.said import form_page
from registry.web.signed_in import see, signed_in, take_session
from registry.web.wired import the_registry

WISHES: Final = ("leave", "erase", "erase-with-titles", "call-off")


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
    account, registry = signed_in().account, the_registry()
    with registry.reading() as uow:
        asked = uow.erasures.of(account.id)
        members = {
            "alone": left_without_owner(uow, account),
            "platforms": left_without_admin(uow, account),
            "erasable": [the_rightsholder(uow, id).name for id in acts_alone_for(uow, account)],
            "due": None if asked is None else rfc3339(asked.due),
            "earliest": rfc3339(registry.clock() + registry.place.loosening_delay),
        }
    return form_page("delete.html", members)


def post_delete() -> AnyResponse:
    """Deletes the account at once, and the page after it belongs to nobody; or takes note of the wish to be erased, or
    that it is called off. Raises: Conflict, InvalidInput."""
    account, registry = signed_in().account, the_registry()
    wish = request.form.get("wish", "leave")
    if wish not in WISHES:
        raise InvalidInput("that is none of the choices", field="wish")
    with registry.bookkeeping() as uow:
        if wish == "leave":
            delete_account(uow, account, registry.clock())
        elif wish == "call-off":
            call_off(uow, account)
        else:
            place = registry.place
            ask_to_be_erased(
                uow,
                account,
                titles=wish == "erase-with-titles",
                now=registry.clock(),
                delay=place.loosening_delay,
                public_url=place.public_url,
            )
    return take_session(see("/")) if wish == "leave" else see("/account/delete")
