"""Base64url without padding (RFC 7515, section 2), in its one canonical spelling.

Python's decoder skips characters it does not know and ignores spare bits, so that many texts give
the same bytes. A signed text must have one spelling only; anything else is refused here.
"""

from binascii import a2b_base64, b2a_base64

from registry.errors import VerificationFailed

_URLSAFE = bytes.maketrans(b"+/", b"-_")
_PLAIN = bytes.maketrans(b"-_+/=", b"+/!!!")
"""What is foreign to base64url becomes what is foreign to base64."""


def encode(data: bytes) -> str:
    """Bytes → base64url text without padding."""
    return b2a_base64(data, newline=False).translate(_URLSAFE).rstrip(b"=").decode("ascii")


def decode(text: str, what: str = "value") -> bytes:
    """Base64url text → bytes.

    `what` names the part for the reader. Raises VerificationFailed for padding, foreign characters,
    impossible lengths and spare bits that are not zero.
    """
    try:
        padded = text.encode("ascii").translate(_PLAIN) + b"=" * (-len(text) % 4)
        data = a2b_base64(padded, strict_mode=True)
    except ValueError:
        data = None
    # only the last characters have bits to spare
    rest = len(text) % 4
    if data is None or (rest and encode(data[1 - rest :]) != text[-rest:]):
        raise VerificationFailed(
            f"the {what} is not canonical base64url: use A-Z a-z 0-9 - _ only, without padding"
        )
    return data
