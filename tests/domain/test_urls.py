"""URLs: spellings of one address meet, the wide form follows from the exact one, both stand still."""

import re
import unicodedata
from urllib.parse import quote

import pytest
from ada_url import normalize_url
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.hosts import EXACT_ALIASES, all_rules
from registry.domain.identifiers import parse_identifier
from registry.domain.urls import CanonicalUrl, canonical_url, plain_forms, plain_site
from registry.domain.wide_form import fold
from registry.errors import InvalidIdentifier

RULE_HOSTS = sorted({rule.host for rule in all_rules()} | set(EXACT_ALIASES))
HOSTS = st.one_of(
    st.sampled_from(["artist.example", "m.www.artist.example", "xn--bcher-kva.example", "[::1]"]),
    st.sampled_from(RULE_HOSTS),
    st.builds(
        "{}.{}".format, st.sampled_from(["www", "m", "user", "a.b"]), st.sampled_from(RULE_HOSTS)
    ),
    st.sampled_from(["songs.s3.eu-west-1.amazonaws.com", "s3-us-west-2.amazonaws.com", "youtu.be"]),
)
PIECES = st.one_of(
    st.sampled_from(
        [
            "a",
            "A",
            "index.html",
            "INDEX.htm",
            "..",
            ".",
            "%2e",
            "%2E%2e",
            "%zz",
            "%",
            "%%32%45",
            "%7e",
            "%FF",
            "%C3%89",
            "É",
            "%7C%CC%81",
            "watch",
            "shorts",
            "Shorts",
            "embed",
            "dQw4w9WgXcQ",
            "videoseries",
            "intl-de",
            "track",
            "4uLU6hMCjMI75M1A2tKUQC",
            "album",
            "us",
            "1989",
            "id12",
            "123456",
            "reel",
            "p",
            "status",
            "photos",
            "art",
            "Art-1",
            "abs",
            "2101.00001v2",
            "raw",
            "blob",
            "-",
            "resolve",
            "x.git",
            "x.git.git",
            "s",
            "en",
            "artworks",
            "file",
            "d",
            "record",
            "pin",
            "a--1",
            "playlist",
            "pl.u-A",
            "ok;v=1",
            "a+b",
            "{1}",
            "{value}",
            "post",
            "video",
            "comments",
        ]
    ),
    st.just(""),
    st.text(max_size=4),
)
PARAMETERS = st.one_of(
    st.sampled_from(
        [
            "a=1",
            "b=2",
            "a=2",
            "a=",
            "a",
            "=x",
            "utm_source=x",
            "UTM_Medium=y",
            "si=1",
            "v=dQw4w9WgXcQ",
            "list=PL",
            "i=678",
            "fbclid=1",
            "a+b=c",
            "a%20b=c",
            "%zz",
            "é=1",
            "illust_id=5",
            "id=0123456789012345678901",
            "x==",
            "%26",
            "%3d=1",
        ]
    ),
    st.just(""),
)


@st.composite
def addresses(draw: st.DrawFn) -> str:
    """URLs that try the corners of the table and of percent-encoding; some are invalid."""
    path = "/".join(draw(st.lists(PIECES, max_size=5)))
    query = "&".join(draw(st.lists(PARAMETERS, max_size=4)))
    scheme = draw(st.sampled_from(["http", "https", "HTTP"]))
    port = draw(st.sampled_from(["", "", ":80", ":443", ":8080"]))
    return f"{scheme}://{draw(HOSTS)}{port}/{path}" + (f"?{query}" if query else "")


@settings(max_examples=1500, deadline=None)
@given(addresses())
def test_both_forms_stand_still_and_the_wide_one_follows_from_the_exact_one(address: str) -> None:
    try:
        url = canonical_url(address)
    except InvalidIdentifier:
        return
    again = canonical_url(url.exact)
    assert again.exact == url.exact
    assert again.wide == url.wide
    assert canonical_url(url.wide).wide == url.wide
    assert url.exact.isascii()
    assert url.wide.isascii()


@st.composite
def spellings(draw: st.DrawFn) -> tuple[str, str]:
    """A plain address, and another spelling of it that only the wide form must forgive."""
    words = draw(st.lists(st.text("abcxyz0123-_~é()',@!+", min_size=1, max_size=6), max_size=4))
    values = draw(st.dictionaries(st.sampled_from("pqrs"), st.text("ab12", min_size=1), max_size=3))
    plain = "https://artist.example/" + "/".join(words)
    if values:
        plain += "?" + "&".join(f"{name}={value}" for name, value in sorted(values.items()))
    path = ""
    for word in words:
        path += draw(st.sampled_from(["", "", "./", "gone/../", "gone/%2E%2e/", "/"]))
        path += "".join(draw(st.sampled_from([c, c.upper(), _escaped(c)])) for c in word) + "/"
    if not draw(st.booleans()):
        path = path.removesuffix("/")
    elif path.endswith("/") or not path:
        path += draw(st.sampled_from(["", "index.html", "Index.PHP"]))
    pairs = [f"{name}={value}" for name, value in draw(st.permutations(sorted(values.items())))]
    pairs += draw(
        st.lists(st.sampled_from(["utm_source=a", "utm_id=1", "fbclid=x", ""]), max_size=2)
    )
    host = draw(st.sampled_from(["artist.example", "www.artist.example", "M.Artist.Example."]))
    scheme, port = draw(st.sampled_from([("http", ""), ("HTTPS", ":443"), ("http", ":80")]))
    other = f"{scheme}://{host}{port}/{path}" + ("?" + "&".join(pairs) if pairs else "")
    return plain, other + draw(st.sampled_from(["", "#refrain", "#"]))


