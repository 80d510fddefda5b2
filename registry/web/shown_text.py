"""Texts that others wrote, as a page may show them: without characters that steer what stands around them.

Names and titles may be in any script. Each is isolated (`<bdi>`, HTML), so that its direction stays its own;
controls of direction (Unicode Standard Annex 9), invisible characters and control characters go, since they
serve on a page of evidence for nothing but deceit.
"""

import re
import unicodedata

from markupsafe import Markup, escape

_STEERING = re.compile(
    "[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def plain(text: str) -> str:
    """The text without what steers; a control character becomes a space."""
    shown = _STEERING.sub("", text)
    return "".join(" " if unicodedata.category(char) == "Cc" else char for char in shown)


def unbroken(text: object) -> Markup:
    """`isolated` for an identifier: a line breaks after a slash rather than at a hyphen, which at the end of a
    line would look like one that is not part of the address."""
    pieces = re.findall(r"[^/]*/*", plain(str(text)))
    shown = (
        Markup('<span class="piece">{}</span>').format(each) if "-" in each else escape(each)
        for each in pieces
    )
    return Markup("<bdi>{}</bdi>").format(Markup().join(shown))


def isolated(text: object) -> Markup:
    """The text for a page: escaped, plain, in an element of its own direction."""
    return Markup("<bdi>{}</bdi>").format(plain(str(text)))
