"""Checking proofs of a log: that an entry is in it, that it only grew; and a proof as a text file.

Verification follows RFC 9162 sections 2.1.3.2 and 2.1.4.2 (the same trees as RFC 6962); the text is
C2SP tlog-proof v1: index, audit path and signed checkpoint, enough to check a receipt offline.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.errors import InvalidInput, VerificationFailed
from registry.tlog.canonical import base64_text, decimal, from_base64
from registry.tlog.merkle import EMPTY_ROOT, HASH_SIZE, node_hash
from registry.tlog.tiles import MAX_SIZE

MAX_PATH = 64
HEADER = "c2sp.org/tlog-proof@v1"


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that the entry with leaf hash `leaf` is number `index` of the log with this root.

    Source: RFC 9162 section 2.1.3.2. Raises VerificationFailed with what does not hold: an index
    outside the log, a proof too short or too long, a root that does not come out.
    """
    _hashes_only(leaf, root, *proof)
    if not 0 <= index < size <= MAX_SIZE:
        raise VerificationFailed(f"Entry {index} cannot be in a log of {size} entries.")
    place, last, result = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise VerificationFailed("The inclusion proof has more hashes than the log has levels.")
        if place & 1 or place == last:
            result = node_hash(sibling, result)
            # On the right edge, levels without a sibling add nothing to the path.
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise VerificationFailed("The inclusion proof has fewer hashes than the log has levels.")
    if result != root:
        raise VerificationFailed(
            f"The inclusion proof does not lead to the log's root: entry {index} is not what was "
            "claimed, or the proof belongs to another checkpoint."
        )


def verify_consistency(
    old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the log of `size` with `root` begins with the whole log of `old_size`, `old_root`.

    Every log continues the empty one (with `EMPTY_ROOT` and no proof), as witnesses need for a log
    that they meet for the first time. Source: RFC 9162 section 2.1.4.2. Raises VerificationFailed.
    """
    _hashes_only(old_root, root, *proof)
    if not 0 <= old_size <= size <= MAX_SIZE:
        raise VerificationFailed(f"A log of {size} entries cannot continue one of {old_size}.")
    if old_size in (0, size):
        _verify_without_path(old_size, old_root, size, root, proof)
        return
    if not proof:
        raise VerificationFailed("The consistency proof is empty, yet the log grew.")
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    # Where the old log is a complete subtree, its root is the seed and is not sent.
    seed, rest = (proof[0], proof[1:]) if place else (old_root, proof)
    old_result = result = seed
    for sibling in rest:
        if last == 0:
            raise VerificationFailed("The consistency proof has more hashes than the log needs.")
        if place & 1 or place == last:
            old_result = node_hash(sibling, old_result)
            result = node_hash(sibling, result)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise VerificationFailed("The consistency proof has fewer hashes than the log needs.")
    if old_result != old_root or result != root:
        raise VerificationFailed(
            f"The log of {size} entries does not continue the log of {old_size}: something before "
            f"entry {old_size} was changed, or the proof belongs to other checkpoints."
        )


def _verify_without_path(
    old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    if proof:
        raise VerificationFailed("There is nothing to prove here; the proof should be empty.")
    if old_size == 0 and old_root != EMPTY_ROOT:
        raise VerificationFailed("That is not the root of an empty log.")
    if old_size == size and old_root != root:
        raise VerificationFailed(f"Two different roots for the same size {size}: a forked log.")


def _hashes_only(*hashes: bytes) -> None:
    if any(len(one) != HASH_SIZE for one in hashes):
        raise VerificationFailed(f"Every hash here is a SHA-256 of {HASH_SIZE} bytes.")
    if len(hashes) > MAX_PATH + 2:
        raise VerificationFailed(f"No proof has more than {MAX_PATH} hashes.")


@dataclass(frozen=True, slots=True)
class TlogProof:
    """A receipt that can be filed: where the entry is, its audit path, and a signed checkpoint.

    `checkpoint` is the whole signed note, `extra` opaque bytes that nothing vouches for. Nothing is
    verified here: compute the entry's leaf hash, verify the note, then `verify_inclusion`.
    Raises InvalidInput for a proof that could not be written down.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "hashes", tuple(self.hashes))
        if not 0 <= self.index < MAX_SIZE:
            raise InvalidInput(f"An entry's index is 0 or more, not {self.index}.")
        if len(self.hashes) > MAX_PATH or any(len(one) != HASH_SIZE for one in self.hashes):
            raise InvalidInput(f"An audit path is at most {MAX_PATH} hashes of {HASH_SIZE} bytes.")
        if not self.checkpoint.endswith("\n") or self.checkpoint.startswith("\n"):
            raise InvalidInput("The checkpoint is a signed note: text that ends in a newline.")

    def encode(self) -> str:
        """The proof as text, to be stored as `*.tlog-proof`."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {base64_text(self.extra)}")
        lines.append(f"index {self.index}")
        lines.extend(base64_text(one) for one in self.hashes)
        return "\n".join(lines) + "\n\n" + self.checkpoint

    @staticmethod
    def parse(text: str) -> "TlogProof":
        """Read a proof. Raises VerificationFailed unless it is written exactly as it should be."""
        head, separator, checkpoint = text.partition("\n\n")
        header, *lines = head.split("\n")
        if header != HEADER or not separator:
            raise VerificationFailed(f"That is not a log proof; one begins with {HEADER!r}.")
        extra = None
        if lines and lines[0].startswith("extra "):
            extra = from_base64(lines.pop(0).removeprefix("extra "), "the extra data")
        if not lines or not lines[0].startswith("index "):
            raise VerificationFailed("The proof lacks its line 'index <number>'.")
        index = decimal(lines[0].removeprefix("index "), "the index", MAX_SIZE - 1)
        if len(lines) - 1 > MAX_PATH:
            raise VerificationFailed(f"No audit path has more than {MAX_PATH} hashes.")
        hashes = tuple(from_base64(line, "a hash of the proof") for line in lines[1:])
        try:
            return TlogProof(index, hashes, checkpoint, extra)
        except InvalidInput as refused:
            raise VerificationFailed(f"The proof cannot be read: {refused.message}") from refused