def _escaped(char: str) -> str:
    return "".join(f"%{byte:02x}" for byte in char.encode())


@settings(max_examples=400, deadline=None)
@given(spellings())
def test_equivalent_spellings_meet_in_the_wide_form(pair: tuple[str, str]) -> None:
    plain, other = pair
    assert canonical_url(other).wide == canonical_url(plain).wide


@settings(max_examples=300, deadline=None)
@given(st.text("abcé/%~.-_", max_size=12), st.sampled_from(["", "?", "#a", "?utm_source=b"]))
def test_the_exact_form_forgives_only_what_the_standards_forgive(path: str, tail: str) -> None:
    """Against an oracle of two lines: WHATWG's parser, then RFC 3986's percent-encoding."""
    address = f"http://artist.example/{path}"
    expected = re.sub(
        r"%([0-9A-Fa-f]{2})?",
        lambda m: quote(bytes.fromhex(m[1]), safe="") if m[1] else "%25",
        normalize_url(address).replace("http://", "https://"),
    )
    assert canonical_url(address + tail).exact == expected


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.host)
def test_a_platforms_own_names_join_and_drop_what_its_row_ignores(rule: object) -> None:
    row = next(r for r in all_rules() if r is rule)
    names = [row.host, *(alias for alias, host in EXACT_ALIASES.items() if host == row.host)]
    ignored = "&".join(f"{name}=1" for name in sorted(row.ignored_query) if "[" not in name)
    spelled = {canonical_url(f"http://{name}/somebody?{ignored}").exact for name in names}
    assert spelled == {f"https://{row.host}/somebody"}


def test_case_folding_of_every_character_stands_still() -> None:
    for code in range(0x80, 0x110000):
        if 0xD800 <= code < 0xE000 or unicodedata.category(chr(code)) in ("Cn", "Co"):
            continue
        once = fold("/" + quote(chr(code)))
        assert fold(once) == once
        assert canonical_url("https://artist.example" + once).wide.endswith(once.rstrip("/"))


@given(st.text(max_size=40))
def test_no_text_after_the_scheme_raises_anything_but_invalid_identifier(text: str) -> None:
    for before in (
        "https://",
        "http:",
        "https://artist.example/",
        "https://youtu.be/",
        "https://a?",
    ):
        try:
            url = canonical_url(before + text)
        except InvalidIdentifier as error:
            url = None
            code = error.code
        assert url is not None or code.startswith("url-")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://user:secret@artist.example/", "user name or password"),
        ("https://artist.example\\x", "backslash"),
        ("https://artist.example/a b", "SPACE"),
        ("https://artist.example/\u202e", "RIGHT-TO-LEFT OVERRIDE"),
        ("ftp://artist.example/", "https://"),
        ("https://" + "a" * 9000, "longer than 8192"),
    ],
)
def test_a_refusal_says_what_is_wrong(address: str, words: str) -> None:
    with pytest.raises(InvalidIdentifier, match=re.escape(words)) as caught:
        canonical_url(address)
    assert "secret" not in caught.value.message


@pytest.mark.parametrize("path", ["é" * 4000, "a" * 8170, "%" * 3000, "%C5%89" * 1361])
def test_a_url_whose_canonical_form_could_not_be_read_again_is_refused(path: str) -> None:
    with pytest.raises(InvalidIdentifier) as caught:
        canonical_url("http://artist.example/" + path)
    assert caught.value.code == "url-too-long"


def test_the_longest_url_is_read_and_stands_still() -> None:
    url = canonical_url("https://artist.example/" + "a" * (8192 - 23))
    assert len(url.exact) == 8192
    assert canonical_url(url.exact) == canonical_url(url.wide) == url


def test_a_url_of_many_segments_or_labels_is_still_an_identifier() -> None:
    assert len(canonical_url("https://artist.example/" + "a/" * 100).segments) == 100
    assert canonical_url("https://" + "a." * 100 + "example/").host.count(".") == 100


