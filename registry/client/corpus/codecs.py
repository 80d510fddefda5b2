"""Text compressed with gzip or zstd, read as a stream that knows when it was cut off, and appended piece by piece.

What is appended is a whole gzip member (RFC 1952, section 2.2) or zstd frame (RFC 8878, section 3.1) each time, so a
file can be cut back to any earlier piece, and is still one file for every reader.
"""

import gzip
import io
import zlib
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from registry.errors import ConfigurationError, InvalidInput

_PIECE: Final = 2048
"""So little at a time that a zstd bomb unfolds to tens of megabytes at most."""
_BLOCK: Final = 1 << 20


def open_text(path: Path, codec: str, offset: int = 0) -> BinaryIO:
    """The text in a file, from an offset in what was compressed. `codec`: "", ".gz" or ".zst".

    Raises: ConfigurationError where zstd cannot be read here.
    """
    if codec == "":
        file = path.open("rb")
        file.seek(offset)
        return file
    if codec == ".gz":
        stream = cast(BinaryIO, gzip.GzipFile(path, "rb"))
    else:
        stream = cast(BinaryIO, io.BufferedReader(_Unfolded(path), _BLOCK))
    try:
        while offset and (block := stream.read(min(offset, _BLOCK))):
            offset -= len(block)
    except (EOFError, zlib.error, OSError):
        stream.close()
        raise
    return stream


def packed(text: bytes, codec: str) -> bytes:
    """The text as a piece that can be appended."""
    if codec == "" or not text:
        return text
    if codec == ".gz":
        return gzip.compress(text, compresslevel=6, mtime=0)
    compressed: bytes = _zstandard().ZstdCompressor(level=3).compress(text)
    return compressed


class _Unfolded(io.RawIOBase):
    """What zstd frames hold. The library's own reader takes a file that was cut off for one that ends."""

    def __init__(self, path: Path) -> None:
        self._make = _zstandard().ZstdDecompressor().decompressobj
        self._error: type[Exception] = _zstandard().ZstdError
        self._file = path.open("rb")
        self._frame: Any = None
        self._rest = b""
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            piece = self._rest or self._file.read(_PIECE)
            self._rest = b""
            if not piece:
                if self._frame is not None:
                    raise EOFError("the zstd frame is cut off")
                return 0
            if self._frame is None:
                self._frame = self._make()
            try:
                self._ready = memoryview(self._frame.decompress(piece))
            except self._error as error:
                raise InvalidInput(f"this is no zstd: {error}", field="input") from error
            if self._frame.eof:
                self._rest, self._frame = self._frame.unused_data, None
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


def _zstandard() -> Any:
    try:
        import zstandard
    except ImportError as error:
        raise ConfigurationError(
            "zstd needs zstandard: pip install zstandard", field="input"
        ) from error
    return zstandard
