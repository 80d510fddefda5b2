"""The badge of a record: a small picture for somebody's own site, drawn anew each time it is fetched, that says what
the record says today.

It stands in an `<img>`, where neither style sheets nor fonts of ours reach it: attributes alone, on a card of its own
colour that can be read on any page. It says nothing that the record's page does not say.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask_babel import gettext as _
from markupsafe import escape

from registry.domain.seal import seal
from registry.plain_text import plain
from registry.web.static_files import text_of
from registry.web.words import IN_A_SENTENCE, uses_in_short, word

WIDTH, HEIGHT = 400, 72
_PAPER, _INK, _QUIET, _ACCENT = "#fbf8f1", "#1f1b16", "#5b534a", "#7a2718"
_MOST_CHARS = 34
_ORDER = ("deny", "conditional", "allow")
_HEADLINE = "generative-training"
_SYMBOL = re.compile(r'<symbol id="glyph-([a-z]+)"[^>]*>(.*?)</symbol>', re.DOTALL)
_GLYPHS: Final = dict(_SYMBOL.findall(text_of("glyphs.svg")))
"""One shape a decision, as everywhere."""


def badge(record: Mapping[str, Any], host: str) -> str:
    """The SVG of a record's members (`web.record.read`), in the language of the request; `host` says where it can be
    looked up."""
    preference, usages = _what_stands(record["uses_stated"])
    sentence = _sentence(preference, usages)
    who = _short(plain(record["rightsholder"]))
    title = _(
        "%(who)s: %(sentence)s. Consent record at %(host)s", who=who, sentence=sentence, host=host
    )
    rosette = seal(bytes.fromhex(record["digest"])).replace(
        "<svg ", f'<svg x="10" y="8" width="56" height="56" color="{_ACCENT}" ', 1
    )
    glyph = _GLYPHS["unstated" if preference is None else preference]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img" color="{_INK}"><title>{escape(title)}</title>'
        f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="6" fill="{_PAPER}" stroke="{_ACCENT}"/>'
        f'{rosette}<svg x="78" y="15" width="20" height="20" viewBox="0 0 24 24">{glyph}</svg>'
        f'<text x="106" y="31" font-family="Georgia, serif" font-size="16" font-weight="700" '
        f'fill="{_INK}"{_fitted(sentence, 282, 9.6)}>{escape(sentence)}</text>'
        f'<text x="78" y="55" font-family="Verdana, sans-serif" font-size="11" fill="{_QUIET}"'
        f"{_fitted(f'{who} · {host}', 310, 6.6)}>{escape(who)} · {escape(host)}</text></svg>"
    )


_AS_NO = ("counts-as-no", "stopped")
"""States of a conditional that speaks as a no."""


def _what_stands(uses_stated: Sequence[Mapping[str, Any]]) -> tuple[str | None, list[str]]:
    """The preference to show, and the uses for which it stands: that about generative training, if this record has
    one that stands, else the strictest. A conditional that waits counts as the no that it is."""
    standing = {
        each["usage"]: "deny" if each.get("state") in _AS_NO else each["preference"]
        for each in uses_stated
        if each.get("state") in ("stands", *_AS_NO)
    }
    if not standing:
        return None, []
    shown = standing.get(_HEADLINE) or min(standing.values(), key=_ORDER.index)
    return shown, [usage for usage, preference in standing.items() if preference == shown]


def _sentence(preference: str | None, usages: list[str]) -> str:
    if preference is None:
        return str(_("Nothing of this record stands today"))
    uses = word(IN_A_SENTENCE, usages[0]) if len(usages) == 1 else uses_in_short(usages)
    if len(usages) == len(IN_A_SENTENCE):
        uses = _("any use by machines")
    elif len(usages) > 1 and _HEADLINE in usages:
        uses = _("%(use)s and more", use=word(IN_A_SENTENCE, _HEADLINE))
    if preference == "deny":
        return str(_("No to %(uses)s", uses=uses))
    if preference == "conditional":
        return str(_("Ask first for %(uses)s", uses=uses))
    return str(_("Yes to %(uses)s", uses=uses))


def _short(text: str) -> str:
    return text if len(text) <= _MOST_CHARS else f"{text[: _MOST_CHARS - 1].rstrip()}…"


def _fitted(text: str, width: int, per_char: float) -> str:
    """Squeezes a text that would leave the card, whichever fonts the reader has."""
    if len(text) * per_char <= width:
        return ""
    return f' textLength="{width}" lengthAdjust="spacingAndGlyphs"'
