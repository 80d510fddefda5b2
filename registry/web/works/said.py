"""The words of the list of works: what is said of one, and what stands behind it."""

from typing import Final

from flask_babel import lazy_gettext as _l

from registry.web.words import Words

STANCES: Final[Words] = {
    "no-to-all": _l("No to every use"),
    "no-ai": _l("No to AI"),
    "no-generative-ai": _l("No generative training"),
    "ask-first": _l("Ask first"),
    "with-credit": _l("Yes, with credit"),
    "yes": _l("Yes to AI"),
    "mixed": _l("Different from use to use"),
    "nothing": _l("Nothing said yet"),
}
SIGNS: Final = {
    "no-to-all": "deny",
    "no-ai": "deny",
    "no-generative-ai": "deny",
    "ask-first": "conditional",
    "with-credit": "conditional",
    "yes": "allow",
    "nothing": "unstated",
}
"""The sign beside it; a mixture has none."""

BEHIND: Final[Words] = {
    "proved": _l("Proved"),
    "partly": _l("Partly proved"),
    "declared": _l("Not proved yet"),
}

ORDERS: Final[Words] = {
    "newest": _l("Registered last"),
    "title": _l("Title"),
    "said": _l("Said something about last"),
}
