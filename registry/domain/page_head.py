"""The `<meta>` elements in the head of a page, and nothing that only looks like one.

The head ends where a browser ends it: at `</head>`, at `<body>`, and at the first element or text that cannot stand in
a head (WHATWG HTML 13.2.6.4.4, "in head"). What is quoted in a body, a comment, a script, a title or a template is not
in it. Visitors write into bodies; only whoever makes the page writes into its head. Where readers of HTML differ, less
is read here.
"""

import re
from html.parser import HTMLParser
from typing import Final

_IN_HEAD: Final = frozenset({"html", "head", "base", "basefont", "bgsound", "link", "meta"})
_HOLDING_TEXT: Final = frozenset({"title", "style", "script", "noscript"})
# Where a comment ends for one reader and not for another (the same section, 13.2.5.43 to 52): what follows is left.
_DOUBTFUL = re.compile(r"--[\s!]+>|<!--?->|<!-->")


def head_metas(page: str) -> tuple[tuple[str, str], ...]:
    """(name, content) of each `<meta name=… content=…>` or `<meta property=… content=…>` in the head, names in
    lower case, in order. The page may be cut off anywhere."""
    reader = _HeadReader()
    reader.feed(_DOUBTFUL.split(page, maxsplit=1)[0])
    return tuple(reader.found)


class _HeadReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self._over = False
        self._inside: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._over or self._inside is not None:
            return
        if tag in _HOLDING_TEXT:
            self._inside = tag
        elif tag not in _IN_HEAD:
            self._over = True
        elif tag == "meta":
            self._meta(attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # "/" closes nothing in HTML: <title/> is as open as <title>
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._inside is not None:
            if tag == self._inside:
                self._inside = None
        elif tag in ("head", "html", "body", "br"):
            self._over = True

    def handle_data(self, data: str) -> None:
        if self._inside is None and data.strip(" \t\n\f\r\ufeff"):
            self._over = True

    def unknown_decl(self, data: str) -> None:  # noqa: ARG002 (whatever it is, browsers read on differently)
        self._over = True

    def _meta(self, attrs: list[tuple[str, str | None]]) -> None:
        # of a repeated attribute the first counts
        first: dict[str, str] = {}
        for name, value in attrs:
            first.setdefault(name, value or "")
        content = first.get("content")
        if content is None:
            return
        for attribute in ("name", "property"):
            if attribute in first:
                self.found.append((first[attribute].strip().lower(), content.strip()))
