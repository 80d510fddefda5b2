"""Numbers and base64 in the log's texts, where each value has exactly one spelling.

C2SP signed-note, tlog-checkpoint and tlog-proof: base64 of RFC 4648 section 4, decimals without
leading zeroes. Two spellings of one value would let two texts pass for the same statement.
"""

import base64
import binascii
import re

from registry.errors import VerificationFailed

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


def base64_text(data: bytes) -> str:
    """Standard base64 with padding, RFC 4648 section 4."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str, what: str) -> bytes:
    """Decode canonical base64. Raises VerificationFailed, naming `what`, for any other spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise VerificationFailed(f"Not base64 where {what} should be.") from error
    if base64_text(data) != text:
        raise VerificationFailed(f"Not canonical base64 where {what} should be.")
    return data


def decimal(text: str, what: str, largest: int) -> int:
    """Read a decimal of 0 to `largest` without leading zeroes. Raises VerificationFailed."""
    if _DECIMAL.fullmatch(text) is None or int(text) > largest:
        raise VerificationFailed(f"Not a plain decimal number where {what} should be.")
    return int(text)
