"""A tree whose lowest hashes are in a file gives the proofs that one in memory gives."""

import tempfile

from registry.storage.scratch_tree import ScratchTree
from registry.tlog.merkle import leaf_hash
from registry.tlog.proof import verify_inclusion


def test_every_proof_leads_to_the_root_whatever_the_size() -> None:
    for size, step in ((1, 1), (2, 1), (256, 1), (257, 1), (256 * 257 + 3, 97)):
        leaves = [leaf_hash(b"%d" % number) for number in range(size)]
        with tempfile.TemporaryFile() as lowest:
            tree = ScratchTree(lowest)
            for first in range(0, size, 5_000):
                tree.append(leaves[first : first + 5_000])
            places = sorted({*range(0, size, step), size - 1})
            for place, proof in zip(places, tree.proofs(places), strict=True):
                verify_inclusion(leaves[place], place, size, proof, tree.edge.root())
