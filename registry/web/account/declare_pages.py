"""`/account/rightsholders/<id>/declare`: a no for the whole catalogue, signed by one's own passkey, or confirmed by the
registry alone.

Signing has the two steps of every passkey (`passkey_pages`) and needs the script; declaring without needs none.
"""

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from registry.domain.declaration import Wish
from registry.domain.events import Subject
from registry.domain.vocabulary import PRESETS, Preference
from registry.errors import InvalidDeclaration
from registry.services.act_for import may
from registry.services.declare import declare
from registry.services.find import the_rightsholder
from registry.services.sign_declaration import Draft, declare_signed, draw_up, public_key_of
from registry.storage.members import MemberRole
from registry.web.account.passkey_pages import MOST_CREDENTIAL, for_script, party
from registry.web.account.said import form_page, sent
from registry.web.languages import language
from registry.web.signed_in import see, signed_in
from registry.web.wired import the_registry

OFFERED = {
    preset: [usage.value for usage in usages]
    for preset, (preference, usages) in PRESETS.items()
    if preference is Preference.DENY
}
"""preset → its uses: those that say no, which count at once."""


def get_declare(id: str) -> Response:
    """Which no; and then (`preset`) how it is declared. Raises: NotFound, Forbidden."""
    who, chosen = signed_in(), request.args.get("preset")
    with the_registry().reading() as uow:
        may(uow, who.account, id, MemberRole.EDITOR)
        name = the_rightsholder(uow, id, field="rightsholder").name
        able = any(public_key_of(each) is not None for each in uow.passkeys.of(who.account.id))
    members = {
        "id": id,
        "name": name,
        "presets": OFFERED,
        "chosen": chosen if chosen in OFFERED else None,
        "passkey": able,
    }
    return form_page("declare.html", members)


def post_declare(id: str) -> AnyResponse:
    """Declares it: the registry alone says that it was so. Raises: NotFound, Forbidden, InvalidDeclaration."""
    who, draft = signed_in(), _draft(id)
    with the_registry().writing() as ledger:
        may(ledger.uow, who.account, id, MemberRole.EDITOR)
        subject, wish = draft.subject, draft.wish
        done = declare(ledger, id, subject, wish, who.actor, language=draft.language)
    return see(f"/records/{done.record.id}")


def post_declare_options(id: str) -> Response:
    """What the device is asked to sign, and the text whose digest it is."""
    who, registry = signed_in(), the_registry()
    with registry.bookkeeping() as uow:
        place, now = registry.place, registry.clock()
        drawn = draw_up(uow, place, who.account, party(), _draft(id), now)
    begun = drawn.begun
    return for_script({"ceremony": begun.secret, "options": begun.options, "text": drawn.text})


def post_declare_signed(id: str) -> Response:
    """Declares what was signed. Raises: Unauthenticated, Conflict, NotFound, Forbidden."""
    who = signed_in()
    with the_registry().writing() as ledger:
        secret, credential = sent("ceremony"), sent("credential", MOST_CREDENTIAL)
        done = declare_signed(ledger, who.account, party(), id, secret, credential)
    return for_script({"next": f"/records/{done.record.id}"})


def _draft(id: str) -> Draft:
    preset = sent("preset")
    if preset not in OFFERED:
        raise InvalidDeclaration(f"the preset is one of: {', '.join(OFFERED)}", field="preset")
    return Draft(id, Subject("catalogue", id), Wish(preset=preset), language=language())
