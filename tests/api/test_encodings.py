"""Compressed bodies: the same to the byte, refused where they are broken, and no bomb goes off."""

import contextlib
import gzip
import tracemalloc
import zlib

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from registry.api.encodings import NAMES, chosen, decoded, encoded
from registry.errors import InvalidInput, TooLarge

MEGABYTE = 1024 * 1024


@given(st.binary(max_size=5_000), st.sampled_from(NAMES))
def test_what_was_packed_is_unpacked_to_the_byte(body: bytes, name: str) -> None:
    assert decoded(encoded(body, name), name, 5_000) == body


def test_what_others_pack_is_unpacked() -> None:
    body = b"question " * 100_000
    for name, packed in (
        ("gzip", gzip.compress(body, 1)),
        ("gzip", gzip.compress(body, 9)),
        ("GZIP", gzip.compress(body)),
        ("zstd", zstandard.ZstdCompressor(level=19).compress(body)),
        ("zstd", zstandard.ZstdCompressor(write_content_size=False).compress(body)),
        (None, body),
        ("identity", body),
    ):
        assert decoded(packed, name, len(body)) == body


@given(st.binary(max_size=300), st.sampled_from(NAMES))
def test_any_bytes_are_a_body_or_a_clear_error(noise: bytes, name: str) -> None:
    with contextlib.suppress(InvalidInput):
        assert len(decoded(noise, name, 10_000)) <= 10_000


@pytest.mark.parametrize("name", NAMES)
def test_cut_off_doubled_or_followed_by_something_is_refused(name: str) -> None:
    packed = encoded(b"a question" * 1_000, name)
    for broken in (b"", packed[:-1], packed[: len(packed) // 2], packed + packed, packed + b"x"):
        with pytest.raises(InvalidInput, match="not one whole"):
            decoded(broken, name, 100_000)


@pytest.mark.parametrize("name", NAMES)
def test_a_bomb_is_refused_before_it_is_there(name: str) -> None:
    bomb = encoded(b"\0" * (200 * MEGABYTE), name)
    assert len(bomb) < MEGABYTE
    tracemalloc.start()
    with pytest.raises(TooLarge, match="4,194,304"):
        decoded(bomb, name, 4 * MEGABYTE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * MEGABYTE


def test_a_window_that_no_decoder_has_to_have_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27, compression_level=1)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    packed = packer.compress(b"x" * 1_000) + packer.flush()
    with pytest.raises(InvalidInput, match="not one whole"):
        decoded(packed, "zstd", MEGABYTE)


@pytest.mark.parametrize("name", ["br", "deflate", "gzip, zstd", "gzip, gzip", "x" * 500, "zlib"])
def test_another_encoding_is_named_and_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="zstd or gzip") as refused:
        decoded(zlib.compress(b"x"), name, 10)
    assert refused.value.code == "unsupported-media-type"


@pytest.mark.parametrize(
    ("accepted", "name"),
    [
        (None, None),
        ("", None),
        ("gzip", "gzip"),
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("zstd;q=0.5, gzip;q=0.9", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0.0, zstd;q=0", None),
        ("GZIP ; Q=1.0", "gzip"),
        ("gzip;q=nonsense", None),
        ("gzip;q=-1", None),
        ("gzip;q=nan", None),
        ("identity", None),
        ("br", None),
        ("*", None),
        ("," * 501, None),
    ],
)
def test_the_best_encoding_that_is_named_is_taken(accepted: str | None, name: str | None) -> None:
    assert chosen(accepted) == name
