"""A corpus by its name, and its fingerprint."""

import hashlib
from pathlib import Path

import pytest

from registry.client.corpus.columns import parse_columns
from registry.client.corpus.source import fingerprint, open_source
from registry.errors import InvalidInput

COLUMNS = parse_columns("isrc")


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("a.csv", ".csv"),
        ("a.CSV", ".csv"),
        ("a.tsv", ".tsv"),
        ("corpus.2026.jsonl.gz", ".jsonl.gz"),
        ("a.ndjson", ".jsonl"),
    ],
)
def test_the_format_is_in_the_name_and_comes_out_again(
    tmp_path: Path, name: str, suffix: str
) -> None:
    path = tmp_path / name
    path.write_bytes(b"" if "gz" in name else b"isrc\n")
    assert open_source(path, COLUMNS, 10).suffix == suffix


@pytest.mark.parametrize("name", ["a.txt", "a", "a.gz", "a.parquet.gz", "csv"])
def test_another_name_is_refused_with_those_that_are_known(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"isrc\n")
    with pytest.raises(InvalidInput, match=r"\*\.parquet"):
        open_source(tmp_path / name, COLUMNS, 10)


def test_a_fingerprint_names_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"isrc\n")
    found = fingerprint(path)
    assert (found.name, found.bytes) == ("a.csv", 5)
    assert found.sha256 == hashlib.sha256(b"isrc\n").hexdigest()
    with pytest.raises(InvalidInput, match="cannot be read"):
        fingerprint(tmp_path / "absent.csv")
