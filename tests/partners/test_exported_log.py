"""The log inside an export, against other people's verifiers: Go's sumdb, and sigstore's of the Rekor log.

Entries are built from the export's own lines, as docs/formats.md says; the checkpoint is the export's.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sigstore._internal.merkle import verify_merkle_inclusion
from sigstore._internal.rekor.checkpoint import verify_checkpoint
from sigstore._internal.trust import Keyring, RekorKeyring
from sigstore.models import TransparencyLogEntry
from sigstore_models.common.v1 import PublicKey, PublicKeyDetails
from sigstore_models.rekor.v1 import TransparencyLogEntry as EntryModel

from registry.client.exports.log_events import LogEvent, read_events
from registry.signing.keys import generate
from registry.signing.note import cosigner_vkey, parse_vkey
from registry.tlog.checkpoint import Checkpoint
from registry.tlog.entry import blind
from registry.tlog.tiles import append_leaves, consistency_proof, inclusion_proof
from tests.exported import exported, log_keys
from tests.partners.test_go_sumdb import checker, cosigned, run, text
from tests.registries import open_desk
from tests.service_histories import lived_in
from tests.tlog.reference import TilesInMemory

assert checker  # a fixture of its module


class ExportedLog:
    """What an export says of its log."""

    def __init__(self, export: Path, log_key: str) -> None:
        with (export / "data/log/events.jsonl").open("rb") as lines:
            self.entries = [entry_of(event) for event in read_events(lines)]
        leaves = (export / "data/log/leaves.bin").read_bytes()
        hashes = [leaves[at : at + 32] for at in range(0, len(leaves), 32)]
        self.tiles = TilesInMemory()
        self.tiles.tiles.update(append_leaves(0, hashes, self.tiles))
        self.note = (export / "data/log/checkpoint").read_text()
        self.head = Checkpoint.parse(self.note.partition("\n\n")[0] + "\n")
        self.log_key = log_key


def entry_of(event: LogEvent) -> bytes:
    return (
        f'{{"v":1,"type":"{event.type}","id":"{blind(event.id)}","digest":"{event.body_digest}",'
        f'"time":"{event.time}"}}'
    ).encode()


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> ExportedLog:
    folder = tmp_path_factory.mktemp("exported")
    desk = open_desk(folder, f"sqlite:///{folder / 'registry.sqlite3'}")
    lived_in(desk, 2, 40)
    exported(desk, folder / "export")
    found = ExportedLog(folder / "export", log_keys(desk)[0])
    desk.registry.close()
    return found


@pytest.mark.needs("go")
def test_go_grows_the_same_log_and_verifies_its_proofs(
    log: ExportedLog,
    checker: tuple[Path, dict[str, str]],
    tmp_path: Path,
) -> None:
    size, witness = log.head.size, generate()
    asked: dict[str, Any] = {
        "Entries": text(log.entries),
        "Roots": {size: text(log.head.root)},
        "Inclusion": [
            {"Index": n, "Size": size, "Hashes": text(inclusion_proof(n, size, log.tiles))}
            for n in range(size)
        ],
        "Consistency": [
            {"OldSize": size, "Size": size, "Hashes": consistency_proof(size, size, log.tiles)}
        ],
        "Vkey": log.log_key,
        "Note": log.note + cosigned(tmp_path, witness, log.note, log.log_key),
        "Witness": cosigner_vkey("w.example", witness.public.raw),
        "Sign": log.head.body(),
    }
    finished = run(checker, asked)
    assert finished.returncode == 0, finished.stderr
    answer = json.loads(finished.stdout)
    assert answer["Root"] == text(log.head.root)
    assert [one or [] for one in answer["Inclusion"]] == [o["Hashes"] for o in asked["Inclusion"]]


def test_sigstore_verifies_every_entry_under_its_checkpoint(log: ExportedLog) -> None:
    key = parse_vkey(log.log_key)
    der = Ed25519PublicKey.from_public_bytes(key.public_key).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    public = PublicKey(raw_bytes=text(der), key_details=PublicKeyDetails.PKIX_ED25519)
    keyring = RekorKeyring(Keyring([public]))
    for index, entry in enumerate(log.entries):
        proof = inclusion_proof(index, log.head.size, log.tiles)
        model = EntryModel.model_validate(
            {
                "logIndex": str(index),
                "logId": {"keyId": text(key.key_hash)},
                "kindVersion": {"kind": "consent", "version": "1"},
                "canonicalizedBody": text(entry),
                "inclusionProof": {
                    "logIndex": str(index),
                    "treeSize": str(log.head.size),
                    "rootHash": text(log.head.root),
                    "hashes": text(proof),
                    "checkpoint": {"envelope": log.note},
                },
            }
        )
        found = TransparencyLogEntry(model)
        verify_merkle_inclusion(found)
        verify_checkpoint(keyring, found)
