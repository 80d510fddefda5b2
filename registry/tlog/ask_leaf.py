"""What the hourly tree of questions commits to for each: who asked, when, what, and what was answered.

One line of JSON with fixed members in fixed order, as a log entry is (`entry`); its hash is that of a leaf, RFC 6962
section 2.1. The salt of 128 bits makes it one that nobody can guess: the root, and the hashes beside it in an audit
path, tell nothing about who asked what.
"""

from dataclasses import dataclass

from registry.errors import InvalidInput
from registry.instants import rfc3339
from registry.tlog.canonical import base64_text
from registry.tlog.entry import DIGEST_SIZE
from registry.tlog.merkle import leaf_hash

SALT_SIZE = 16


@dataclass(frozen=True, slots=True)
class AskLeaf:
    """One question. `platform` is its id, `at` the answer's `answered_at` (ms), `question` and `answer` are SHA-256
    digests (of the question as in `question_digest`, of the answer's body as it was sent), `salt` 16 bytes.

    Raises InvalidInput, with `field` set, for values of another size.
    """

    platform: str
    at: int
    question: bytes
    answer: bytes
    salt: bytes

    def __post_init__(self) -> None:
        sizes = {"question": DIGEST_SIZE, "answer": DIGEST_SIZE, "salt": SALT_SIZE}
        for field, size in sizes.items():
            if len(getattr(self, field)) != size:
                raise InvalidInput(f"The {field} of a leaf has {size} bytes.", field=field)

    def encode(self) -> bytes:
        """The bytes whose leaf hash is in the tree."""
        return (
            f'{{"v":1,"type":"ask","platform":"{self.platform}","time":"{rfc3339(self.at)}",'
            f'"question":"sha-256=:{base64_text(self.question)}:",'
            f'"answer":"sha-256=:{base64_text(self.answer)}:","salt":"{base64_text(self.salt)}"}}'
        ).encode("ascii")

    def hash(self) -> bytes:
        """Its hash in the tree, 32 bytes."""
        return leaf_hash(self.encode())
