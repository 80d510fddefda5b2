"""What is shown: glyphs, aligned columns, no colour that carries meaning."""

import io

from rich.console import Console
from rich.text import Text

from registry.cli.screen import GLYPHS, aligned, glyph
from registry.domain.vocabulary import Decision


def test_every_decision_has_a_glyph_of_its_own() -> None:
    assert set(GLYPHS) == {*Decision, "error"}
    assert len(set(GLYPHS.values())) == len(GLYPHS)
    assert glyph("deny") == "⊖ deny"
    assert glyph(None) == "! error"


def test_a_decision_that_nobody_knows_is_shown_as_an_error() -> None:
    assert glyph("sure") == "! sure"


def test_columns_stand_under_each_other_for_wide_characters_too() -> None:
    assert aligned([["かえ", "x"], ["abcde", "y"]]) == ["かえ   x", "abcde  y"]


def test_lines_have_no_space_at_their_end() -> None:
    assert aligned([["a", ""], ["bb", "c"]]) == ["a", "bb  c"]


def test_no_color_is_honoured_on_a_terminal() -> None:
    shown = io.StringIO()
    environment = {"NO_COLOR": "1", "TERM": "xterm-256color"}
    screen = Console(file=shown, force_terminal=True, _environ=environment)
    screen.print(Text("yes", style="cyan"))
    assert shown.getvalue() == "yes\n"
