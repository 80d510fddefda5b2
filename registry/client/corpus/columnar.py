"""Columns of codes, digests and URLs held against a set of keys without an object a row: Arrow buffers → keys → filter.

What is written as nearly all are (canonical already, or a digest in capitals) is decided here, and for nothing else is
anything said: that goes the way of every identifier, `registry.domain.identifiers`, whose keys these are. Needs numpy
and pyarrow. Canonical forms: docs/canonical-forms.md; keys: docs/formats.md, "Snapshot".
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from registry.client.corpus.columns import Column
from registry.screening.keys import KEY_BYTES

Contains = Callable[[Any], Any]
"""uint64 keys → bool: which of them are in the set."""
_DIGEST_BYTES: Final = 32
_PART: Final = 8_192
"""So many rows at a time stay in the processor's caches."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a canonical code looks like: runs of characters, each of so many and of one kind."""

    scheme: str
    runs: tuple[tuple[int, str], ...]

    @property
    def width(self) -> int:
        return sum(count for count, _ in self.runs)


_FORMS: Final = (
    Form("sha256", ((64, "hex"),)),
    Form("sha512", ((128, "hex"),)),
    Form("blake3", ((64, "hex"),)),
    Form("isrc", ((2, "letters"), (3, "letters or digits"), (7, "digits"))),
)
_SIZES_OF_DIGESTS: Final = {"sha256": 32, "sha512": 64, "blake3": 32}
_HEX_DIGITS: Final = np.frombuffer(
    b"".join(b"%02x" % number for number in range(256)), np.uint8
).reshape(256, 2)


@dataclass(slots=True)
class Sieved:
    """What is known of the rows of one column, as arrays of bool: `known` rows were held against the set, and of these
    some were `met`; `empty` ones name nothing."""

    known: Any
    met: Any
    empty: Any


def sieved(arrays: Sequence[Any], columns: Sequence[Column], contains: Contains) -> tuple[Any, Any]:
    """(rows that meet the set, rows about which nothing is said here), for columns of one chunk: ascending numbers.

    A row is in neither where it names something, all that it names was understood, and none of that is in the set.
    """
    rows = len(arrays[0])
    found = [
        _sieved_column(array, each, contains) for array, each in zip(arrays, columns, strict=True)
    ]
    nothing, understood, met = np.ones(rows, bool), np.ones(rows, bool), np.zeros(rows, bool)
    for each in found:
        nothing &= each.empty
        understood &= each.known | each.empty
        met |= each.met
    unsaid = nothing | ~understood
    return np.flatnonzero(met & ~unsaid), np.flatnonzero(unsaid)


def _sieved_column(array: Any, column: Column, contains: Contains) -> Sieved:
    from registry.client.corpus.columnar_urls import sieve_urls

    rows = len(array)
    said = Sieved(np.zeros(rows, bool), np.zeros(rows, bool), np.zeros(rows, bool))
    array = _plain_type(array)
    if array is None:
        return said
    lengths = pc.binary_length(array).fill_null(0).to_numpy(zero_copy_only=False)
    said.empty = lengths == 0
    binary = not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type))
    for form in _FORMS:
        if column.scheme not in (form.scheme, "id"):
            continue
        if binary and form.scheme in _SIZES_OF_DIGESTS:
            if column.scheme == form.scheme:  # bytes of a digest, and not its digits
                _sieve_bytes(array, lengths, form, said, contains)
            continue
        if column.scheme == form.scheme:
            _sieve_texts(array, lengths, form, b"", said, contains)
        _sieve_texts(array, lengths, form, form.scheme.encode() + b":", said, contains)
    if column.scheme in ("url", "id") and not binary:
        sieve_urls(array, said.known, said.met, contains)
    return said


