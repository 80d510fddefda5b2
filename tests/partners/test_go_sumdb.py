"""Our log, notes and proofs against Go's golang.org/x/mod/sumdb, which runs the Go checksum database.

Go verifies what we made, then grows the same log by itself: roots, tiles and proofs must be equal.
"""

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from registry.signing.keys import MemorySigner, generate
from registry.signing.note import cosigner_vkey, sign_note, verify_note, vkey
from registry.tlog.add_checkpoint import AddCheckpoint
from registry.tlog.checkpoint import Checkpoint
from registry.tlog.merkle import leaf_hash
from registry.tlog.tiles import (
    Tile,
    append_leaves,
    consistency_proof,
    inclusion_proof,
    root_hash,
    tiles_of,
)
from registry.witness.book import Book
from registry.witness.cosigner import Cosigner
from tests.outside_programs import PROGRAMS
from tests.tlog.reference import TilesInMemory

SIZE = 700
NAME = "registry.example/log"
ENTRIES = [f"entry {number}".encode() for number in range(SIZE)]
PAIRS = [
    (old, size) for size in (1, 2, 7, 255, 256, 257, 513, SIZE) for old in (1, size // 2, size)
]

pytestmark = pytest.mark.needs("go")


def text(hashes: bytes | list[bytes]) -> Any:
    if isinstance(hashes, bytes):
        return base64.b64encode(hashes).decode()
    return [text(one) for one in hashes]


@pytest.fixture(scope="module")
def log() -> TilesInMemory:
    store = TilesInMemory()
    store.tiles.update(append_leaves(0, [leaf_hash(entry) for entry in ENTRIES], store))
    return store


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    home = tmp_path_factory.mktemp("go")
    environment = {
        **os.environ,
        # Debian's own packages are used, from disk; nothing is fetched.
        "GO111MODULE": "off",
        "GOPATH": "/usr/share/gocode",
        "GOPROXY": "off",
        "GOFLAGS": "",
        "GOCACHE": str(home / "cache"),
        "CGO_ENABLED": "0",
    }
    program = home / "check"
    source = Path(__file__).parent / "go" / "main.go"
    subprocess.run(
        [PROGRAMS["go"].path(), "build", "-o", str(program), str(source)],
        env=environment,
        check=True,
        timeout=300,
    )
    return program, environment


def cosigned(folder: Path, signer: MemorySigner, note: str, log_key: str) -> str:
    """What our witness says to the note."""
    Book.begin(folder / "book.json")
    with Book.open(folder / "book.json") as book:
        witness = Cosigner("w.example", signer, [log_key], book, lambda: 1_790_000_000)
        reply = witness.add_checkpoint(AddCheckpoint(0, (), note).encode())
    assert reply.status == 200
    return reply.body


def asked_about(log: TilesInMemory, folder: Path) -> dict[str, Any]:
    """Our log, its proofs and its signed head, as the Go program reads them."""
    key = generate()
    witness = generate()
    head = Checkpoint(NAME, SIZE, root_hash(SIZE, log)).body()
    note = sign_note(head, NAME, key.public.raw, key.sign)
    log_key = vkey(NAME, key.public.raw)
    pairs = [(old, size) for old, size in PAIRS if old]
    return {
        "Entries": text(ENTRIES),
        "Roots": {size: text(root_hash(size, log)) for size in range(1, SIZE + 1)},
        "Inclusion": [
            {"Index": index, "Size": size, "Hashes": text(inclusion_proof(index, size, log))}
            for old, size in pairs
            for index in (0, old - 1, size - 1)
        ],
        "Consistency": [
            {"OldSize": old, "Size": size, "Hashes": text(consistency_proof(old, size, log))}
            for old, size in pairs
        ],
        "Vkey": log_key,
        "Note": note + cosigned(folder, witness, note, log_key),
        "Witness": cosigner_vkey("w.example", witness.public.raw),
        "Sign": head,
    }


def run(
    checker: tuple[Path, dict[str, str]], asked: dict[str, Any]
) -> subprocess.CompletedProcess[str]:
    program, environment = checker
    return subprocess.run(
        [str(program)],
        input=json.dumps(asked),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_go_verifies_our_log_and_grows_the_same_one(
    log: TilesInMemory, checker: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    asked = asked_about(log, tmp_path)
    finished = run(checker, asked)
    assert finished.returncode == 0, finished.stderr
    answer = json.loads(finished.stdout)

    assert answer["Root"] == asked["Roots"][SIZE]
    assert [one or [] for one in answer["Inclusion"]] == [
        one["Hashes"] for one in asked["Inclusion"]
    ]
    assert [one or [] for one in answer["Consistency"]] == [
        one["Hashes"] for one in asked["Consistency"]
    ]
    # Go's paths name the height of a tile, which C2SP fixed at 8 and left out.
    tiles = {path.replace("tile/8/", "tile/", 1): data for path, data in answer["Tiles"].items()}
    # It also lists the partial tiles of sizes on the way; all are beginnings of ours.
    assert set(tiles_of(SIZE)) <= {Tile.parse(path) for path in tiles}
    for path, data in tiles.items():
        tile = Tile.parse(path)
        assert tile.path == path
        assert text(log.tiles[tile.level, tile.index][: tile.width * 32]) == data
    assert answer["NoteText"] == asked["Sign"]

    note = verify_note(answer["Note"], [answer["Vkey"]])
    assert note.signed_by == ("go.example/log",)
    assert Checkpoint.parse(note.text).size == SIZE


@pytest.mark.parametrize("part", ["Note", "Witness", "Inclusion", "Consistency"])
def test_go_refuses_what_was_tampered_with(
    log: TilesInMemory, checker: tuple[Path, dict[str, str]], part: str, tmp_path: Path
) -> None:
    asked = asked_about(log, tmp_path)
    if part == "Note":
        asked[part] = asked[part].replace(f"\n{SIZE}\n", f"\n{SIZE - 1}\n")
    elif part == "Witness":
        asked[part] = cosigner_vkey("w.example", generate().public.raw)
    else:
        proof = next(one["Hashes"] for one in asked[part] if one["Hashes"])
        proof[0] = text(bytes(32))
    assert run(checker, asked).returncode == 1
