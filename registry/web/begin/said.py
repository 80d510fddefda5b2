"""The words of the pages that begin: roles, presets with what each does and does not, and why a line is not read."""

from collections.abc import Mapping
from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from registry.errors import RegistryError

PARTS: Final[Mapping[str, LazyString]] = {
    "wrote": _l("I wrote it: music, words or pictures"),
    "perform": _l("I sing, play or speak on it"),
    "recorded": _l("I recorded it, or the recording is mine"),
    "other": _l("I look after it for others, or as an heir"),
}

PRESETS: Final[Mapping[str, tuple[LazyString, LazyString, LazyString]]] = {
    "no-ai": (
        _l("No AI"),
        _l(
            "Says no to all six uses by AI: training of every kind, imitation of voice and likeness, use as "
            "input, AI answers, data mining."
        ),
        _l("Does not say no to search, recommendation and recognition: listeners find you as before."),
    ),
    "no-generative-ai": (
        _l("No generative training"),
        _l("Says no to training models that make music, pictures or text, and to imitating a voice or likeness."),
        _l(
            "Does not say no to other AI, such as data mining or use as input; about these you say nothing, and "
            "silence is not consent."
        ),
    ),
    "ask-me-first": (
        _l("Ask me"),
        _l("Says: for the six uses by AI, ask me first. Until you have proved what is yours, this counts as a no."),
        _l(
            "Does not make anybody pay or answer; a platform is told where to ask you, and may use nothing "
            "before you agree."
        ),
    ),
}  # fmt: skip
"""Preset → its name, what it does, what it does not."""

CHOICES: Final[Mapping[str, LazyString]] = {
    "deny": _l("No"),
    "conditional": _l("Ask first"),
    "allow": _l("Yes"),
    "": _l("Say nothing"),
}

KINDS: Final[Mapping[str, LazyString]] = {
    "recording": _l("Recording"),
    "composition": _l("Composition"),
    "release": _l("Release"),
    "image": _l("Picture"),
    "text": _l("Text"),
    "video": _l("Video"),
    "performance": _l("Performance"),
    "software": _l("Software"),
}

FAULTS: Final[Mapping[str, LazyString]] = {
    "no-scheme": _l(
        "No identifier was recognised here. Write an address that begins with https://, an ISRC such as "
        "GB-AYE-06-01498, or another code with its name before it."
    ),
    "unknown-scheme": _l(
        "This kind of code is not known here. An ISRC, ISWC, UPC, EAN, ISBN, DOI, a web address or a file’s "
        "SHA-256 would do."
    ),
    "check-digit": _l("A digit is mistyped: the check digit does not fit."),
    "length": _l("It has too many or too few characters."),
    "format": _l(
        "This is not how such a code is written. An ISRC looks like GB-AYE-06-01498, an ISWC like "
        "T-034.524.680-1."
    ),
    "character": _l("It holds a character that only looks like a letter or digit. Type it anew."),
    "url-host": _l("This address names no host on the public web."),
    "url-syntax": _l("This is not an address that a browser could open."),
    "url-character": _l("This address holds a character that does not belong in one."),
    "url-credentials": _l("Leave the name and password out of the address."),
    "url-scheme": _l("An address begins with https:// or http://."),
    "url-too-long": _l("This address is too long. Give the work’s own, without what follows the question mark."),
    "line-too-long": _l("This line is too long. One work a line."),
    "too-many-identifiers": _l("These are too many identifiers for one work."),
    "bad-title": _l("A title is one line of 1 to 500 characters."),
    "whole-site": _l("This is a whole site, not one work. Write it into the box for sites and profiles."),
    "location-url": _l(
        "This is not the address of a site or profile. It looks like https://ada.example/ or "
        "https://soundcloud.com/ada."
    ),
    "location-query": _l("Leave out everything from the ? or # on."),
    "location-file": _l("This is one file, not a site or profile. Write it into the box for works."),
    "location-depth": _l("This address goes too deep. Give the folder above it."),
    "location-public-suffix": _l("This is not the site of one person, but an ending under which many have theirs."),
    "location-user-content": _l(
        "Many people publish there, so the whole of it cannot be yours. Give the address of your own "
        "profile."
    ),
    "unreadable": _l("This could not be read. Try another spelling, or leave it out."),
    "too-many-works": _l(
        "These are more works than fit here: a hundred, one a line. Leave some for later: you can come back "
        "and add them."
    ),
    "too-many-places": _l("These are more sites and profiles than fit here: twenty, one a line."),
    "nothing": _l("Name at least one site, profile or work, so that somebody can meet it."),
    "name": _l("A name is one line of 1 to 200 characters."),
    "parts": _l("Choose at least one. You can choose several."),
    "preset": _l("Choose one of these."),
    "contact": _l("Say where you can be asked: one line, for example the address of a page with your contact."),
    "licence": _l("A licence is a link that begins with https://."),
    "conditions": _l("You chose “Ask first”. Say at least one of these: where to ask, the credit line, the licence."),
    "uses": _l("Say something about at least one use."),
    "line": _l("Write one line of at most 500 characters."),
    "holder": _l("You cannot act for this rightsholder. Choose another, or write a name."),
    "too-many-drafts": _l("From this network much was begun today. Sign in first, or try again tomorrow."),
    "again": _l("That could not be done, and nothing of it was registered. Your answers are kept; try it again."),
    "not-as-seen": _l("This changed after the page was shown, and nothing was sent. Check it as it stands now."),
}  # fmt: skip


def fault(code: str) -> str:
    """The sentence for why something is not taken."""
    return str(FAULTS.get(code, FAULTS["unreadable"]))


def sentence_of(error: RegistryError) -> str:
    """What these pages say of one of our errors."""
    for key in (error.code, (error.field or "").rpartition(".")[2]):
        if key in FAULTS:
            return str(FAULTS[key])
    return str(FAULTS["again"])
