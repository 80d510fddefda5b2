"""The words of pages for what the rules say in tokens: decisions, reasons, uses, assurance, scopes.

Each is a sentence that a person without the rules at hand can act on. tests/web/test_words.py holds the table
of reasons against the rules themselves, so that no reason can come without its sentence.
"""

import re
from collections.abc import Mapping
from typing import Final

from babel.lists import format_list
from flask_babel import LazyString, get_locale
from flask_babel import lazy_gettext as _l

Words = Mapping[str, LazyString]

_SOUNDS_AS_I: Final = re.compile(r"h?[ií](?![aeo])", re.IGNORECASE)
"""Before what begins with this sound, Spanish says `e` for `y` (RAE, Diccionario panhispánico de dudas: y); the
lists of the CLDR that Babel reads do not."""

DECISIONS: Words = {
    "deny": _l("No"),
    "unstated": _l("Not said"),
    "conditional": _l("Ask first"),
    "allow": _l("Yes"),
    "unregistered": _l("No record"),
    "error": _l("Not readable"),
}

MEMBER_ROLES: Words = {
    "owner": _l("Owner"),
    "editor": _l("Editor"),
    "viewer": _l("Viewer"),
    "delegate": _l("Delegate"),
}

MEANINGS: Words = {
    "deny": _l("A rightsholder said no."),
    "unstated": _l("Somebody is known here, but nothing that counts says yes."),
    "conditional": _l("A rightsholder says yes on conditions. Until they are met: no."),
    "allow": _l("Every rightsholder who is known here said yes, and proved that it is theirs."),
    "unregistered": _l("Nobody has registered this here. No record is not consent."),
    "error": _l("This could not be read, so nothing was looked up."),
}

REASONS: Words = {
    "not-stated": _l("The rightsholder has said nothing that counts about this use."),
    "unproven": _l(
        "Something was said, but nobody has proved that it is theirs to say for exactly this identifier."
    ),
    "disputed": _l("Whose work this is, is in dispute; until it is settled, no yes counts."),
    "composition-unknown": _l(
        "The claimant has not said whose composition (or other work) is inside, so a yes does not count yet."
    ),
    "co-owner-silent": _l("One rightsholder permits this; another one has said nothing."),
    "depends-on-asker": _l(
        "A platform is refused by name here. Whoever asks without a name gets no yes."
    ),
    "pending": _l(
        "Somebody who wants to be asked first has not yet confirmed it, or the waiting time is not over."
    ),
    "conditions-unverified": _l(
        "Conditions were named, but it is not proved by whom; so this counts as a no."
    ),
    "too-many-links": _l(
        "More works are linked here than are followed, so somebody may be unheard."
    ),
    "unreadable-identifier": _l(
        "One of the identifiers could not be read. Nobody knows whom it would have met."
    ),
    "objected": _l("Somebody with proof objected to this claim, and it was not proved in time."),
    "added-later": _l(
        "The permission was given before this was added, and does not reach what came later."
    ),
}


def _labels(words: Words) -> Words:
    """The same with a capital: a name like that of AI training is one message with what stands in a sentence, where
    French and Spanish write it small."""
    return {token: LazyString(_label, said) for token, said in words.items()}


def _label(said: LazyString) -> str:
    text = str(said)
    return text[:1].upper() + text[1:]


USES: Words = _labels(
    {
        "search": _l("Search"),
        "recommendation": _l("Recommendation"),
        "identification": _l("Identification"),
        "data-mining": _l("Data mining"),
        "ai-training": _l("AI training"),
        "generative-training": _l("Generative AI training"),
        "voice-likeness": _l("Voice and likeness"),
        "ai-input": _l("AI input"),
        "ai-index": _l("AI index"),
    }
)

IN_A_SENTENCE: Words = {
    "search": _l("search"),
    "recommendation": _l("recommendation"),
    "identification": _l("identification"),
    "data-mining": _l("data mining"),
    "ai-training": _l("AI training"),
    "generative-training": _l("generative AI training"),
    "voice-likeness": _l("imitation of voice and likeness"),
    "ai-input": _l("AI input"),
    "ai-index": _l("AI index"),
}