# Cases of the WHATWG URL standard that parsers get wrong, each with the host and path it gives.
@pytest.mark.parametrize(
    ("address", "exact"),
    [
        ("https:artist.example/x", "https://artist.example/x"),
        ("http:///artist.example/x", "https://artist.example/x"),
        ("https://artist.example/a/./b/../c/%2e%2E/d", "https://artist.example/a/d"),
        ("https://artist.example/../..", "https://artist.example/"),
        ("https://artist.example/a/..", "https://artist.example/"),
        ("https://artist.example?x", "https://artist.example/?x"),
        ("https://artist.example:/", "https://artist.example/"),
        ("https://artist.example:00443/", "https://artist.example/"),
        ("http://0300.168.0xF0", "https://192.168.0.240/"),
        ("http://192.0x00A80001", "https://192.168.0.1/"),
        ("http://1.2.3.4.", "https://1.2.3.4/"),
        ("http://[::127.0.0.1]", "https://[::7f00:1]/"),
        ("http://[0:0:0:0:0:0:13.1.68.3]", "https://[::d01:4403]/"),
        ("http://GOO\u212a.example/", "https://gook.example/"),
        ("http://ex%41mple.example/", "https://example.example/"),
        ("http://www.foo\u3002bar.example", "https://www.foo.bar.example/"),
        ("http://artist.example/|[]^", "https://artist.example/%7C%5B%5D%5E"),
        ("http://artist.example/'\"<>`{}", "https://artist.example/'%22%3C%3E%60%7B%7D"),
        ("http://artist.example/?'\"<>`{}", "https://artist.example/?%27%22%3C%3E%60%7B%7D"),
    ],
)
def test_corners_of_the_url_standard(address: str, exact: str) -> None:
    assert canonical_url(address).exact == exact


@pytest.mark.parametrize(
    "address",
    [
        "256.1.1.1",
        "1.2.3.08",
        "foo.0x4",
        "[1::2::3]",
        "a%b.example",
        "a|b.example",
        "%zz.example",
        "xn--",
        "a.xn--pokxncvks",
        "0x100000000",
        "a.example:65536",
        "[::1.2.3]",
        "ab^c.example",
    ],
)
def test_hosts_that_the_url_standard_refuses_are_refused(address: str) -> None:
    with pytest.raises(InvalidIdentifier):
        canonical_url(f"http://{address}/")


LABELS = st.text("abxn019-", min_size=1, max_size=6) | st.sampled_from(
    ["www", "m", "0x7f", "127", "1", "a" * 63, "a" * 64, "youtube", "youtu", "open", "spotify"]
)
SHORT_PATHS = st.lists(
    st.text("aZ09._~!$&'()*+,;=:@-", max_size=4) | st.sampled_from([".", "..", "index.html", ""]),
    max_size=4,
)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(["http://", "https://"]),
    st.lists(LABELS, min_size=1, max_size=4),
    st.sampled_from(["com", "example", "be", "x1", "1x", "0x1", "12"]),
    SHORT_PATHS,
)
def test_a_plain_address_is_read_at_once_and_comes_to_what_the_parser_says(
    scheme: str, labels: list[str], top: str, path: list[str]
) -> None:
    rest = ".".join([*labels, top]) + "/" + "/".join(path)
    read: list[object] = []
    for spelling in (scheme, scheme.upper()):  # the parser alone reads capitals
        try:
            read.append(canonical_url(spelling + rest))
        except InvalidIdentifier as error:
            read.append((error.code, error.message))
    assert read[0] == read[1]
    forms = plain_forms(scheme + rest)
    if forms is not None:
        assert isinstance(read[0], CanonicalUrl)
        assert forms == (read[0].exact, read[0].wide)


@settings(max_examples=400, deadline=None)
@given(addresses())
def test_the_short_way_to_both_forms_comes_to_the_same_or_is_not_taken(address: str) -> None:
    forms = plain_forms(address)
    if forms is not None:
        url = canonical_url(address)
        assert forms == (url.exact, url.wide)


@settings(max_examples=400, deadline=None)
@given(addresses())
def test_the_site_of_a_plain_address_is_that_of_its_wide_form(address: str) -> None:
    site = plain_site(address)
    if site is not None:
        asked = parse_identifier(address)
        assert asked.scheme == "url"
        assert asked.wide.startswith(f"https://{site}/")


def test_addresses_with_anything_unusual_in_them_have_no_plain_site() -> None:
    assert plain_site("https://www.artist.example/a/index.html") == "artist.example"
    for other in (
        "https://artist.example:8443/a", "https://artist.example/a?b", "https://artist.example",
        "https://Artist.example/", "https://xn--bcher-kva.example/", "https://artist.example/a/../b",
        "https://soundcloud.com/a/b", "https://a.github.io/", "https://doi.org/10.1000/182",
        "https://dx.doi.org/10.1000/182", "https://192.0.2.1/", "isrc:GBAYE0601498",
    ):  # fmt: skip
        assert plain_site(other) is None, other


def test_the_short_way_is_taken_by_what_is_plain() -> None:
    assert plain_forms("http://www.Artist.example/A") is None, (
        "capitals in a host are for the parser"
    )
    assert plain_forms("http://www.artist.example/A/Song.mp3") == (
        "https://www.artist.example/A/Song.mp3",
        "https://artist.example/a/song.mp3",
    )
    for other in ("https://youtu.be/dQw4w9WgXcQ", "https://a.example/b/", "https://a.example/b?c"):
        assert plain_forms(other) is None
