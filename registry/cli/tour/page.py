"""The tour's page: headings in the accent, aligned rows, everything plain where it is piped."""

import time
from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from registry.cli.screen import ACCENT, aligned, console, folded, glyph

INDENT = "   "
BAR = 40


class Page:
    """Writes scenes one after the other and counts their time."""

    def __init__(self) -> None:
        self._console: Console = console()
        self._began = time.monotonic()
        self._scene_began = self._began
        self._scenes = 0

    @property
    def seconds(self) -> float:
        """How long the tour has run."""
        return time.monotonic() - self._began

    def title(self, text: str) -> None:
        self._print(Text(text, style=f"bold {ACCENT}"))

    def scene(self, title: str) -> None:
        """A new scene with its number and what it is about."""
        self._scenes += 1
        self._scene_began = time.monotonic()
        self._print(Text())
        for part in folded(f"{self._scenes}  {title}", len(INDENT), self._console.width):
            self._print(Text(part, style=f"bold {ACCENT}"))

    def line(self, text: str = "") -> None:
        self._fold(text, 0)

    def rows(self, rows: Sequence[Sequence[Any]]) -> None:
        """Columns under each other; the last one is folded within itself where the screen is narrow."""
        cells = [[str(cell) for cell in row] for row in rows]
        before = aligned([[*row[:-1], "|"] for row in cells])
        for line, mark in zip(aligned(cells), before, strict=True):
            self._fold(line, cell_len(mark) - 1)

    def took(self) -> str:
        """What this scene took so far, as `0.42 s`."""
        return f"{time.monotonic() - self._scene_began:.2f} s"

    def _fold(self, text: str, hang: int) -> None:
        line = (INDENT + text).rstrip()
        for part in folded(line, len(INDENT) + hang, self._console.width):
            self._print(Text(part))

    def _print(self, text: Text) -> None:
        self._console.print(text, soft_wrap=True)


def decided(result: dict[str, Any]) -> str:
    """A result's glyph, word and reasons."""
    reasons = ", ".join(result.get("reasons", ()))
    return glyph(result.get("decision")) + (f" ({reasons})" if reasons else "")


def bar(count: int, most: int) -> str:
    """A bar from zero, at least one mark long where there is anything."""
    return "█" * max(1, round(BAR * count / most)) if count else ""


def shortened(text: str, room: int = 46) -> str:
    """The text with its middle left out where it is longer than `room`."""
    if len(text) <= room:
        return text
    head = (room - 1) * 2 // 3
    return f"{text[:head]}…{text[-(room - 1 - head) :]}"
