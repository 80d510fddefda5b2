"""Whatever people write is read as works and places, or told why not; nothing is dropped silently."""

import pytest

from registry.web.begin.lines import read_places, read_works, without
from registry.web.pasted import SAMPLES

ISRC = "isrc:GBAYE0601498"
PAGE = "https://lovelace.example/night-train"


@pytest.mark.parametrize("scheme", sorted(SAMPLES))
def test_every_kind_of_identifier_is_read_in_the_form_in_which_it_is_pasted(scheme: str) -> None:
    (line,) = read_works(SAMPLES[scheme])
    assert line.fault is None, line
    (found,) = line.identifiers
    assert found.startswith("https://" if scheme == "url" else f"{scheme}:")


@pytest.mark.parametrize(
    "text",
    [
        f"Night Train, GB-AYE-06-01498, {PAGE}",
        f"Night Train\tGBAYE0601498\t{PAGE}",
        f"Night Train; isrc:GBAYE0601498; {PAGE}",
        f"Night Train | GBAYE0601498 {PAGE}",
    ],
)
def test_a_title_and_several_names_of_one_work_stand_on_one_line(text: str) -> None:
    (line,) = read_works(text)
    assert (line.title, line.identifiers) == ("Night Train", (ISRC, PAGE))


def test_a_comma_in_a_title_stays_in_it_and_one_in_an_address_too() -> None:
    (first, second) = read_works(f"Hello, Goodbye, {ISRC}\nhttps://lovelace.example/a,b")
    assert first.title == "Hello, Goodbye"
    assert second.identifiers == ("https://lovelace.example/a,b",)
    assert second.title == "https://lovelace.example/a,b", "no title: what names it stands for it"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Night Train", "no-scheme"),
        ("isrc:GB-AYE-06-0149", "length"),
        ("T-034.524.680-2", "check-digit"),
        (f"{ISRC}, Night Train", "no-scheme"),
        (f"isrc:XX, {PAGE}", "length"),
        ("https://lovelace.example/", "whole-site"),
        ("lovelace.example", "whole-site"),
        ("https://", "url-syntax"),
        ("x" * 9_000, "line-too-long"),
        (f"{'x' * 501}, {ISRC}", "bad-title"),
    ],
)
def test_a_line_that_names_no_work_says_why(text: str, fault: str) -> None:
    (line,) = read_works(text)
    assert line.fault == fault
    assert line.identifiers == ()


def test_a_title_keeps_markup_and_formulas_as_text_and_loses_what_steers() -> None:
    (line,) = read_works(f"=1+1 <script>\u202e, {ISRC}")
    assert line.title == "=1+1 <script>"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("https://soundcloud.com/", "location-user-content"),
        ("https://co.uk/", "location-public-suffix"),
        ("https://lovelace.example/?x=1", "location-query"),
        ("not a site", "location-url"),
    ],
)
def test_a_place_that_nobody_can_speak_for_says_why(text: str, fault: str) -> None:
    (line,) = read_places(text)
    assert line.fault == fault


def test_places_are_read_with_and_without_a_scheme() -> None:
    own, profile = read_places("lovelace.example\n\n https://soundcloud.com/ada ")
    assert (own.url, own.whole_host) == ("https://lovelace.example/", True)
    assert (profile.url, profile.whole_host) == ("https://soundcloud.com/ada/", False)
    assert profile.number == 3


def test_lines_at_fault_are_left_out_by_their_number_and_the_same_line_counts_once() -> None:
    text = f"{ISRC}\nwhat\n{ISRC}\n{PAGE}"
    assert [each.number for each in read_works(text)] == [1, 2, 4]
    assert without(text, {2}) == f"{ISRC}\n{ISRC}\n{PAGE}"
