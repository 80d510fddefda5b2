"""Base64url without padding (RFC 7515, section 2), in its one canonical spelling.

Python's decoder skips characters it does not know and ignores spare bits, so that many texts give
the same bytes. A signed text must have one spelling only; anything else is refused here.
"""

from binascii import b2a_base64

import msgspec

from registry.errors import VerificationFailed

_URLSAFE = bytes.maketrans(b"+/", b"-_")
_PLAIN = bytes.maketrans(b'-_+/="\\', b"+/!!!!!")
"""What is foreign to base64url, or has a meaning within JSON's quotes, becomes what is foreign to base64."""
_PADDING = (b"", b"===", b"==", b"=")
# as strict as `binascii`, and takes half of its time for a record
_read = msgspec.json.Decoder(bytes).decode


def encode(data: bytes) -> str:
    """Bytes → base64url text without padding."""
    return b2a_base64(data, newline=False).translate(_URLSAFE).rstrip(b"=").decode("ascii")


def decode(text: str, what: str = "value") -> bytes:
    """Base64url text → bytes.

    `what` names the part for the reader. Raises VerificationFailed for padding, foreign characters,
    impossible lengths and spare bits that are not zero.
    """
    try:
        data = _read(b'"%b%b"' % (text.encode("ascii").translate(_PLAIN), _PADDING[len(text) % 4]))
    except (ValueError, msgspec.MsgspecError):
        data = None
    # only the last characters have bits to spare
    rest = len(text) % 4
    if data is None or (rest and encode(data[1 - rest :]) != text[-rest:]):
        raise VerificationFailed(
            f"the {what} is not canonical base64url: use A-Z a-z 0-9 - _ only, without padding"
        )
    return data
