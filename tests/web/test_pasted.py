"""Whatever people paste is read as what they mean, and what cannot be read is left for an error to explain."""

import pytest

from registry.domain.identifiers import SCHEMES, parse_identifier
from registry.errors import InvalidInput
from registry.web.pasted import LONGEST_LINE, MOST_LINES, SAMPLES, lines_of, readings


@pytest.mark.parametrize(
    ("pasted", "read"),
    [
        ("GBAYE0601498", ["isrc:GBAYE0601498"]),
        ("GB-AYE-06-01498", ["isrc:GBAYE0601498"]),
        ("gb aye 06 01498", ["isrc:GBAYE0601498"]),
        ("isrc:gbaye0601498", ["isrc:GBAYE0601498"]),
        ("ISRC GB-AYE-06-01498", ["isrc:GBAYE0601498"]),
        ("T-034.524.680-1", ["iswc:T0345246801"]),
        ("ISWC T-034.524.680-1", ["iswc:T0345246801"]),
        ("0 36000 29145 2", ["upc:0036000291452"]),
        ("EAN: 0036000291452", ["upc:0036000291452"]),
        ("978-0-306-40615-7", ["isbn:9780306406157"]),
        ("0-306-40615-2", ["isbn:9780306406157"]),
        ("ISBN-13: 978-0-306-40615-7", ["isbn:9780306406157"]),
        ("0317-8471", ["issn:03178471"]),
        ("979-0-2600-0043-8", ["ismn:9790260000438"]),
        ("A1-2425G-ABC1234002-M", ["grid:A12425GABC1234002M"]),
        ("10.1000/182", ["doi:10.1000/182"]),
        ("doi.org/10.1000/182", ["doi:10.1000/182"]),
        ("https://doi.org/10.1000/182", ["doi:10.1000/182"]),
        ("9f" * 32, ["sha256:" + "9f" * 32, "blake3:" + "9f" * 32]),
        ("SHA-256: " + "9F" * 32, ["sha256:" + "9f" * 32]),
        ("https://artist.com/x", ["https://artist.com/x"]),
        ("artist.com/x", ["https://artist.com/x"]),
        ("www.artist.com", ["https://www.artist.com/"]),
    ],
)
def test_a_pasted_text_is_read_as_what_it_means(pasted: str, read: list[str]) -> None:
    assert [str(parse_identifier(each)) for each in readings(pasted)] == read


@pytest.mark.parametrize("pasted", ["hello world", "isrc:USRC1760783", "12", "javascript:alert(1)"])
def test_what_means_nothing_is_left_as_it_is(pasted: str) -> None:
    assert readings(pasted) == [pasted]


def test_lines_are_taken_apart_once_each_without_empty_ones() -> None:
    assert lines_of([" a \r\n\r\nb", "a", ""]) == ["a", "b"]


def test_too_many_or_too_long_lines_are_refused_in_words() -> None:
    with pytest.raises(InvalidInput, match="at most 20 lines"):
        lines_of(["\n".join(map(str, range(MOST_LINES + 1)))])
    with pytest.raises(InvalidInput, match="8,192 characters"):
        lines_of(["x" * (LONGEST_LINE + 1)])


@pytest.mark.parametrize("scheme", SAMPLES)
def test_every_sample_is_read_as_one_of_its_kind(scheme: str) -> None:
    assert parse_identifier(readings(SAMPLES[scheme])[0]).scheme == scheme


def test_every_kind_has_a_sample_and_only_the_other_digests_have_none() -> None:
    assert set(SCHEMES) - set(SAMPLES) == {"sha512", "blake3"}
    assert len(SAMPLES["sha256"]) == 64
