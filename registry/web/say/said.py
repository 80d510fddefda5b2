"""The words of these pages: faults, what changes, and why a work was refused."""

from collections.abc import Mapping
from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from registry.errors import RegistryError
from registry.web.begin import said as begin_said

FAULTS: Final[Mapping[str, LazyString]] = {
    "whom": _l("Choose everybody, or one platform from the list."),
    "until": _l("Write a day that is still to come, as 2027-03-31."),
    "nothing-there": _l("Nothing of yours stands there that could be taken back."),
    "too-many-running": _l("Five changes of many works are under way. Wait until one has ended, or cancel one."),
    "choice-gone": _l("The works that you chose are kept for a day, and this is over. Choose them again."),
    "other-declaration": _l("What you signed is not what stands here now. Check it again, and sign once more."),
    "waits-no-more": _l("This does not wait any more: it took effect, or was stopped."),
}  # fmt: skip

REFUSED: Final[Mapping[str, LazyString]] = {
    "forbidden": _l("You have no claim on this work any more."),
    "empty-window": _l("The last day was over before it was this work’s turn."),
    "not-found": _l("This work or platform is not there any more."),
}


def fault(code: str) -> str:
    """The sentence for why something is not taken."""
    return str(FAULTS[code]) if code in FAULTS else begin_said.fault(code)


def sentence_of(error: RegistryError) -> str:
    """What these pages say of one of our errors."""
    return str(FAULTS[error.code]) if error.code in FAULTS else begin_said.sentence_of(error)


def refused(code: str, words: str) -> str:
    """Why it could not be said about a work; the registry's own words (in English) where there are no better ones."""
    return str(REFUSED[code]) if code in REFUSED else words
