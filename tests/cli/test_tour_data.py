"""The data that `registry tour` runs on: enough, all of it parseable, all of it with a source.

Counts are those the tour promises; check digits are verified by the product's own parser.
"""

import json
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from registry.domain.identifiers import parse_identifier

DATA = Path(str(files("registry.cli"))) / "tour_data"
MEDIA = sorted(path for path in (DATA / "media").iterdir() if path.name != "README.md")
WORKS: list[dict[str, Any]] = [
    json.loads(line) for line in (DATA / "works.jsonl").read_text(encoding="utf-8").splitlines()
]
BY_REF = {work["ref"]: work for work in WORKS}
IDENTIFIERS: list[str] = [one for work in WORKS for one in work["identifiers"]]

KINDS = {"recording", "composition", "release", "image", "text", "video", "software"}
REQUIRED = {"title", "creator", "kind", "identifiers", "embodies", "ref", "source"}
AT_LEAST = {"isrc": 40, "iswc": 15, "isbn": 20, "upc": 15, "doi": 25}
PLATFORMS = (
    "open.spotify.com",
    "music.apple.com",
    "youtube.com",
    "soundcloud.com",
    "bandcamp.com",
    "deezer.com",
    "tidal.com",
    "vimeo.com",
    "flickr.com",
    "deviantart.com",
    "github.com",
    "arxiv.org",
    "gutenberg.org",
    "commons.wikimedia.org",
    "archive.org",
)
MAGIC = {
    ".wav": (b"RIFF", 0),
    ".flac": (b"fLaC", 0),
    ".ogg": (b"OggS", 0),
    ".png": (b"\x89PNG\r\n\x1a\n", 0),
    ".jpg": (b"\xff\xd8\xff", 0),
}


def by_ref(work: dict[str, Any]) -> str:
    return f"{work['ref']} {work['kind']}"


def scheme_of(identifier: str) -> str:
    scheme = identifier.partition(":")[0]
    return "url" if scheme in {"http", "https"} else scheme


def test_there_are_enough_works_and_their_refs_are_their_line_numbers() -> None:
    assert len(WORKS) >= 120
    assert [work["ref"] for work in WORKS] == [f"w{n:03d}" for n in range(1, len(WORKS) + 1)]


def test_each_scheme_is_there_often_enough() -> None:
    counts = Counter(scheme_of(identifier) for identifier in set(IDENTIFIERS))
    assert {scheme: n for scheme, n in AT_LEAST.items() if counts[scheme] < n} == {}
    assert set(counts) == {*AT_LEAST, "url"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_promised_platform_has_an_address(platform: str) -> None:
    hosts = {urlsplit(one).hostname or "" for one in IDENTIFIERS if scheme_of(one) == "url"}
    assert any(host == platform or host.endswith("." + platform) for host in hosts)


@pytest.mark.parametrize("identifier", IDENTIFIERS)
def test_every_identifier_parses_and_its_check_digit_is_right(identifier: str) -> None:
    assert parse_identifier(identifier).scheme == scheme_of(identifier)


def test_no_two_works_share_an_identifier_in_any_spelling() -> None:
    seen = Counter(parse_identifier(identifier).wide_key for identifier in IDENTIFIERS)
    assert max(seen.values()) == 1


@pytest.mark.parametrize("work", WORKS, ids=by_ref)
def test_every_line_is_whole_and_says_where_it_was_seen(work: dict[str, Any]) -> None:
    assert REQUIRED <= set(work) <= REQUIRED | {"part_of"}
    assert work["kind"] in KINDS
    assert work["identifiers"]
    for field in ("title", "creator", "source"):
        assert work[field] == work[field].strip() != ""
    assert work["source"].startswith(("github.com/", "MusicBrainz web service"))


@pytest.mark.parametrize("work", WORKS, ids=by_ref)
def test_links_lead_to_works_of_the_right_kind(work: dict[str, Any]) -> None:
    if isinstance(work["embodies"], str):
        assert work["embodies"] in {"none", "mine"}
    else:
        assert work["kind"] in {"recording", "video"}
        assert work["embodies"]
        assert {BY_REF[ref]["kind"] for ref in work["embodies"]} == {"composition"}
    if "part_of" in work:
        assert work["kind"] == "recording"
        assert BY_REF[work["part_of"]]["kind"] == "release"


def test_both_kinds_of_link_occur() -> None:
    assert sum(isinstance(work["embodies"], list) for work in WORKS) >= 5
    assert sum("part_of" in work for work in WORKS) >= 10


@pytest.mark.parametrize("path", MEDIA, ids=lambda path: path.name)
def test_a_media_file_is_what_its_extension_says(path: Path) -> None:
    content = path.read_bytes()
    if path.suffix == ".txt":
        assert len(content.decode("utf-8").splitlines()) > 8
    elif path.suffix == ".svg":
        assert ElementTree.fromstring(content).tag == "{http://www.w3.org/2000/svg}svg"
    else:
        magic, start = MAGIC[path.suffix]
        assert content[start : start + len(magic)] == magic
    if path.suffix == ".wav":
        assert content[8:12] == b"WAVE"


def test_there_are_sounds_pictures_and_texts_and_they_are_small() -> None:
    suffixes = Counter(path.suffix for path in MEDIA)
    assert suffixes[".wav"] >= 1
    assert suffixes[".flac"] + suffixes[".ogg"] >= 1
    assert min(suffixes[".png"], suffixes[".jpg"], suffixes[".svg"]) >= 1
    assert suffixes[".txt"] >= 3
    sounds = {".wav", ".flac", ".ogg"}
    for path in MEDIA:
        assert path.stat().st_size < (200_000 if path.suffix in sounds else 100_000)
    assert sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file()) < 1_500_000


@pytest.mark.parametrize("path", MEDIA, ids=lambda path: path.name)
def test_the_readme_names_a_licence_for_every_media_file(path: Path) -> None:
    lines = (DATA / "media" / "README.md").read_text(encoding="utf-8").splitlines()
    (row,) = [line for line in lines if line.startswith(f"| `{path.name}` |")]
    assert row.rstrip(" |").endswith(("CC0-1.0", "public domain"))


def test_the_readme_beside_the_works_says_that_it_speaks_for_nobody() -> None:
    text = (DATA / "works.README.md").read_text(encoding="utf-8")
    assert "says nothing about what the real rightsholders want" in text
    assert "Nothing is sent anywhere" in text
    repositories = {
        work["source"].removeprefix("github.com/").partition(":")[0]
        for work in WORKS
        if work["source"].startswith("github.com/")
    }
    assert [name for name in sorted(repositories) if name not in text] == []
