"""The line-by-line opt-out query that existing clients speak: URLs in, `optOut` and `optIn` out.

Source: the client `datadiligence` 0.1.7 (`rules/spawning.py`), which sends `text/plain`, URLs joined by line feeds and
nothing else, and takes row n of `urls` for line n. So there is one row a line, in order, whatever the line holds, and
the line comes back as it was sent. The dialect has three words where the registry has five: what is opted out
(`deny`, `conditional`, `unstated`, and whatever nobody could read), what is permitted, and neither.
"""

from collections.abc import Iterable

import msgspec

MOST_LINES = 10_000
"""What that client sends at once."""
MOST_LINE_CHARS = 8_192
"""A longer line is opted out without a look: no identifier is as long."""


class Row(msgspec.Struct, frozen=True, gc=False):
    """What is said of one line; written as it is."""

    line: str = msgspec.field(name="url")
    opted_out: bool = msgspec.field(name="optOut")
    permitted: bool = msgspec.field(name="optIn")


def read_lines(body: bytes) -> tuple[str, ...]:
    """The lines of a body, each with whatever it holds. Bytes that are no UTF-8 become U+FFFD.

    Lines end at a line feed and at nothing else: a body without one is one line, an empty body is one empty line.
    """
    return tuple(body.decode("utf-8", "replace").split("\n"))


def may_be_read(line: str) -> bool:
    """Is this line worth a look at all?"""
    return bool(line) and len(line) <= MOST_LINE_CHARS and "\ufffd" not in line


def write_rows(rows: Iterable[Row]) -> bytes:
    """`{"urls": [{"url", "optOut", "optIn"}]}` as JSON in UTF-8."""
    return msgspec.json.encode({"urls": list(rows)})
