"""What others wrote, without what steers: in pages and in mails."""

import pytest

from registry.plain_text import apart, plain


@pytest.mark.parametrize(
    "char",
    ["\u202e", "\u202d", "\u2066", "\u2069", "\u200f", "\u061c", "\u200b", "\ufeff", "\U000e0041"],
)
def test_controls_of_direction_and_invisible_characters_go(char: str) -> None:
    assert plain(f"Ada{char}Lovelace") == "AdaLovelace"


def test_control_characters_become_spaces() -> None:
    assert plain("a\x00b\r\nc\x7fd") == "a b  c d"


def test_scripts_of_every_direction_stay_as_they_are() -> None:
    for name in ("שירה", "أم كلثوم", "Ólafur Arnalds", "坂本龍一", "A\u200dB"):
        assert plain(name) == name


def test_what_runs_the_other_way_keeps_to_itself_and_what_is_long_is_cut() -> None:
    assert apart("Ada", 80) == "Ada"
    assert apart("שירה\u202e", 80) == "\u2068שירה\u2069"
    assert apart("x" * 81, 80) == "x" * 79 + "…"
    assert apart("x" * 80, 80) == "x" * 80
