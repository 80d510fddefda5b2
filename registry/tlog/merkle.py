"""The two hashes of a Merkle tree, and the root of the tree without leaves.

RFC 6962 section 2.1: SHA-256, with a prefix byte that keeps a leaf from being passed off as a node.
All hashes are 32 bytes.
"""

from hashlib import sha256

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one log entry: SHA-256(0x00 || entry), RFC 6962 section 2.1."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node over its two 32-byte children: SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def level_above(hashes: bytes) -> bytes:
    """The node hashes over each pair in a run of an even number of hashes, 32 bytes each."""
    pair = 2 * HASH_SIZE
    return b"".join(
        [sha256(b"\x01" + hashes[at : at + pair]).digest() for at in range(0, len(hashes), pair)]
    )
