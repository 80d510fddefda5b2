"""A column of URLs: the plain ones are looked up by the very keys that reading each by itself gives."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.client.corpus.sieve import SnapshotSieve
from registry.domain.hosts import INDEX_NAMES
from registry.domain.identifiers import parse_identifier
from registry.screening.key_lists import sorted_keys
from registry.screening.keys import keys_of
from tests.client.corpus.test_sieve import filtered

np = pytest.importorskip("numpy", reason='no numpy; to have it: pip install ".[screening]"')
pa = pytest.importorskip("pyarrow", reason='no pyarrow; to have it: pip install ".[screening]"')

from registry.client.corpus.columnar_urls import plain_host, sieve_urls  # noqa: E402
from tests.client.corpus.test_columnar import all_keys, chunk_of, row_by_row  # noqa: E402

HOSTS = [
    "artist.example",
    "WWW.Artist.example",
    "m.artist.example",
    "www.m.www.artist.example",
    "www.example",
    "shop.artist.co.uk",
    "a.b.c.d.e.f.g.artist.example",
    "a.b.c.d.e.artist.example",
    "xn--bcher-kva.example",
    "bücher.example",
    "a--b.example",
    "under_score.example",
    "artist.example.",
    "youtube.com",
    "www.youtube.com",
    "open.spotify.com",
    "m.github.io",
    "artist.github.io",
    "www.artist.bandcamp.com",
    "doi.org",
    "dx.doi.org",
    "nodoi.org",
    "1.2.3.4",
    "0x7f.1",
    "a.0x1",
    "[::1]",
    "localhost",
    "-a.example",
    "a-.example",
    "a..example",
    ".example",
    "ＡＲＴＩＳＴ.example",
    "artist.example\u00ad",
]
SEGMENTS = [
    "a",
    "B",
    "Song.MP3",
    "watch",
    "10.1000",
    "@me",
    "a;b=c,d",
    "~x!$&'()*+",
    "a--b",
    "a:b",
    "..",
    ".",
    ".hidden",
    "a..",
    "",
    "%41",
    "%2E%2e",
    "%c3%a9",
    "é",
    "a b",
    "a\\b",
    "{x}",
    "a|b",
    "[x]",
    "`",
    "a\u200bb",
    "x" * 300,
    *sorted(INDEX_NAMES)[:3],
    "INDEX.html",
]
QUERIES = [
    "a=1",
    "A=2",
    "a=",
    "a",
    "",
    "b=x+y",
    "b=x/y?z",
    "utm_source=x",
    "UTM_Source=x",
    "fbclid=1",
    "=",
    "==",
    "a=%41",
    "a='",
    "a=é",
    "a[]=1",
    "a=b;c=d",
]
SCHEMES = [
    "https://",
    "http://",
    "HTTPS://",
    "https:/",
    "https:///",
    "ftp://",
    "url:https://",
    " https://",
    "",
]
urls = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(SCHEMES),
        st.sampled_from(["", "", "", "", "u@", "u:p@", "@"]),
        st.sampled_from(HOSTS),
        st.sampled_from(["", "", "", "", ":80", ":443", ":8080", ":", ":x"]),
        st.lists(st.sampled_from(SEGMENTS), max_size=5).map(lambda parts: "".join("/" + each for each in parts)),
        st.sampled_from(["", "", "/", "//", "?", "?b=1&a=2", "?utm_source=x", "#top", "/?", " ", "\n"]),
    ),
)  # fmt: skip
plain_urls = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["https://", "http://", "HTTP://"]),
        st.sampled_from(HOSTS[:8]),
        st.lists(st.sampled_from(SEGMENTS[:10]), max_size=18).map(lambda parts: "".join("/" + each for each in parts)),
        st.sampled_from(["", "/", "//"]),
        st.sampled_from(["", "", "?"]).flatmap(
            lambda mark: st.lists(st.sampled_from(QUERIES), max_size=4).map(
                lambda parts: mark + "&".join(parts) if mark else ""
            )
        ),
    ),
)  # fmt: skip


def asked_about(url: str) -> tuple[bool, set[int]]:
    """Is it plain, and by which keys is it looked up?"""
    asked: set[int] = set()

    def contains(keys: Any) -> Any:
        asked.update(keys.tolist())
        return np.zeros(len(keys), bool)

    known, met = np.zeros(1, bool), np.zeros(1, bool)
    sieve_urls(pa.array([url]), known, met, contains)
    return bool(known[0]), asked


@settings(max_examples=200, deadline=None)
@given(urls | plain_urls)
def test_a_plain_url_is_looked_up_by_its_own_keys(url: str) -> None:
    plain, asked = asked_about(url)
    assert not plain or asked == set(keys_of(parse_identifier(url)))


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://artist.example", True),
        ("http://WWW.artist.example//", True),
        ("https://artist.example/a/B/song.mp3", True),
        ("https://shop.artist.co.uk/a/", True),
        ("https://artist.example" + "/a" * 16, True),
        ("https://artist.example" + "/a" * 17, False),
        ("https://artist.example/a/index.html", False),
        ("https://artist.example/a?b=1&A=x+y&utm_source=z", True),
        ("https://artist.example?", True),
        ("https://artist.example/a?b=%41", False),
        ("https://artist.example/a?b='", False),
        ("https://artist.example/a?b#c", False),
        ("https://artist.example/index.php?id=7", False),
        ("https://artist.example/%41", False),
        ("https://artist.example//a", False),
        ("https://artist.example/a/../b", False),
        ("https://artist.example:443/a", False),
        ("https://doi.org/10.1000/1", False),
        ("https://youtube.com/watch", False),
        ("https://artist.example/" + "x" * 2_000, False),
    ],
)
def test_which_urls_are_plain(url: str, plain: bool) -> None:
    assert asked_about(url)[0] is plain


@settings(max_examples=100, deadline=None)
@given(data=st.data(), rows=st.lists(urls | plain_urls, min_size=1, max_size=12))
def test_the_same_rows_are_doubtful_as_one_by_one(data: st.DataObject, rows: list[str]) -> None:
    chunk = chunk_of([pa.array(rows)], "url")
    keys = sorted(all_keys(chunk))
    registered = data.draw(st.sets(st.sampled_from(keys), max_size=3)) if keys else set()
    sieve = SnapshotSieve(filtered(sorted_keys(registered)))
    assert list(sieve.doubtful(chunk)) == row_by_row(chunk, sieve)


def test_a_location_high_above_makes_every_row_below_it_doubtful() -> None:
    hosts = ("a.example", "b.a.example")
    rows = [f"https://{host}/{a}/{n}.mp3" for n in range(40) for a in "xy" for host in hosts]
    for registered, met in (
        ("https://a.example/", lambda row: "//a.example/" in row),
        ("https://a.example/x", lambda row: "//a.example/x/" in row),
        ("https://b.a.example/y/7.mp3", lambda row: row == "https://b.a.example/y/7.mp3"),
    ):
        key = keys_of(parse_identifier(registered))[1]  # its own place as a location
        sieve = SnapshotSieve(filtered(sorted_keys([key])))
        wanted = [place for place, row in enumerate(rows) if met(row)]
        assert list(sieve.doubtful(chunk_of([pa.array(rows)], "url"))) == wanted
    below = sorted_keys(
        keys_of(parse_identifier("https://b.a.example/"))[2:]
    )  # from the host above
    found = SnapshotSieve(filtered(below)).doubtful(chunk_of([pa.array(rows)], "url"))
    assert list(found) == [place for place, row in enumerate(rows) if "//b.a.example/" in row]


def test_hosts_with_rules_of_their_own_are_not_plain() -> None:
    assert plain_host("artist.example") is not None
    for host in (
        "m.github.io",
        "youtube.com",
        "xn--a.example",
        "doi.org",
        "a.b.c.d.e.f.g.h.example",
    ):
        assert plain_host(host) is None
