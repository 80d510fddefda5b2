"""A leaf has one spelling, which docs/formats.md shows, and every part of it counts."""

import hashlib
import json
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import pytest

from registry.errors import InvalidInput
from registry.services.root_asks import GrownTree
from registry.tlog.ask_leaf import AskLeaf
from registry.tlog.proof import verify_inclusion
from registry.tlog.tiles import append_leaves

ROOT = Path(__file__).resolve().parents[2]

LEAF = AskLeaf(
    platform="01a1e2f0-0000-7000-8000-000000000001",
    at=1_795_000_000_123,
    question=hashlib.sha256(b"question").digest(),
    answer=hashlib.sha256(b"answer").digest(),
    salt=bytes(range(16)),
)
ENCODED = (
    '{"v":1,"type":"ask","platform":"01a1e2f0-0000-7000-8000-000000000001",'
    '"time":"2026-11-18T11:06:40.123Z","question":"sha-256=:H1CH25Gc7VwSPH9QfT/M6BjLDPbnfC+VqKNelR4D/bk=:",'
    '"answer":"sha-256=:DbUvQHbAglGEEq/T3TV24ssMY3A/1/7V4jreYO/vMdk=:","salt":"AAECAwQFBgcICQoLDA0ODw=="}'
)


def test_the_published_example_comes_out() -> None:
    text = (ROOT / "docs/formats.md").read_text(encoding="utf-8")
    assert LEAF.encode().decode() == ENCODED
    assert ENCODED in text
    assert LEAF.hash() == hashlib.sha256(b"\x00" + ENCODED.encode()).digest()
    assert LEAF.hash().hex() in text


def test_the_published_vectors_come_out() -> None:
    vectors = json.loads((ROOT / "registry/vectors/asks.json").read_text())
    hashes = []
    for each in vectors["leaves"]:
        parts = {name: b64decode(each[name]) for name in ("question", "answer", "salt")}
        leaf = AskLeaf(each["platform"], each["at"], **parts)
        assert leaf.encode().decode() == each["encoded"]
        assert leaf.hash().hex() == each["hash"]
        hashes.append(leaf.hash())
    root = bytes.fromhex(vectors["root"])
    tree = GrownTree(len(hashes), append_leaves(0, hashes, GrownTree(0, {})))
    assert tree.root() == root
    for each in vectors["inclusion_proofs"]:
        path = [bytes.fromhex(one) for one in each["proof"]]
        verify_inclusion(hashes[each["index"]], each["index"], len(hashes), path, root)


@pytest.mark.parametrize(
    "change",
    [
        {"platform": "01a1e2f0-0000-7000-8000-000000000002"},
        {"at": LEAF.at + 1},
        {"question": LEAF.answer},
        {"answer": LEAF.question},
        {"salt": bytes(16)},
    ],
)
def test_each_part_counts(change: dict[str, object]) -> None:
    assert replace(LEAF, **change).hash() != LEAF.hash()


@pytest.mark.parametrize("part", ["question", "answer", "salt"])
def test_a_part_of_another_size_is_refused_by_its_name(part: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        replace(LEAF, **{part: b"short"})
    assert refused.value.field == part