ABOUT_USES: Words = {
    "search": _l("indexing, so that people find the work at its source"),
    "recommendation": _l("personal suggestions, playlists, sorting for listeners"),
    "identification": _l("recognising the work: matching, fraud, infringement"),
    "data-mining": _l("looking for patterns by machine, without training a model"),
    "ai-training": _l("training a model that does not generate content"),
    "generative-training": _l("training a model that generates content"),
    "voice-likeness": _l("imitating a voice, a style of performance or a likeness"),
    "ai-input": _l("giving the work to a model when it is used: prompts, retrieval, style"),
    "ai-index": _l("indexing for answers by AI rather than for finding the source"),
}

ASSURANCES: Words = {
    "declared": _l("their word alone"),
    "controlled": _l("proved: they control the place where it is published"),
    "attested": _l("vouched for by a verified organisation or a steward"),
}

WAYS: Words = {
    "exact": _l("is exactly an identifier of the work"),
    "wide": _l("is another spelling of an identifier: enough for a no, not for a yes"),
    "location": _l("lies at a place that they registered"),
    "link": _l("leads there by a link from another work"),
}

SCOPES: Words = {
    "work": _l("about this work"),
    "release": _l("about the release it is part of"),
    "location": _l("about everything at this place"),
    "catalogue": _l("about their whole catalogue"),
}

CONDITIONS: Words = {
    "licence": _l("Licence"),
    "contact": _l("Contact"),
    "credit": _l("Credit line"),
    "price": _l("Price"),
}

STATES: Words = {
    "stands": _l("stands today"),
    "waits": _l("waits, and does not speak yet"),
    "counts-as-no": _l("waits; until then it counts as a no"),
    "stopped": _l("was stopped; it goes on counting as a no"),
    "over": _l("no longer speaks: ended, taken back, or said anew"),
}

WAITS: Words = {
    "same-day": _l("on the same day"),
    "within-a-week": _l("within a week"),
    "within-a-month": _l("within a month"),
    "later": _l("later"),
    "not-asked": _l("no platform has asked yet"),
}

PURPOSES: Words = {
    "log": _l("Signs the log"),
    "records": _l("Signs consent records"),
    "answers": _l("Signs answers"),
    "tokens": _l("Signs access tokens"),
}

KEY_STATES: Words = {
    "in-use": _l("in use"),
    "not-yet": _l("not in use yet"),
    "retired": _l("retired; what it signed stays good"),
    "compromised": _l("compromised; only what the log shows to be older counts"),
}

SCHEMES: Words = {
    "url": _l("An address on the web"),
    "isrc": _l("ISRC of a recording"),
    "iswc": _l("ISWC of a composition"),
    "upc": _l("UPC or EAN of a release"),
    "isbn": _l("ISBN of a book"),
    "issn": _l("ISSN of a periodical"),
    "ismn": _l("ISMN of printed music"),
    "isan": _l("ISAN of a film or programme"),
    "grid": _l("GRid of a digital release"),
    "doi": _l("DOI of a publication"),
    "iscc": _l("ISCC of content itself"),
    "sha256": _l("SHA-256 of a file"),
}

HOW_MANY_USES: Mapping[int, LazyString] = {
    3: _l("three uses"),
    4: _l("four uses"),
    5: _l("five uses"),
    6: _l("six uses"),
    7: _l("seven uses"),
    8: _l("eight uses"),
    9: _l("all nine uses"),
}

KINDS: Words = {
    "work": _l("work"),
    "location": _l("place"),
    "catalogue": _l("whole catalogue"),
}


def word(words: Words, token: str) -> str:
    """The words for a token; the token itself where there are none, rather than nothing."""
    found = words.get(token)
    return token if found is None else str(found)


def uses_in_short(usages: list[str]) -> str:
    """One or two uses by name; how many they are, where there are more."""
    if len(usages) in HOW_MANY_USES:
        return str(HOW_MANY_USES[len(usages)])
    return listed([word(IN_A_SENTENCE, each) for each in usages])


def listed(words: list[str]) -> str:
    """`a, b and c`, as the language of the request writes it."""
    locale = get_locale() or "en"
    text = format_list(words, locale=locale)
    if getattr(locale, "language", "") == "es" and len(words) > 1 and _SOUNDS_AS_I.match(words[-1]):
        return f"{text.removesuffix(f' y {words[-1]}')} e {words[-1]}"
    return text
