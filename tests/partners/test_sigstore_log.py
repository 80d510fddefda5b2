"""Our checkpoints and proofs against sigstore-python's verification of the Rekor transparency log."""

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sigstore._internal.merkle import verify_merkle_inclusion
from sigstore._internal.rekor.checkpoint import verify_checkpoint
from sigstore._internal.trust import Keyring, RekorKeyring
from sigstore.errors import VerificationError
from sigstore.models import TransparencyLogEntry
from sigstore_models.common.v1 import PublicKey, PublicKeyDetails
from sigstore_models.rekor.v1 import TransparencyLogEntry as EntryModel

from registry.signing.keys import generate
from registry.signing.note import add_cosignature, parse_vkey, sign_note, vkey
from registry.tlog.checkpoint import Checkpoint
from registry.tlog.entry import LogEntry
from registry.tlog.merkle import leaf_hash
from registry.tlog.tiles import append_leaves, inclusion_proof, root_hash
from tests.tlog.reference import TilesInMemory

NAME = "registry.example/log"
KEY = generate()
WITNESS = generate()
SIZES = (1, 2, 3, 8, 255, 256, 257, 300)
ENTRIES = [
    LogEntry("declaration", f"record-{number}", bytes([number % 256]) * 32, number).encode()
    for number in range(max(SIZES))
]


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def keyring() -> RekorKeyring:
    der = Ed25519PublicKey.from_public_bytes(KEY.public.raw).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    key = PublicKey(raw_bytes=b64(der), key_details=PublicKeyDetails.PKIX_ED25519)
    return RekorKeyring(Keyring([key]))


def rekor_entry(log: TilesInMemory, index: int, size: int, body: bytes) -> TransparencyLogEntry:
    """Our entry, proof and signed checkpoint in the shape of a Rekor log entry."""
    root = root_hash(size, log)
    note = sign_note(Checkpoint(NAME, size, root).body(), NAME, KEY.public.raw, KEY.sign)
    note = add_cosignature(note, "w.example", WITNESS.public.raw, WITNESS.sign, 1)
    return TransparencyLogEntry(
        EntryModel.model_validate(
            {
                "logIndex": str(index),
                "logId": {"keyId": b64(parse_vkey(vkey(NAME, KEY.public.raw)).key_hash)},
                "kindVersion": {"kind": "consent", "version": "1"},
                "canonicalizedBody": b64(body),
                "inclusionProof": {
                    "logIndex": str(index),
                    "treeSize": str(size),
                    "rootHash": b64(root),
                    "hashes": [b64(one) for one in inclusion_proof(index, size, log)],
                    "checkpoint": {"envelope": note},
                },
            }
        )
    )


@pytest.fixture(scope="module")
def log() -> TilesInMemory:
    store = TilesInMemory()
    store.tiles.update(append_leaves(0, [leaf_hash(entry) for entry in ENTRIES], store))
    return store


@pytest.mark.parametrize("size", SIZES)
def test_sigstore_verifies_our_inclusion_proofs(log: TilesInMemory, size: int) -> None:
    for index in {0, size // 3, size // 2, size - 1}:
        verify_merkle_inclusion(rekor_entry(log, index, size, ENTRIES[index]))


@pytest.mark.parametrize("size", SIZES)
def test_sigstore_verifies_our_signed_checkpoints(log: TilesInMemory, size: int) -> None:
    verify_checkpoint(keyring(), rekor_entry(log, 0, size, ENTRIES[0]))


def test_sigstore_refuses_another_entry_in_its_place(log: TilesInMemory) -> None:
    with pytest.raises(VerificationError, match="invalid root hash"):
        verify_merkle_inclusion(rekor_entry(log, 5, 300, ENTRIES[6]))


def test_sigstore_refuses_a_checkpoint_that_was_altered(log: TilesInMemory) -> None:
    entry = rekor_entry(log, 0, 300, ENTRIES[0])
    checkpoint = entry._inner.inclusion_proof.checkpoint
    assert checkpoint is not None
    checkpoint.envelope = checkpoint.envelope.replace("\n300\n", "\n299\n")
    with pytest.raises(VerificationError, match="invalid signature"):
        verify_checkpoint(keyring(), entry)
