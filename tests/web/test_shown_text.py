"""Names and titles cannot steer the page around them."""

import pytest

from registry.web.shown_text import isolated, plain, unbroken


@pytest.mark.parametrize(
    "char",
    ["\u202e", "\u202d", "\u2066", "\u2069", "\u200f", "\u061c", "\u200b", "\ufeff", "\U000e0041"],
)
def test_controls_of_direction_and_invisible_characters_go(char: str) -> None:
    assert plain(f"Ada{char}Lovelace") == "AdaLovelace"


def test_control_characters_become_spaces() -> None:
    assert plain("a\x00b\nc\x7fd") == "a b c d"


def test_scripts_of_every_direction_stay_as_they_are() -> None:
    for name in ("שירה", "أم كلثوم", "Ólafur Arnalds", "坂本龍一", "A\u200dB"):
        assert plain(name) == name


def test_a_text_is_escaped_and_isolated() -> None:
    assert isolated("<b>&\u202e") == "<bdi>&lt;b&gt;&amp;</bdi>"


def test_a_part_of_an_address_with_a_hyphen_is_kept_together_and_nothing_is_added_to_it() -> None:
    shown = unbroken("https://a-b.example/night-train/x<\u202e")
    assert shown == (
        'https://<span class="piece">a-b.example/</span><span class="piece">night-train/</span>x&lt;'
    ).join(("<bdi>", "</bdi>"))
    assert unbroken("isrc:GBAYE0601498") == isolated("isrc:GBAYE0601498")
