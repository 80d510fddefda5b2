"""Compressed text: whole or an error, from any offset, and appended piece by piece."""

import gzip
from pathlib import Path

import pytest
import zstandard

from registry.client.corpus.codecs import open_text, packed
from registry.errors import InvalidInput

TEXT = b"".join(b"%d\n" % number for number in range(30_000))
CODECS = ["", ".gz", ".zst"]


def read(path: Path, codec: str, offset: int = 0) -> bytes:
    with open_text(path, codec, offset) as text:
        return text.read()


@pytest.mark.parametrize("codec", CODECS)
def test_what_is_appended_in_pieces_is_one_file(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "x"
    pieces = [packed(TEXT[:100], codec), packed(b"", codec), packed(TEXT[100:], codec)]
    path.write_bytes(b"".join(pieces))
    assert read(path, codec) == TEXT
    path.write_bytes(pieces[0])
    assert read(path, codec) == TEXT[:100]


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("offset", [1, 100, 99_999, len(TEXT)])
def test_reading_goes_on_at_any_offset_of_the_text(tmp_path: Path, codec: str, offset: int) -> None:
    path = tmp_path / "x"
    path.write_bytes(packed(TEXT, codec))
    assert read(path, codec, offset) == TEXT[offset:]


@pytest.mark.parametrize("codec", [".gz", ".zst"])
@pytest.mark.parametrize("left", [5, 100, -1])
def test_what_was_cut_off_is_an_error(tmp_path: Path, codec: str, left: int) -> None:
    path = tmp_path / "x"
    path.write_bytes(packed(TEXT, codec)[:left])
    with pytest.raises(EOFError):
        read(path, codec)


def test_other_programs_read_and_write_the_same(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(zstandard.compress(TEXT) + zstandard.compress(TEXT))
    assert read(path, ".zst") == TEXT + TEXT
    assert gzip.decompress(packed(TEXT, ".gz") + packed(TEXT, ".gz")) == TEXT + TEXT


def test_what_is_no_zstd_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"plain text")
    with pytest.raises(InvalidInput, match="no zstd"):
        read(path, ".zst")
