"""Texts that others wrote, as a page may show them: without characters that steer what stands around them.

Names and titles may be in any script. Each is isolated (`<bdi>`, HTML), so that its direction stays its own, and
plain (`registry.plain_text`).
"""

import re

from markupsafe import Markup, escape

from registry.plain_text import plain


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
