"""UUIDv7 (RFC 9562, section 5.7): ids that sort by the time they were made."""

import os
import re
from functools import lru_cache

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
_VARIANT = {digit: "89ab"[int(digit, 16) & 0b11] for digit in "0123456789abcdef"}
"""A random digit → one of which two bits are at random and two say the variant (section 4.1)."""


def new_id(now: int) -> str:
    """A fresh id for the moment `now` (ms): 48 bits of time, 74 bits at random."""
    random = os.urandom(10).hex()
    return f"{first_id(now)}-7{random[:3]}-{_VARIANT[random[3]]}{random[4:7]}-{random[7:19]}"


# all ids of a transaction have one time
@lru_cache(maxsize=64)
def first_id(at: int) -> str:
    """What every id of the moment `at` (ms) and of any later one comes after, and of an earlier one before."""
    time = f"{at & (1 << 48) - 1:012x}"
    return f"{time[:8]}-{time[8:]}"


def is_id(text: object) -> bool:
    """Is this the canonical text of a UUID?"""
    return isinstance(text, str) and _ID.fullmatch(text) is not None
