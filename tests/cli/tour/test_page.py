"""The tour's page."""

import pytest

from registry.cli.tour.page import BAR, Page, bar, decided, shortened


def test_scenes_are_numbered_and_rows_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    page = Page()
    page.scene("First")
    page.rows([("a", 1, "x"), ("bbb", 22, "")])
    page.scene("Second")
    assert capsys.readouterr().out == "\n1  First\n   a    1   x\n   bbb  22\n\n2  Second\n"


def test_on_a_narrow_screen_the_last_column_is_folded_within_itself(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    page = Page()
    page.rows([("a", "one two three four five six"), ("b", "did:web:an-identifier-stays-whole")])
    page.line("a sentence of some more words")
    assert capsys.readouterr().out == (
        "   a  one two three four five\n"
        "      six\n"
        "   b\n"
        "      did:web:an-identifier-stays-whole\n"
        "   a sentence of some more\n"
        "   words\n"
    )


def test_a_bar_begins_at_zero_and_what_is_there_is_seen() -> None:
    assert bar(0, 10) == ""
    assert len(bar(10, 10)) == BAR
    assert len(bar(5, 10)) == BAR // 2
    assert len(bar(1, 10_000)) == 1


def test_long_text_loses_its_middle() -> None:
    assert shortened("short", 10) == "short"
    text = shortened("https://music.example/a/very/long/address/song.mp3", 30)
    assert len(text) == 30
    assert text.startswith("https://music")
    assert text.endswith("song.mp3"[-8:])


def test_a_decision_is_shown_with_its_reasons() -> None:
    assert decided({"decision": "unstated", "reasons": ["unproven"]}) == "◌ unstated (unproven)"
    assert decided({"permitted": False}) == "! error"
