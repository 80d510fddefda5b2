"""Compressed bodies, both ways: gzip (RFC 1952) and zstd (RFC 8878).

A body is decoded within a limit and in small steps: what would grow over the limit is refused before it is there.
Digests and signatures are over the encoded bytes (RFC 9530, section 2), so a body is decoded after its signature held,
and an answer is encoded before it is signed. `Accept-Encoding` is read as RFC 9110, section 12.5.3, says.
"""

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

import zstandard

from registry.errors import InvalidInput, TooLarge

NAMES = ("zstd", "gzip")
"""What is understood, the better one first."""
SMALL_BYTES = 2_048
"""What is shorter is sent as it is: packing it would cost more than it saves."""

_STEP = 64 * 1024
_LARGEST_WINDOW = 8 * 1024 * 1024  # RFC 8878, section 3.1.1.1.2: what every decoder should support
_ZSTD_BITE = 64
"""A zstd block of four bytes unpacks to 128 KiB: so many bytes at a time are two megabytes at most."""
_GZIP_LEVEL, _ZSTD_LEVEL = 5, 3
_WEIGHT = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")


def decoded(body: bytes, encoding: str | None, limit: int) -> bytes:
    """The body behind a `Content-Encoding`, at most `limit` bytes.

    Raises: InvalidInput (field Content-Encoding) for another encoding, for several, and for a body that is cut off,
    broken, or followed by something; TooLarge where it would grow over the limit.
    """
    name = (encoding or "identity").strip().lower()
    if name == "identity":
        return body
    steps = _DECODERS.get(name)
    if steps is None:
        raise InvalidInput(
            f"a body may be sent as it is, or packed once with {' or '.join(NAMES)}; this one says {name[:40]!r}",
            field="Content-Encoding",
            code="unsupported-media-type",
        )
    found = bytearray()
    for part in steps(body):
        found += part
        if len(found) > limit:
            raise TooLarge(f"unpacked, a body here has at most {limit:,} bytes")
    return bytes(found)


def _gunzipped(body: bytes) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    rest = body
    try:
        while not unpacker.eof:
            part = unpacker.decompress(rest, _STEP)
            rest = unpacker.unconsumed_tail
            if not part and not rest:
                break  # there is no more, and the stream has not ended
            yield part
    except zlib.error:
        raise _broken("gzip") from None
    if not unpacker.eof or unpacker.unused_data:
        raise _broken("gzip")


def _from_zstd(body: bytes) -> Iterator[bytes]:
    unpacker = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW).decompressobj()
    view = memoryview(body)
    after = 0
    try:
        while after < len(body) and not unpacker.eof:
            yield unpacker.decompress(view[after : after + _ZSTD_BITE])
            after += _ZSTD_BITE
    except zstandard.ZstdError:
        raise _broken("zstd") from None
    if not unpacker.eof or unpacker.unused_data or after < len(body):
        raise _broken("zstd")


def _broken(name: str) -> InvalidInput:
    return InvalidInput(
        f"the body is not one whole {name} stream with nothing after it",
        field="Content-Encoding",
        code="bad-encoding",
    )


_DECODERS: Mapping[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gunzipped,
    "zstd": _from_zstd,
}


@lru_cache(maxsize=256)
def chosen(accepted: str | None) -> str | None:
    """The encoding for an answer to a request with this `Accept-Encoding`; None where it goes as it is."""
    if not accepted or len(accepted) > 500:
        return None
    weights: dict[str, float] = {}
    for part in accepted.split(","):
        name, _, parameter = part.partition(";")
        key, _, weight = parameter.strip().partition("=")
        wanted = 1.0
        if key.strip().lower() == "q":
            wanted = float(weight) if _WEIGHT.fullmatch(weight.strip()) else 0.0
        weights[name.strip().lower()] = wanted
    named = [(weights.get(name, 0.0), -place, name) for place, name in enumerate(NAMES)]
    best = max(named)
    return best[2] if best[0] > 0 else None


def encoded(body: bytes, name: str) -> bytes:
    """The body packed by one of `NAMES`."""
    if name == "zstd":
        return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)
    packer = zlib.compressobj(_GZIP_LEVEL, wbits=16 + zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()
