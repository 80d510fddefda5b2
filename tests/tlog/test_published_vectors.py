"""The vectors that the project publishes for other implementations of its log."""

import base64
import json
from hashlib import sha256
from importlib.resources import files
from typing import Any

import pytest

from registry.errors import VerificationFailed
from registry.signing.keys import MemorySigner
from registry.signing.note import add_cosignature, cosigner_vkey, sign_note, verify_note, vkey
from registry.tlog.checkpoint import Checkpoint
from registry.tlog.entry import LogEntry
from registry.tlog.merkle import leaf_hash
from registry.tlog.proof import TlogProof, verify_consistency, verify_inclusion
from registry.tlog.tiles import (
    Tile,
    append_leaves,
    consistency_proof,
    decode_bundle,
    encode_bundle,
    inclusion_proof,
    root_hash,
)
from tests.tlog.reference import NaiveTree, TilesInMemory

VECTORS: dict[str, Any] = json.loads(
    (files("registry") / "vectors" / "log_entries.json").read_text(encoding="utf-8")
)
ENTRIES = VECTORS["entries"]
LEAVES = [base64.b64decode(entry["leaf_hash"]) for entry in ENTRIES]
ROOTS = {one["size"]: base64.b64decode(one["root"]) for one in VECTORS["roots"]}


def signer(name: str) -> MemorySigner:
    return MemorySigner.from_seed(base64.b64decode(VECTORS[name]["seed"]))


def hashes(vector: dict[str, Any]) -> list[bytes]:
    return [base64.b64decode(one) for one in vector["hashes"]]


@pytest.fixture(scope="module")
def log() -> TilesInMemory:
    store = TilesInMemory()
    store.tiles.update(append_leaves(0, LEAVES, store))
    return store


@pytest.mark.parametrize("vector", ENTRIES, ids=lambda vector: str(vector["type"]))
def test_an_entry_is_encoded_and_hashed_as_published(vector: dict[str, Any]) -> None:
    digest = sha256(vector["body"].encode()).digest()
    entry = LogEntry(vector["type"], vector["id"], digest, vector["at"])
    assert base64.b64decode(vector["digest"]) == digest
    assert entry.encode().decode() == vector["encoded"]
    assert LogEntry.decode(vector["encoded"].encode()) == entry
    assert sha256(b"\x00" + vector["encoded"].encode()).digest() == leaf_hash(entry.encode())
    assert leaf_hash(entry.encode()) == base64.b64decode(vector["leaf_hash"])


@pytest.mark.parametrize(
    "vector", VECTORS["refused_entries"], ids=lambda vector: str(vector["why"])
)
def test_an_entry_published_as_wrong_is_refused(vector: dict[str, Any]) -> None:
    assert vector["encoded"] not in {entry["encoded"] for entry in ENTRIES}
    with pytest.raises(VerificationFailed):
        LogEntry.decode(vector["encoded"].encode())


def test_the_published_roots_come_out_of_tiles_and_of_the_naive_tree(log: TilesInMemory) -> None:
    naive = NaiveTree(LEAVES)
    assert list(ROOTS) == list(range(len(ENTRIES) + 1))
    for size, root in ROOTS.items():
        assert root_hash(size, log) == naive.root(size) == root


def test_the_published_inclusion_proofs_come_out_and_verify(log: TilesInMemory) -> None:
    for vector in VECTORS["inclusion_proofs"]:
        index, size = vector["index"], vector["size"]
        assert inclusion_proof(index, size, log) == hashes(vector)
        verify_inclusion(LEAVES[index], index, size, hashes(vector), ROOTS[size])


def test_the_published_consistency_proofs_come_out_and_verify(log: TilesInMemory) -> None:
    for vector in VECTORS["consistency_proofs"]:
        old, size = vector["old_size"], vector["size"]
        assert consistency_proof(old, size, log) == hashes(vector)
        verify_consistency(old, ROOTS[old], size, ROOTS[size], hashes(vector))


def test_the_published_tile_and_bundle_are_the_logs(log: TilesInMemory) -> None:
    tile, bundle = VECTORS["level_0_tile"], VECTORS["entry_bundle"]
    encoded = [entry["encoded"].encode() for entry in ENTRIES]
    assert base64.b64decode(tile["content"]) == log.tiles[0, 0]
    assert base64.b64decode(bundle["content"]) == encode_bundle(encoded)
    assert decode_bundle(base64.b64decode(bundle["content"])) == encoded
    for piece in (tile, bundle):
        assert Tile.parse(piece["path"]).width == len(ENTRIES)


def test_the_published_keys_have_the_published_verifier_keys() -> None:
    log_key, witness_key = signer("log_key").public.raw, signer("witness_key").public.raw
    assert base64.b64decode(VECTORS["log_key"]["public_key"]) == log_key
    assert base64.b64decode(VECTORS["witness_key"]["public_key"]) == witness_key
    assert vkey(VECTORS["log_key"]["name"], log_key) == VECTORS["log_key"]["vkey"]
    assert (
        cosigner_vkey(VECTORS["witness_key"]["name"], witness_key) == VECTORS["witness_key"]["vkey"]
    )


def test_the_published_checkpoint_is_signed_and_cosigned_as_published() -> None:
    vector = VECTORS["checkpoint"]
    name, key = VECTORS["log_key"]["name"], signer("log_key")
    witness, cosigner = VECTORS["witness_key"]["name"], signer("witness_key")
    body = Checkpoint(name, vector["size"], ROOTS[vector["size"]]).body()
    note = sign_note(body, name, key.public.raw, key.sign)
    assert body == vector["body"]
    assert note == vector["signed"]
    assert vector["cosigned"] == add_cosignature(
        note, witness, cosigner.public.raw, cosigner.sign, vector["cosigned_at"]
    )


def test_the_published_proof_convinces_somebody_who_has_only_the_record_and_the_keys() -> None:
    """The whole of what a receipt is checked for, offline, in the order of C2SP tlog-proof."""
    vector = VECTORS["filed_proof"]
    stored = ENTRIES[vector["index"]]
    proof = TlogProof.parse(vector["text"])
    assert proof.encode() == vector["text"]
    entry = LogEntry.decode(stored["encoded"].encode())
    assert entry.digest == sha256(stored["body"].encode()).digest()
    note = verify_note(
        proof.checkpoint, [VECTORS["log_key"]["vkey"], VECTORS["witness_key"]["vkey"]]
    )
    assert note.signed_by == (VECTORS["log_key"]["name"], VECTORS["witness_key"]["name"])
    head = Checkpoint.parse(note.text)
    assert head.origin == VECTORS["log_key"]["name"]
    verify_inclusion(leaf_hash(entry.encode()), proof.index, head.size, proof.hashes, head.root)


def test_the_published_roots_of_large_trees_come_out() -> None:
    roots = {one["size"]: base64.b64decode(one["root"]) for one in VECTORS["large_trees"]["roots"]}
    leaves = [leaf_hash(str(number).encode()) for number in range(max(roots))]
    naive, store = NaiveTree(leaves), TilesInMemory()
    store.tiles.update(append_leaves(0, leaves, store))
    for size, root in roots.items():
        assert root_hash(size, store) == naive.root(size) == root
