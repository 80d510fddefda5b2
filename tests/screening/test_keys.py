"""The keys of a snapshot: every spelling asks for the key under which its like was put in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.identifiers import parse_identifier
from registry.domain.locations import parse_location
from registry.screening.keys import below_key, folds_beyond_ascii, keys_of, short_key

LABELS = st.sampled_from(("a", "music", "my-songs", "xn--mller-kva", "b2"))
HOSTS = st.lists(LABELS, min_size=0, max_size=4).map(
    lambda labels: ".".join([*labels, "label.com"])
)
SEGMENTS = st.lists(st.sampled_from(("a", "Live", "x%20y", "%C3%A9", "1")), max_size=9)
QUERIES = st.sampled_from(("", "?b=2&a=1", "?id=7"))


def spelled_otherwise(host: str, path: str, query: str) -> list[str]:
    """Addresses that differ from https://host/path?query as people write them."""
    return [
        f"http://{host}{path}{query}",
        f"https://www.{host}{path}{query}",
        f"https://{host.upper()}:443{path}{query}#top",
        f"https://{host}./x/..{path}{query}",
        f"https://{host}{path.upper()}{query}",
        f"https://{host}{path}{query}{'&' if query else '?'}utm_source=mail",
        f"https://m.{host}{path.rstrip('/')}/{query}",
    ]


@settings(max_examples=60)
@given(HOSTS, SEGMENTS, QUERIES)
def test_every_spelling_of_an_address_has_its_key(
    host: str, segments: list[str], query: str
) -> None:
    path = "/" + "/".join(segments)
    own = keys_of(parse_identifier(f"https://{host}{path}{query}"))[0]
    for other in spelled_otherwise(host, path, query):
        assert keys_of(parse_identifier(other))[0] == own, other


@settings(max_examples=60)
@given(HOSTS, SEGMENTS, SEGMENTS, st.lists(LABELS, max_size=2), QUERIES)
def test_a_location_is_found_from_every_address_that_it_covers_at_any_depth(
    host: str, folder: list[str], below: list[str], labels: list[str], query: str
) -> None:
    location = parse_location("/".join([f"https://{host}", *folder]), subdomains=bool(labels))
    address_host = ".".join([*labels, host])
    path = "/" + "/".join([*folder, *below])
    wanted = below_key(location.key) if labels else short_key(location.key)
    for text in spelled_otherwise(address_host, path, query):
        assert wanted in keys_of(parse_identifier(text)), text


def test_a_location_without_the_hosts_beneath_it_is_not_found_from_there() -> None:
    place = parse_location("https://label.com/")
    keys = keys_of(parse_identifier("https://music.label.com/a"))
    assert short_key(place.key) not in keys
    assert below_key(place.key) in keys


def test_nor_is_the_folder_beside_it() -> None:
    place = parse_location("https://music.example/a/")
    assert short_key(place.key) in keys_of(parse_identifier("https://music.example/a"))
    assert short_key(place.key) not in keys_of(parse_identifier("https://music.example/abc"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("isrc:GBAYE0601498", "isrc: gb-aye-06-01498"),
        ("iswc:T0345246801", "iswc:T-034.524.680-1"),
        ("upc:036000291452", "ean:0036000291452"),
        ("isbn:9780306406157", "isbn:0-306-40615-2"),
        ("doi:10.1000/182", "https://dx.doi.org/10.1000/182?x=1"),
        ("sha256:" + "ab" * 32, "sha-256:" + "AB" * 32),
    ],
)
def test_a_code_has_one_key_however_it_is_written(one: str, other: str) -> None:
    assert keys_of(parse_identifier(one)) == keys_of(parse_identifier(other))


def test_a_key_is_the_beginning_of_the_lookup_key_so_that_both_sort_alike() -> None:
    identifier = parse_identifier("isrc:GBAYE0601498")
    assert keys_of(identifier) == [int(identifier.wide_key.hex()[:16], 16)]


def test_an_address_with_letters_beyond_ascii_rests_on_the_version_of_unicode() -> None:
    assert folds_beyond_ascii(parse_identifier("https://a.example/É"))
    assert not folds_beyond_ascii(parse_identifier("https://a.example/E%20"))
    assert not folds_beyond_ascii(parse_identifier("isrc:GBAYE0601498"))
