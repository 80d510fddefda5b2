"""The languages of pages and mails: which there are, and their catalogues.

A language is one file, `web/translations/<code>.po` (GNU gettext), read when first needed and compiled in memory,
so that no compiled file can lag behind. English needs none: the sentences in the code are English.
"""

import io
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

FOLDER = Path(__file__).parent / "web" / "translations"
SOURCE = "en"


@cache
def languages() -> tuple[str, ...]:
    """The codes of all languages, English first."""
    return (SOURCE, *sorted(path.stem for path in FOLDER.glob("*.po")))


@cache
def catalogue(code: str) -> Translations:
    """The translations into a language; none for English."""
    if code == SOURCE:
        return Translations()
    with (FOLDER / f"{code}.po").open("rb") as text:
        written = read_po(text, locale=code)
    compiled = io.BytesIO()
    write_mo(compiled, written)
    compiled.seek(0)
    return Translations(compiled)
