"""Small signed logs for tests of witnesses and of those who ask them."""

from dataclasses import dataclass, field

from registry.signing.keys import MemorySigner, generate
from registry.signing.note import sign_note, vkey
from registry.tlog.add_checkpoint import AddCheckpoint
from registry.tlog.checkpoint import Checkpoint
from registry.tlog.merkle import leaf_hash
from registry.tlog.tiles import append_leaves, consistency_proof, root_hash
from tests.tlog.reference import TilesInMemory


@dataclass
class SmallLog:
    """A log of numbered entries with a key of its own; `salt` makes it another history."""

    origin: str = "log.example/log"
    salt: str = ""
    signer: MemorySigner = field(default_factory=generate)
    tiles: TilesInMemory = field(default_factory=TilesInMemory)
    size: int = 0

    @property
    def vkey(self) -> str:
        return vkey(self.origin, self.signer.public.raw)

    def grow(self, to: int, salt: str | None = None) -> "SmallLog":
        word = self.salt if salt is None else salt
        leaves = [leaf_hash(f"{word}{number}".encode()) for number in range(self.size, to)]
        self.tiles.tiles.update(append_leaves(self.size, leaves, self.tiles))
        self.size = to
        return self

    def note(self, size: int | None = None) -> str:
        size = self.size if size is None else size
        body = Checkpoint(self.origin, size, root_hash(size, self.tiles)).body()
        return sign_note(body, self.origin, self.signer.public.raw, self.signer.sign)

    def request(self, old: int, size: int | None = None) -> bytes:
        size = self.size if size is None else size
        proof = consistency_proof(old, size, self.tiles) if old <= size else []
        return AddCheckpoint(old, tuple(proof), self.note(size)).encode()
