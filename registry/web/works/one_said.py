"""The words of one work's page: what happened, what an identifier is worth, rights and links."""

from collections.abc import Mapping
from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from registry.errors import RegistryError
from registry.web.begin import said as begin_words

HAPPENED: Final[Mapping[str, LazyString]] = {
    "registered": _l("%(who)s registered the work."),
    "claimed": _l("%(who)s said that the work is theirs too."),
    "part-added": _l("%(who)s said that they have another part in the work."),
    "identifier-added": _l("%(who)s added the identifier %(name)s."),
    "identifier-removal": _l("%(who)s asked to take away the identifier %(name)s."),
    "linked": _l("%(who)s linked it to %(title)s."),
    "link-confirmed": _l("%(who)s stands by the link to %(title)s too."),
    "link-removal": _l("%(who)s asked to take away the link to %(title)s."),
    "proved": _l("Proof counts for %(who)s: %(name)s."),
    "proved-prefix": _l("Proof counts for %(who)s: every code that begins with %(name)s."),
    "proved-place": _l("Proof counts for %(who)s: every address under %(name)s."),
    "lapsed": _l("A proof of %(who)s lapsed. The no stands; a yes no longer rests on it."),
    "declared": _l("%(who)s declared:"),
    "withdrawn": _l("%(who)s took back what was said about %(uses)s."),
    "confirmed": _l("What waited was confirmed."),
    "stopped": _l("What waited was stopped, and never takes effect."),
    "disputed": _l("A dispute was opened against the claim of %(who)s."),
    "dispute-upheld": _l("The dispute was upheld: the claim of %(who)s has ended."),
    "dispute-rejected": _l("The dispute was rejected: the claim of %(who)s stands."),
    "objected": _l("%(who)s, who has proof, objected to a claim that nobody has proved."),
    "objection-answered": _l("The claim that was objected to was upheld, and counts on."),
}

BACKED: Final[Mapping[str, LazyString]] = {
    "word": _l("Your word alone"),
    "controlled": _l("Proved by you"),
    "attested": _l("Vouched for"),
    "lapsed": _l("Proof lapsed"),
    "disputed": _l("In dispute"),
    "objected": _l("Objected to"),
}

WORTH: Final[Mapping[str, LazyString]] = {
    "word": _l("Your no counts now; a yes counts once this is proved."),
    "proved": _l("Your no counts, and a yes can rest on it."),
    "lapsed": _l("Your no counts as before; a yes does not until you prove it again."),
    "disputed": _l("Your no counts; a yes does not until the dispute is settled."),
    "objected": _l("Somebody who has proof objected. Prove this, or from %(day)s on your word may be passed over."),
}  # fmt: skip

RIGHTS: Final[Mapping[str, LazyString]] = {
    "composition": _l("what was written"),
    "recording": _l("the recording"),
    "performance": _l("the performance"),
    "other": _l("another right in it"),
}

LINKS: Final[Mapping[str, LazyString]] = {
    "embodies": _l("Has inside it"),
    "part_of": _l("Is part of"),
    "contains": _l("Uses a piece of"),
}

FAULTS: Final[Mapping[str, LazyString]] = {
    "none-named": _l("Name at least one identifier."),
    "too-large": _l("A work has at most 200 identifiers."),
    "too-many-lines": _l("At most 20 lines at once."),
}


def sentence_of(error: RegistryError) -> str:
    """What the page says of one of our errors."""
    return str(FAULTS[error.code]) if error.code in FAULTS else begin_words.fault(error.code)
