"""The 64-bit keys of a snapshot: what is put in for a work or location, and what is asked for an identifier.

Both are eight bytes of a lookup key, read as a big-endian number: the first eight, so that keys sort as lookup keys do;
for hosts beneath a location's own, the next eight. Format: docs/formats.md, "Snapshot".
"""

import re
from typing import Final

from registry.domain.identifiers import Identifier
from registry.domain.matching import location_keys

KEY_BYTES: Final = 8
_NOT_ASCII: Final = re.compile(r"%[89A-F]")


def short_key(lookup_key: bytes) -> int:
    """The 64-bit key of a lookup key (32 bytes)."""
    return int.from_bytes(lookup_key[:KEY_BYTES], "big")


def below_key(lookup_key: bytes) -> int:
    """The 64-bit key by which a location with subdomains, of this lookup key, is found from hosts beneath its own."""
    return int.from_bytes(lookup_key[KEY_BYTES : 2 * KEY_BYTES], "big")


def keys_of(identifier: Identifier) -> list[int]:
    """Every key under which something that this identifier meets would stand in a snapshot: its wide key first;
    for a URL, then those of the locations that could cover it (at most 136)."""
    keys = [short_key(identifier.wide_key)]
    if identifier.scheme == "url":
        for lookup_key, from_parent_host in location_keys(identifier.wide):
            keys.append(below_key(lookup_key) if from_parent_host else short_key(lookup_key))
    return keys


def folds_beyond_ascii(identifier: Identifier) -> bool:
    """Does the wide form of this URL rest on how Unicode folds characters beyond ASCII? Two programs with
    different versions of Unicode may differ about it."""
    return identifier.scheme == "url" and _NOT_ASCII.search(identifier.value) is not None
