"""A snapshot as a sieve for many rows at once: which of them name nothing that is registered.

The keys of a whole chunk go through the filter together, with numpy where it is there. A row that cannot be read, or
whose keys another version of Unicode might compute otherwise, is never certain.
"""

import re
from array import array
from collections.abc import Sequence
from hashlib import sha256
from importlib.util import find_spec
from struct import iter_unpack
from typing import Any, Final

from registry.client.corpus.columns import Unreadable
from registry.client.corpus.source import Chunk
from registry.domain.identifiers import parse_identifier
from registry.errors import InvalidIdentifier
from registry.instants import rfc3339
from registry.screening.keys import KEY_BYTES, keys_of
from registry.screening.manifest import REGISTERED
from registry.screening.snapshot import Snapshot

# What is canonical already, and has one key: that of its own text. Everything else is parsed.
_PLAIN: Final = re.compile(r"sha256:[0-9a-f]{64}|isrc:[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")


class SnapshotSieve:
    """Sieves with the set of everything registered."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def doubtful(self, chunk: Chunk) -> Sequence[int]:
        """The rows of a chunk that name something in the set, or about which it cannot be known: ascending numbers.

        Whole columns are held against the set at once where the chunk has them as arrays; what that leaves open, and
        every row where they are not to be had, goes the way of each identifier. Raises: as `unregistered`.
        """
        registered: Any = self._snapshot.registered()
        met: Sequence[int] = ()
        left: Sequence[int] = range(len(chunk))
        arrays = chunk.arrays() if hasattr(registered, "contains_many") else None
        if arrays is not None and find_spec("numpy") is not None:
            from registry.client.corpus.columnar import sieved

            found, unsaid = sieved(arrays, chunk.columns, registered.contains_many)
            met, left = found.tolist(), unsaid.tolist()
        named = chunk.named(left) if len(left) else ()
        read = [([] if isinstance(each, Unreadable) else each) for each in named]
        certain = self.unregistered(read)
        return sorted([*met, *(row for row, sure in zip(left, certain, strict=True) if not sure)])

    def unregistered(self, rows: Sequence[Sequence[str]]) -> list[bool]:
        """For each row: does nothing that it names stand in the set? Raises: VerificationFailed once it is over."""
        registered: Any = self._snapshot.registered()
        certain = [True] * len(rows)
        plain = _keys_of_plain(rows)
        if plain is not None:
            for row in _met(registered, plain):
                certain[row] = False
            return certain
        keys, owners = bytearray(), array("L")
        for row, identifiers in enumerate(rows):
            before = len(keys)
            if not identifiers or not all(self._add_keys(text, keys) for text in identifiers):
                certain[row] = False
            owners.extend([row] * ((len(keys) - before) // KEY_BYTES))
        for place in _met(registered, keys):
            certain[owners[place]] = False
        return certain

    def _add_keys(self, text: str, keys: bytearray) -> bool:
        """Adds every key of an identifier, each the eight bytes that it is of a digest; False where they cannot be
        known."""
        if _PLAIN.fullmatch(text):
            keys += sha256(text.encode()).digest()[:KEY_BYTES]
            return True
        try:
            identifier = parse_identifier(text)
        except InvalidIdentifier:
            return False
        if not self._snapshot.is_sure_of(identifier):
            return False
        for key in keys_of(identifier):
            keys += key.to_bytes(KEY_BYTES, "big")
        return True


def describe(snapshot: Snapshot) -> dict[str, Any]:
    """What a report says of a snapshot; `registered` names the set of keys that it sieved with, and `deltas` says how
    many brought it forward from a filter that was fetched earlier."""
    manifest = snapshot.manifest
    return {
        "origin": manifest.origin,
        "size": manifest.size,
        "made_at": rfc3339(manifest.made_at),
        "valid_until": rfc3339(manifest.valid_until),
        "registered": manifest.sets[REGISTERED].content,
        "deltas": snapshot.deltas,
    }


def _keys_of_plain(rows: Sequence[Sequence[str]]) -> bytes | None:
    """The keys of rows that name one plain identifier each, as a column of digests does; None for other rows."""
    if set(map(len, rows)) != {1}:
        return None
    texts = [row[0] for row in rows]
    if not all(map(_PLAIN.fullmatch, texts)):
        return None
    return b"".join([sha256(text.encode()).digest()[:KEY_BYTES] for text in texts])


def _met(registered: Any, keys: bytes | bytearray) -> Sequence[int]:
    """The places of the keys that are in the set."""
    many = getattr(registered, "contains_many", None)
    if many is not None:
        try:
            import numpy as np
        except ImportError:
            pass
        else:
            found: list[int] = np.flatnonzero(many(np.frombuffer(keys, dtype=">u8"))).tolist()
            return found
    return [place for place, (key,) in enumerate(iter_unpack(">Q", keys)) if key in registered]
