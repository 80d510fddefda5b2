"""Locations: segment borders, subdomains, order, and the agreement of exact and wide coverage."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.hosts import all_rules
from registry.domain.identifiers import parse_identifier
from registry.domain.locations import (
    MAX_HOST_LABELS,
    MAX_PATH_SEGMENTS,
    Location,
    covering_expressions,
    covering_keys,
    location_key,
    parse_location,
)
from registry.errors import InvalidIdentifier, InvalidLocation
from tests.domain.test_urls import addresses


@settings(max_examples=1500, deadline=None)
@given(addresses(), st.integers(0, 5), st.booleans(), st.booleans())
def test_what_a_location_covers_exactly_it_also_covers_widely(
    address: str, cut: int, subdomains: bool, from_parent: bool
) -> None:
    try:
        url = parse_identifier(address)
    except InvalidIdentifier:
        return
    if url.scheme != "url":
        return
    host, *segments = url.value.removeprefix("https://").partition("?")[0].split("/")
    if from_parent:
        host = host.partition(".")[2]
    try:
        location = parse_location(
            f"https://{host}/" + "/".join(segments[:cut]), subdomains=subdomains
        )
    except InvalidLocation:
        return
    if location.covers_exactly(url):
        via = dict(covering_expressions(url))
        assert location.expression in via
        assert subdomains or not via[location.expression]


def names_of_profiles() -> list[tuple[str, str]]:
    found = []
    for rule in all_rules():
        for profile in rule.profiles:
            text = profile.pattern.replace("*", "eu-west-1")
            for name in ("handle", "user", "id", "name", "artist", "channel", "site", "bucket"):
                text = text.replace("{" + name + "}", "Somebody" if "/" in text else "somebody")
            for name in ("account", "cloud", "repository", "project"):
                text = text.replace("{" + name + "}", "things")
            found.append((rule.host, "https://" + text.rstrip("/") + "/"))
    return found


@pytest.mark.parametrize(("host", "profile"), names_of_profiles(), ids=lambda v: v)
def test_every_profile_of_the_table_can_be_claimed_and_covers_what_is_under_it(
    host: str, profile: str
) -> None:
    location = parse_location(profile)
    assert not location.whole_host
    for rest in (
        "",
        "x",
        "art/A-1",
        "status/20/photo/1",
        "123/a-title",
        "x/1.wav?a=1",
        "index.html",
    ):
        url = parse_identifier(profile + rest)
        assert location.covers_exactly(url), rest
        assert (location.expression, False) in covering_expressions(url), rest
    with pytest.raises(InvalidLocation):
        parse_location(profile, subdomains=True)
    with pytest.raises(InvalidLocation):
        parse_location(f"https://{host}/")


def test_covering_expressions_go_from_the_longest_to_the_shortest() -> None:
    url = parse_identifier("https://www.shop.artist.example/A/b.mp3?x=1")
    assert covering_expressions(url) == (
        ("shop.artist.example/a/b.mp3/", False),
        ("artist.example/a/b.mp3/", True),
        ("shop.artist.example/a/", False),
        ("artist.example/a/", True),
        ("shop.artist.example/", False),
        ("artist.example/", True),
    )


def test_depth_orders_locations_as_covering_expressions_do() -> None:
    url = parse_identifier("https://shop.artist.example/a/b/c")
    locations: dict[str, Location] = {}
    for host in ("shop.artist.example", "artist.example"):
        for path in ("", "a", "a/b", "a/b/c"):
            location = parse_location(f"https://{host}/{path}", subdomains=True)
            locations[location.expression] = location
    ordered = sorted(locations.values(), key=lambda location: -location.depth)
    assert [location.expression for location in ordered] == [
        expression for expression, _ in covering_expressions(url)
    ]
    assert len({location.depth for location in ordered}) == len(ordered)


def test_a_deep_url_is_covered_by_the_locations_that_can_exist() -> None:
    host = ".".join("abcdefghij") + ".artist.example"
    url = parse_identifier(f"https://{host}/" + "x/" * 40)
    expressions = covering_expressions(url)
    assert len(expressions) == (MAX_PATH_SEGMENTS + 1) * (MAX_HOST_LABELS - 1)
    assert all(via for _, via in expressions)
    deepest, _ = expressions[0]
    assert parse_location("https://" + deepest, subdomains=True).covers_exactly(url)


def test_a_url_on_a_platform_is_covered_by_no_parent_of_the_platform() -> None:
    for text in (
        "https://music.apple.com/x",
        "https://artist.bandcamp.com/x",
        "https://a.github.io/",
    ):
        assert all(not via for _, via in covering_expressions(parse_identifier(text)))


def test_an_identifier_that_is_no_url_lies_nowhere() -> None:
    isrc = parse_identifier("isrc:GBAYE0601498")
    assert covering_expressions(isrc) == ()
    assert not parse_location("https://artist.example/").covers_exactly(isrc)


def test_the_key_of_a_location_is_that_of_its_expression() -> None:
    location = parse_location("http://www.Artist.example/Music/")
    assert location.expression == "artist.example/music/"
    assert location.key == location_key("artist.example/music/")
    assert location.url == "https://www.artist.example/Music/"


@pytest.mark.parametrize("text", ["https://youtube.com", "https://cdn.jsdelivr.net/npm/x"])
def test_a_refusal_says_what_could_be_claimed_instead(text: str) -> None:
    with pytest.raises(InvalidLocation, match=r"claim (one profile there|your works there)"):
        parse_location(text)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.builds("https://{}".format, st.text()), addresses()), st.booleans())
def test_no_text_raises_anything_but_invalid_location(text: str, subdomains: bool) -> None:
    try:
        location = parse_location(text, subdomains=subdomains)
    except InvalidLocation:
        return
    assert location.url.endswith("/")
    assert location.expression.endswith("/")
    assert location.covers_exactly(parse_identifier(location.url))


@given(addresses())
def test_the_kept_keys_of_a_url_are_those_of_its_covering_expressions(address: str) -> None:
    try:
        url = parse_identifier(address)
    except InvalidIdentifier:
        return
    if url.scheme == "url":
        expressions = covering_expressions(url)
        assert list(covering_keys(url.wide)) == [
            (location_key(expression), via_parent) for expression, via_parent in expressions
        ]


@pytest.mark.parametrize(
    "address",
    [
        "https://a.b.c.artist.example/" + "/".join(f"s{n}" for n in range(20)),
        "https://artist.example:8443/a/b?c=d",
        "https://192.0.2.7/a",
        "https://[2001:db8::1]:8443/a/b",
    ],
)
def test_deep_odd_and_numbered_hosts_have_the_keys_of_their_expressions(address: str) -> None:
    url = parse_identifier(address)
    assert [each for each, _ in covering_keys(url.wide)] == [
        location_key(expression) for expression, _ in covering_expressions(url)
    ]
