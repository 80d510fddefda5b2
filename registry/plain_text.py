"""Texts that others wrote, without characters that steer what stands around them: in pages, in mails, in a terminal.

Controls of direction (Unicode Standard Annex 9), invisible characters and control characters serve on a page of
evidence, or in the subject of a mail, for nothing but deceit.
"""

import re
import unicodedata

_STEERING = re.compile(
    "[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def plain(text: str) -> str:
    """The text without what steers; a control character becomes a space."""
    shown = _STEERING.sub("", text)
    return "".join(" " if unicodedata.category(char) == "Cc" else char for char in shown)


def apart(text: str, most: int) -> str:
    """What a stranger wrote, plain, of at most so many characters, for the middle of a sentence: where it runs from
    right to left, between characters that keep its direction to itself (UAX 9, FSI and PDI)."""
    shown = plain(text)
    if len(shown) > most:
        shown = f"{shown[: most - 1].rstrip()}…"
    if any(unicodedata.bidirectional(char) in ("R", "AL", "AN") for char in shown):
        return f"\u2068{shown}\u2069"
    return shown
