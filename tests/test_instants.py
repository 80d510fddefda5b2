"""Moments: RFC 3339 outside, whole milliseconds inside, the same both ways."""

import pytest

from registry.errors import InvalidInput
from registry.instants import parse_rfc3339, rfc3339, system_clock


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-22T05:00:00.1239999Z", 1_795_323_600_123),
        ("2026-11-22t05:00:00z", 1_795_323_600_000),
        ("2026-11-22T06:30:00+01:30", 1_795_323_600_000),
        ("9999-12-31T23:59:59.999999999Z", 253_402_300_799_999),
        ("1969-12-31T23:59:59.9999Z", -1),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000),
    ],
)
def test_a_moment_is_read_to_the_millisecond_and_the_rest_cut_off(text: str, ms: int) -> None:
    assert parse_rfc3339(text) == ms
    assert parse_rfc3339(rfc3339(ms)) == ms


def test_what_is_written_has_one_form() -> None:
    assert rfc3339(1_795_323_600_120) == "2026-11-22T05:00:00.120Z"
    assert rfc3339(-62_135_596_800_000) == "0001-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "2026-11-22", "2026-11-22T05:00:00", "2026-11-22 05:00:00Z"),
        *("2026-02-30T00:00:00Z", "2026-11-22T25:00:00Z", "2026-11-22T23:59:60Z"),
        *("2026-11-22T05:00:00+99:00", "٢٠٢٦-11-22T05:00:00Z", "2026-11-22T05:00:00Z\n"),
        *("9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00", 5, None),
    ],
)
def test_what_is_no_moment_is_refused_by_the_name_of_its_field(text: object) -> None:
    with pytest.raises(InvalidInput) as raised:
        parse_rfc3339(text, field="valid_from")  # type: ignore[arg-type]
    assert (raised.value.field, raised.value.code) == ("valid_from", "invalid-time")


def test_the_machines_clock_is_in_this_century() -> None:
    assert 1_700_000_000_000 < system_clock() < 4_102_444_800_000
