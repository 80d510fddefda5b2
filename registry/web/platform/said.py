"""What the pages of platforms say where something does not hold, and the words of roles and states, in the reader's
language."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from registry.errors import RegistryError

SENTENCES: Mapping[str, LazyString] = {
    "name": _l("A platform’s name is one line of 1 to 200 characters."),
    "legal_entity": _l("The legal entity is one line of 1 to 200 characters."),
    "contact": _l("This is no e-mail address that we can write to. It looks like data@example.com."),
    "domain": _l("This is no domain of one organisation, or none is named or proved yet. It looks like example.com."),
    "jwk": _l("Paste the public half of one key as a JWK, a JSON object."),
    "key": _l("This key is somebody’s already, or is not there, or there are too many. Make a fresh one."),
    "member": _l("One admin has to stay. Make somebody else an admin first."),
    "parent": _l("Name another platform by its id, one that is not affiliated already."),
    "platform": _l("There is no platform with this id."),
    "label": _l("A label is one line of at most 200 characters."),
    "key-refused": _l("No such key may sign here. Paste the public half of an Ed25519 or P-256 key, as a JWK."),
    "too-many-requests": _l("This was asked for just now. Wait a minute, then ask again."),
    "invited-many": _l("You have invited many people today. Go on tomorrow."),
}  # fmt: skip

ROLES: Mapping[str, LazyString] = {
    "viewer": _l("Viewer: looks, and changes nothing"),
    "engineer": _l("Engineer: handles keys and the domain too"),
    "admin": _l("Admin: everything"),
}

STATES: Mapping[str, LazyString] = {
    "none": _l("none named"),
    "waiting": _l("a look is under way; open this page again in a moment"),
    "proved": _l("proved"),
    "failed": _l("not proved"),
    "lapsed": _l("no longer proved: what proved it is gone"),
}


def sentence_of(error: RegistryError) -> str:
    """What a page says of one of our errors."""
    for key in (error.code, error.field or ""):
        if key in SENTENCES:
            return str(SENTENCES[key])
    return error.message