def _plain_type(array: Any) -> Any:
    """The array as text or bytes that lie one after the other; None where it is of another type."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        array = array.dictionary_decode()
        kind = array.type
    if pa.types.is_fixed_size_binary(kind):
        return array.cast(pa.binary())
    plain = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)  # fmt: skip
    return array if any(test(kind) for test in plain) else None


def _matrix(array: Any, lengths: Any, width: int) -> tuple[Any, Any]:
    """(rows, bytes) of the values of this length: numbers, and one line a row."""
    rows = np.flatnonzero(lengths == width)
    if len(rows) < len(lengths):
        array = array.take(pa.array(rows))
    if not len(rows):
        return rows, np.empty((0, width), np.uint8)
    wide = pa.types.is_large_string(array.type) or pa.types.is_large_binary(array.type)
    _, offsets, data = array.buffers()
    begin = int(np.frombuffer(offsets, np.int64 if wide else np.int32)[array.offset])
    values = np.frombuffer(data, np.uint8, len(rows) * width, begin)
    return rows, values.reshape(len(rows), width)


def _sieve_texts(
    array: Any, lengths: Any, form: Form, written: bytes, said: Sieved, contains: Contains
) -> None:
    """Values of a form; `written` is the prefix with which they are written here."""
    numbers, values = _matrix(array, lengths, len(written) + form.width)
    prefix = np.frombuffer(form.scheme.encode() + b":", np.uint8)
    for begin in range(0, len(numbers), _PART):
        rows, part = numbers[begin : begin + _PART], values[begin : begin + _PART]
        if written:
            begins = (part[:, : len(written)] == prefix).all(axis=1)
            rows, part = rows[begins], part[begins, len(written) :]
        text = np.empty((len(rows), len(prefix) + form.width), np.uint8)
        text[:, : len(prefix)] = prefix
        fits = _fold(part, form, text[:, len(prefix) :])
        if not fits.all():
            rows, text = rows[fits], text[fits]
        _note(rows, text, said, contains)


def _sieve_bytes(array: Any, lengths: Any, form: Form, said: Sieved, contains: Contains) -> None:
    """Digests as the bytes that they are."""
    numbers, values = _matrix(array, lengths, form.width // 2)
    prefix = np.frombuffer(form.scheme.encode() + b":", np.uint8)
    for begin in range(0, len(numbers), _PART):
        part = values[begin : begin + _PART]
        text = np.empty((len(part), len(prefix) + form.width), np.uint8)
        text[:, : len(prefix)] = prefix
        text[:, len(prefix) :] = _HEX_DIGITS[part].reshape(len(part), form.width)
        _note(numbers[begin : begin + _PART], text, said, contains)


def _fold(part: Any, form: Form, into: Any) -> Any:
    """Writes the canonical form of each line; which lines have one, an array of bool."""
    fits = np.ones(len(part), bool)
    at = 0
    for count, kind in form.runs:
        run = part[:, at : at + count]
        digits = (run - np.uint8(ord("0"))) < 10
        if kind == "digits":
            good = digits
        elif kind == "hex":
            folded = run | np.uint8(0x20)  # which leaves digits as they are
            good = digits | ((folded - np.uint8(ord("a"))) < 6)
            run = folded
        else:
            good = (run - np.uint8(ord("A"))) < 26
            good = good | digits if kind == "letters or digits" else good
        into[:, at : at + count] = run
        if not good.all():
            fits &= good.all(axis=1)
        at += count
    return fits


def _note(rows: Any, text: Any, said: Sieved, contains: Contains) -> None:
    """`text`: a line of bytes for each of these rows, of one width, to be hashed."""
    if len(rows):
        lines = np.ascontiguousarray(text).view(f"S{text.shape[1]}").ravel().tolist()
        said.known[rows] = True
        said.met[rows] = contains(keys_in(digests_of(lines)))


def digests_of(texts: Iterable[bytes]) -> bytes:
    """The SHA-256 of each, 32 bytes after each other. No loop of Python runs over them."""
    return b"".join(map(_DIGEST, map(sha256, texts)))


_DIGEST: Final = type(sha256()).digest


def keys_in(digests: bytes, part: int = 0) -> Any:
    """The 64-bit keys in digests: of each its `part`-th eight bytes, as an array."""
    return np.frombuffer(digests, ">u8").reshape(-1, _DIGEST_BYTES // KEY_BYTES)[:, part]
