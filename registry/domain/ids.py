"""UUIDv7 (RFC 9562, section 5.7): ids that sort by the time they were made."""

import secrets
import uuid


def new_id(now: int) -> str:
    """A fresh id for the moment `now` (ms): 48 bits of time, 74 bits at random."""
    random = secrets.randbits(74)
    value = (now & (1 << 48) - 1) << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62
    text = f"{value | random & (1 << 62) - 1:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_id(text: object) -> bool:
    """Is this the canonical text of a UUID?"""
    try:
        return isinstance(text, str) and str(uuid.UUID(text)) == text
    except ValueError:
        return False
