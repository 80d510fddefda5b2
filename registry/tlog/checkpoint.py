"""The head of a log as text: its name, how many entries it has, and the root over them.

C2SP tlog-checkpoint. This is the text of a signed note; signing and verifying the note is done
elsewhere, and nothing in a checkpoint may be believed before its signature was verified.
"""

from dataclasses import dataclass

from registry.errors import InvalidInput, VerificationFailed
from registry.tlog.canonical import base64_text, decimal, from_base64
from registry.tlog.merkle import EMPTY_ROOT, HASH_SIZE
from registry.tlog.tiles import MAX_SIZE


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`origin` names the log, `size` counts its entries, `root` is their Merkle hash (32 bytes).

    `extensions` are further non-empty lines; the specification advises against them.
    Raises InvalidInput for a checkpoint that no log can have.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for line in (self.origin, *self.extensions):
            if not line or any(character < " " for character in line):
                raise InvalidInput(
                    "A checkpoint's origin and extension lines are not empty and have no control "
                    f"characters; {line[:80]!r} is or has."
                )
        if not 0 <= self.size <= MAX_SIZE:
            raise InvalidInput(f"A log holds 0 to {MAX_SIZE} entries, not {self.size}.")
        if len(self.root) != HASH_SIZE:
            raise InvalidInput(f"A root is {HASH_SIZE} bytes, not {len(self.root)}.")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise InvalidInput("The root of an empty log is the SHA-256 of nothing.")

    def body(self) -> str:
        """The text to sign: three lines and the extensions, each ended by a newline."""
        lines = (self.origin, str(self.size), base64_text(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @staticmethod
    def parse(text: str) -> "Checkpoint":
        """Read the text of a verified note. Raises VerificationFailed if it is misspelt.

        A whole signed note is refused: verify it first, then pass the text that was signed.
        """
        if "\n\n" in text:
            raise VerificationFailed(
                "A checkpoint has no empty line. If this is a signed note, verify its signatures "
                "first and read the text they cover."
            )
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() != "":
            raise VerificationFailed("A checkpoint is three lines or more: origin, size, root.")
        origin, size, root, *extensions = lines
        try:
            return Checkpoint(
                origin,
                decimal(size, "the size of the log", MAX_SIZE),
                from_base64(root, "the root hash"),
                tuple(extensions),
            )
        except InvalidInput as refused:
            raise VerificationFailed(f"Not a checkpoint: {refused.message}") from refused
