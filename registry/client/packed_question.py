"""Questions as they travel: as they are, or packed with zstd (RFC 8878); and how either is filed beside its receipt.

`question_digest`, the signature and every receipt are over the bytes that travelled, so these are what is kept. A zstd
frame begins with bytes with which no JSON does.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, Final

from registry.client.answers import Receipt
from registry.client.question import MOST_QUESTION_BYTES
from registry.errors import VerificationFailed
from registry.signing.content_digest import content_digest

SMALL_BYTES: Final = 2_048
"""What is shorter travels as it is."""
_MAGIC: Final = b"\x28\xb5\x2f\xfd"
_LEVEL: Final = 3
_LARGEST_WINDOW: Final = 8 * 1024 * 1024


def packed(question: bytes) -> bytes:
    """A question for the way; a short one stays what it is."""
    if len(question) < SMALL_BYTES:
        return question
    import zstandard

    frame: bytes = zstandard.ZstdCompressor(level=_LEVEL).compress(question)
    return frame


def is_packed(question: bytes) -> bool:
    """Did it travel packed?"""
    return question.startswith(_MAGIC)


def opened(question: bytes) -> bytes:
    """The text of a question that travelled so. Raises: VerificationFailed for one that is broken, or larger than a
    question may be."""
    if not is_packed(question):
        return question
    import zstandard

    try:
        if zstandard.frame_content_size(question) > MOST_QUESTION_BYTES:
            raise VerificationFailed("the packed question is larger than a question may be")
        unpacker = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
        with unpacker.stream_reader(question) as reader:
            text: bytes = reader.read(MOST_QUESTION_BYTES + 1)
    except zstandard.ZstdError as error:
        raise VerificationFailed(f"the packed question cannot be opened: {error}") from error
    if len(text) > MOST_QUESTION_BYTES:
        raise VerificationFailed("the packed question is larger than a question may be")
    return text


def filed(question: bytes) -> dict[str, str]:
    """The member under which a question is filed: `question`, its very text, or `packed_question`, base64."""
    if is_packed(question):
        return {"packed_question": b64encode(question).decode("ascii")}
    return {"question": question.decode("utf-8")}


def receipt_members(receipt: Receipt) -> dict[str, Any]:
    """A question and its receipt as they stand in a journal, and beside sorted rows."""
    return {
        "count": receipt.count,
        **filed(receipt.question),
        "question_digest": content_digest(receipt.question),
        "receipt": receipt.jws,
        "answer_digest": content_digest(receipt.jws.encode("ascii")),
    }


def question_in(members: Mapping[str, Any]) -> bytes:
    """Reads `filed` back: the bytes that travelled.

    Raises: VerificationFailed where there is none, or two.
    """
    there = [name for name in ("question", "packed_question") if name in members]
    if len(there) != 1 or not isinstance(members[there[0]], str):
        raise VerificationFailed("what is filed has not one question")
    text: str = members[there[0]]
    try:
        return text.encode() if there == ["question"] else b64decode(text, validate=True)
    except ValueError as error:
        raise VerificationFailed("the filed question is no base64, or no text") from error
