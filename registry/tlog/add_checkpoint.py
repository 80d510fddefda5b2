"""What a log posts to a witness: how much the witness has seen, the proof that the log only grew since, its checkpoint.

C2SP tlog-witness, "add-checkpoint": a line `old <size>`, at most 63 lines of base64, an empty line, a signed note.
Nothing is verified here.
"""

from dataclasses import dataclass

from registry.errors import InvalidInput, VerificationFailed
from registry.tlog.canonical import base64_text, decimal, from_base64
from registry.tlog.merkle import HASH_SIZE
from registry.tlog.tiles import MAX_SIZE

MOST_PROOF_LINES = 63
SIZE_TYPE = "text/x.tlog.size"
"""The media type of a witness's reply that says how much it has seen."""


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """`old` entries the witness has seen; `proof` leads from there to `checkpoint`, a whole signed note.

    Raises InvalidInput for what cannot be sent.
    """

    old: int
    proof: tuple[bytes, ...]
    checkpoint: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "proof", tuple(self.proof))
        if not 0 <= self.old <= MAX_SIZE:
            raise InvalidInput(f"A log has 0 to {MAX_SIZE} entries, not {self.old}.", field="old")
        if len(self.proof) > MOST_PROOF_LINES or any(len(one) != HASH_SIZE for one in self.proof):
            raise InvalidInput(
                f"A consistency proof is at most {MOST_PROOF_LINES} hashes of {HASH_SIZE} bytes.",
                field="proof",
            )

    def encode(self) -> bytes:
        """The body of the request."""
        lines = [f"old {self.old}", *map(base64_text, self.proof)]
        return ("\n".join(lines) + "\n\n" + self.checkpoint).encode()

    @staticmethod
    def parse(body: bytes) -> "AddCheckpoint":
        """Reads a request. Raises VerificationFailed unless it is written as it should be."""
        try:
            head, separator, checkpoint = body.decode().partition("\n\n")
        except UnicodeDecodeError as error:
            raise VerificationFailed("The request is not UTF-8.") from error
        first, *proof = head.split("\n")
        if not separator or not first.startswith("old "):
            raise VerificationFailed(
                "The request is a line 'old <size>', a proof, an empty line and a checkpoint."
            )
        if len(proof) > MOST_PROOF_LINES:
            raise VerificationFailed(f"The proof has more than {MOST_PROOF_LINES} lines.")
        old = decimal(first.removeprefix("old "), "the old size", MAX_SIZE)
        hashes = tuple(from_base64(line, "a hash of the proof") for line in proof)
        try:
            return AddCheckpoint(old, hashes, checkpoint)
        except InvalidInput as refused:
            raise VerificationFailed(f"The request cannot be read: {refused.message}") from refused
